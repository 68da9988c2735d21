import { reconcileNow, resume, suspend } from "./actions.ts";

export { readKinds } from "./flux-kinds.ts";
export { runGet } from "./get.ts";
export { openCluster } from "./open-cluster.ts";

/** What can be done to objects, by the name of the command. */
export const actions = { reconcile: reconcileNow, suspend, resume } as const;
