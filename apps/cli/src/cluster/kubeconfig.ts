import { type Clock, type JsonObject, systemClock } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import type { Environment } from "../environment.ts";
import { type ClusterState, clusterState, noClusterError } from "./cluster-state.ts";
import {
  changeKubeconfig,
  type KubeconfigDocument,
  mergeEntries,
  personalKubeconfig,
  readKubeconfig,
  removeEntries,
  trustedAuthority,
  writableKubeconfig,
} from "./merge-kubeconfig.ts";

/** What `weir cluster kubeconfig` was asked for. */
export interface KubeconfigOptions {
  readonly state: string | undefined;
  /** Adds it to the kubeconfig of the person's tools, or to the one that is named. */
  readonly merge: boolean;
  readonly kubeconfig: string | undefined;
  /** What to call the cluster, the user and the context. */
  readonly context: string | undefined;
  readonly switchContext: boolean;
}

/** Prints the kubeconfig of a cluster, or merges it into another one. Returns the exit code. */
export async function runKubeconfig(options: KubeconfigOptions, environment: Environment): Promise<number> {
  const state = clusterState(environment.stateRoot, options.state);
  const own = await readKubeconfig(state.kubeconfig);
  if (trustedAuthority(own) === undefined) throw noClusterError(state);
  const given = options.context === undefined ? own : renamed(own, options.context);
  if (!options.merge && options.kubeconfig === undefined) {
    environment.write(emitYaml(given));
    return 0;
  }
  const path = options.kubeconfig ?? (await writableKubeconfig(personalKubeconfig(environment)));
  const { switchContext } = options;
  await changeKubeconfig(path, (document) => mergeEntries(document, given, { switchContext }), systemClock);
  const context = String(given["current-context"]);
  environment.write(
    switchContext
      ? `merged into ${path}, whose current context is ${context} now\n`
      : `merged into ${path} as the context ${context}\n`,
  );
  return 0;
}

/** Takes a cluster that is no more out of the kubeconfigs of the person's tools; gives the files that were changed. */
export async function forgetCluster(
  state: ClusterState,
  environment: Environment,
  clock: Clock,
): Promise<readonly string[]> {
  const authority = trustedAuthority(await readKubeconfig(state.kubeconfig).catch(() => ({})));
  if (authority === undefined) return [];
  const changed: string[] = [];
  for (const path of personalKubeconfig(environment)) {
    const before = await readKubeconfig(path).catch(() => ({}));
    if (removeEntries(before, authority) === before) continue;
    await changeKubeconfig(path, (document) => removeEntries(document, authority), clock);
    changed.push(path);
  }
  return changed;
}

/** The same with another name for its one cluster, user and context. */
function renamed(document: KubeconfigDocument, name: string): KubeconfigDocument {
  const first = (field: string): JsonObject => (document[field] as readonly JsonObject[])[0] ?? {};
  return {
    ...document,
    clusters: [{ ...first("clusters"), name }],
    users: [{ ...first("users"), name }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}
