import type { SchemaNode } from "./schema-node.ts";

/** A built-in kind. */
export interface Builtin {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly content: SchemaNode;
  /** Objects of the cluster are named after the case, so that cases do not meet. */
  readonly scope?: "Cluster";
  readonly subresources?: readonly string[];
  readonly fieldSelectors?: readonly string[];
}
