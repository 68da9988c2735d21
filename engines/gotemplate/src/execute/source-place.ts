import { byteLength } from "../byte-length.ts";
import type { TemplateNode } from "../parse/node.ts";
import { nodeText } from "../parse/node-text.ts";
import type { TemplateDefinition } from "../parse/template-definition.ts";
import type { TemplatePlace } from "./template-error.ts";

/** Where a node of a template is. Columns are worked out here, where an error is made, and nowhere else. */
export function placeOf(definition: TemplateDefinition, node: TemplateNode): TemplatePlace {
  const { source } = definition;
  const before = source.text.slice(0, node.position);
  const lineStart = before.lastIndexOf("\n") + 1;
  return {
    templateName: definition.name,
    sourceName: source.name,
    line: before.split("\n").length,
    column: byteLength(before.slice(lineStart)),
    node: nodeText(node),
  };
}
