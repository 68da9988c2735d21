import type { Kind } from "@weir/client";

/** Tells whether a kind is Kubernetes' own, whose status and series are others' to keep. */
export function isBuiltInKind({ group }: Kind<unknown, unknown>): boolean {
  return !group.includes(".") || group.endsWith(".k8s.io");
}
