import { type ClusterConfig, inClusterConfig, type KubeconfigOptions, loadKubeconfig } from "@weir/client";
import { CommandError } from "../cli-error.ts";
import type { Environment } from "../environment.ts";

/**
 * The cluster to run against: that of `--kubeconfig`, of KUBECONFIG, of the service account of the pod this runs in, or of
 * `~/.kube/config`, in this order. The kubeconfig is the person's own, so it may name files and credential plugins.
 */
export async function runClusterConfig(
  wanted: { readonly kubeconfig: string; readonly context: string },
  environment: Environment,
): Promise<ClusterConfig> {
  const { service, kubeconfig = "", homeKubeconfig } = environment;
  const named = wanted.kubeconfig === "" ? kubeconfig : wanted.kubeconfig;
  if (named === "" && wanted.context === "" && service !== undefined) return inClusterConfig(service);
  const paths = named === "" ? [homeKubeconfig] : named.split(":").filter((path) => path !== "");
  const options: KubeconfigOptions = {
    allowExec: true,
    allowInsecure: true,
    ...(wanted.context === "" ? {} : { context: wanted.context }),
  };
  try {
    return await loadKubeconfig(paths, options);
  } catch (cause) {
    const hint = "name a kubeconfig with --kubeconfig or KUBECONFIG";
    throw new CommandError("NoCluster", `cannot use the kubeconfig ${paths.join(" or ")} (${hint})`, {
      cause,
    });
  }
}
