import type { SchemaNode } from "./schema-node.ts";

/** A built-in kind whose objects lie in namespaces. */
export interface Builtin {
  readonly apiVersion: string;
  readonly kind: string;
  readonly plural: string;
  readonly content: SchemaNode;
  readonly subresources?: readonly string[];
  readonly fieldSelectors?: readonly string[];
}
