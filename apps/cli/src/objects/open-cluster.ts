import { loadKubeconfig, type OpenClient, openClient } from "@weir/client";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";
import { currentKubeconfigPath } from "../up/state-folder.ts";

/** Opens the cluster of `--kubeconfig`, of KUBECONFIG, or the one that weir started last, in this order. */
export async function openCluster(
  environment: Environment,
  kubeconfig: string | undefined,
): Promise<OpenClient> {
  const path = kubeconfig ?? environment.kubeconfig ?? currentKubeconfigPath(environment.stateRoot);
  try {
    return openClient(await loadKubeconfig(path));
  } catch (cause) {
    const hint = "start a cluster with `weir up`, or name a kubeconfig with --kubeconfig";
    throw new CommandError("NoCluster", `cannot use the kubeconfig ${path} (${hint})`, { cause });
  }
}
