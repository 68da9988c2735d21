import type { JsonObject } from "@weir/core";
import type { OpenClient } from "@weir/client";
import { CommandError } from "../../cli-error.ts";
import type { Environment } from "../../environment.ts";
import { openCluster } from "../../objects/open-cluster.ts";
import type { BuildFlags } from "../build-flags.ts";
import type { KustomizationKey } from "./flux-kustomization.ts";
import type { LookUpObject } from "./flux-variables.ts";

/** The cluster of a build: opened when something is asked of it, and only then. */
export interface FluxCluster extends AsyncDisposable {
  kustomization(key: KustomizationKey): Promise<JsonObject>;
  readonly lookUp: LookUpObject;
}

const KUSTOMIZATION = {
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  kind: "Kustomization",
  plural: "kustomizations",
  scope: "Namespaced",
} as const;
const CONFIG_MAP = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
} as const;
const SECRET = { ...CONFIG_MAP, kind: "Secret", plural: "secrets" } as const;

/** The cluster of `--kubeconfig`, of KUBECONFIG, or the last one of `weir up`. */
export function openFluxCluster(flags: BuildFlags, environment: Environment): FluxCluster {
  let opened: Promise<OpenClient> | undefined;
  const client = async (): Promise<OpenClient["client"]> => {
    opened ??= openCluster(environment, flags.kubeconfig);
    return (await opened).client;
  };
  return {
    kustomization: async ({ name, namespace }) => {
      const found = await (await client()).get(KUSTOMIZATION, { name, namespace });
      if (found !== undefined) return found as unknown as JsonObject;
      throw new CommandError(
        "KustomizationNotFound",
        `failed to get kustomization object: there is no Kustomization ${namespace}/${name}`,
      );
    },
    lookUp: async (kind, key) => {
      const found = await (await client()).get(kind === "Secret" ? SECRET : CONFIG_MAP, key);
      return found as unknown as JsonObject | undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await (await opened?.catch(() => undefined))?.[Symbol.asyncDispose]?.();
    },
  };
}
