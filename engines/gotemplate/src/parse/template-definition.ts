import type { ListNode } from "./node.ts";

/** A text of templates, and the name that messages give it. */
export interface TemplateSource {
  readonly name: string;
  readonly text: string;
}

/** One template of a text: the text's own, or one that it defines. */
export interface TemplateDefinition {
  readonly name: string;
  readonly source: TemplateSource;
  readonly root: ListNode;
  /** Whether there is nothing but space in it: such a one replaces no other. */
  readonly isEmpty: boolean;
}

const ONLY_SPACE = /^[\s\u0085]*$/;

/** Whether a list holds nothing but space. */
export function isEmptyList(list: ListNode): boolean {
  return list.nodes.every((node) => node.kind === "text" && isSpace(node.text));
}

/** Go's space: JavaScript's has the byte order mark besides. */
function isSpace(text: string): boolean {
  return ONLY_SPACE.test(text) && !text.includes("\ufeff");
}
