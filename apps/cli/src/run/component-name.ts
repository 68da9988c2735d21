/** The controllers of Flux that are built, by the names that Flux gives them. */
export type ComponentName = "source-controller" | "kustomize-controller" | "helm-controller";

/** In the order in which they start. */
export const COMPONENT_NAMES: readonly ComponentName[] = [
  "source-controller",
  "kustomize-controller",
  "helm-controller",
];
