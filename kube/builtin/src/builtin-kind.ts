import type { GroupVersionKind } from "@weir/objects";

/** A built-in kind as a value; the shape that @weir/client takes as its `Kind`. */
export interface BuiltinKind<Shape> extends GroupVersionKind {
  readonly plural: string;
  readonly scope: "Namespaced" | "Cluster";
  /** Carries the type only; never set. */
  readonly "~types"?: { readonly read: Shape; readonly write: Shape };
}

/** Names a kind; what the generated entry points are made of. */
// oxlint-disable-next-line max-params -- five words in the order in which every table has them
export function builtinKind<Shape>(
  group: string,
  version: string,
  kind: string,
  plural: string,
  scope: "Namespaced" | "Cluster",
): BuiltinKind<Shape> {
  return { group, version, kind, plural, scope };
}
