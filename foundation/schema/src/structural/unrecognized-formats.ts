import { isKnownFormat } from "../format/formats.ts";
import type { SchemaNode } from "../schema-node.ts";

function innerNodes(node: SchemaNode): readonly (SchemaNode | undefined)[] {
  const { additionalProperties: others } = node;
  return [
    node.items,
    ...Object.values(node.properties ?? {}),
    typeof others === "object" ? others : undefined,
    ...(node.allOf ?? []),
    ...(node.anyOf ?? []),
    ...(node.oneOf ?? []),
    node.not,
  ];
}

/**
 * The formats of a CRD's schema that an API server does not know for their type, each once: it accepts the CRD, ignores
 * the formats and warns `unrecognized format "…"`.
 */
export function unrecognizedFormats(schema: SchemaNode): readonly string[] {
  const found = new Set<string>();
  const nodes = new Set([schema]);
  // A Set yields what is added while it is walked, so it is the work list too.
  for (const node of nodes) {
    const { format = "", type } = node;
    if (format !== "" && !isKnownFormat(type, format)) found.add(format);
    for (const inner of innerNodes(node)) if (inner !== undefined) nodes.add(inner);
  }
  return [...found];
}
