import { type GoFunction, type GoValue, sprint, utf8Bytes } from "@weir/text";

import { defineFunction } from "../define-function.ts";

const HTML: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

const JS: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", '"': '\\"' };
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Arguments as one text, as `print` writes them, but for nil. */
function joined(args: readonly GoValue[]): string {
  const [first] = args;
  if (args.length === 1 && typeof first === "string") return first;
  return sprint(args.map((arg) => arg ?? "<no value>"));
}

function escapeHtml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the zero byte is one of those that are escaped
  return text.replace(/[\0"'&<>]/g, (char) => HTML[char] ?? char);
}

function escapeJs(text: string): string {
  return text.replace(/[\\'"<>&=]|[^ -~]/gu, escapeJsChar);
}

function escapeJsChar(char: string): string {
  const known = JS[char];
  if (known !== undefined) return known;
  const code = char.codePointAt(0) ?? 0;
  // A byte that is not UTF-8 reads as U+FFFD, which can be printed.
  if (code > 0x7f && (PRINTABLE.test(char) || (code >= 0xdc80 && code <= 0xdcff))) return char;
  // Only what is above ASCII is escaped as a rune: the delete character is left as it is.
  if (code === 0x7f) return char;
  return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

function escapeQuery(text: string): string {
  if (/^[A-Za-z0-9_.~-]*$/.test(text)) return text;
  let escaped = "";
  for (const byte of utf8Bytes(text)) escaped += queryByte(byte);
  return escaped;
}

function queryByte(byte: number): string {
  const char = String.fromCharCode(byte);
  if (/[A-Za-z0-9_.~-]/.test(char)) return char;
  return char === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** `html`, `js` and `urlquery`. */
export const escapingFunctions: readonly GoFunction[] = [
  defineFunction("html", ["...interface {}"], "string", (args) => escapeHtml(joined(args))),
  defineFunction("js", ["...interface {}"], "string", (args) => escapeJs(joined(args))),
  defineFunction("urlquery", ["...interface {}"], "string", (args) => escapeQuery(joined(args))),
];
