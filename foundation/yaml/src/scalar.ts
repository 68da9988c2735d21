import { isUtf8 } from "node:buffer";
import { YamlError } from "./error.ts";
import { isUnsigned } from "./integer.ts";
import type { YamlNode } from "./node.ts";
import type { YamlDialect } from "./options.ts";
import { type Resolved, resolvePlain, STRING } from "./resolve.ts";
import { PLAIN } from "./token.ts";

const LONG_PREFIX = "tag:yaml.org,2002:";
const RESOLVABLE = new Set(["!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"]);

/** The tag of each meaning. */
const TAG_OF: Readonly<Record<Resolved["kind"], string>> = {
  string: "!!str",
  binary: "!!binary",
  null: "!!null",
  bool: "!!bool",
  int: "!!int",
  float: "!!float",
  timestamp: "!!timestamp",
};

/** Writes YAML's own tags with `!!`. Version 2 takes only the long form for one of them. */
export function shortTag(tag: string, dialect: YamlDialect): string {
  if (tag.startsWith(LONG_PREFIX)) return `!!${tag.slice(LONG_PREFIX.length)}`;
  return dialect === "go-yaml-v2" && tag.startsWith("!!") ? `!<${tag}>` : tag;
}

/** Decides what a scalar node means, by its tag, its style and its text. */
export function resolveScalar(node: YamlNode, dialect: YamlDialect): Resolved {
  if (node.tag === "") return node.style === PLAIN ? resolvePlain(node.value, dialect) : STRING;
  if (node.tag === "!") {
    return dialect === "go-yaml-v3" && node.style === PLAIN ? resolvePlain(node.value, dialect) : STRING;
  }
  return resolveTagged(node, shortTag(node.tag, dialect), dialect);
}

function resolveTagged(node: YamlNode, tag: string, dialect: YamlDialect): Resolved {
  if (tag === "!!binary") return { kind: "binary", value: decodeBinary(node) };
  if (tag === "!!str" || !RESOLVABLE.has(tag)) return STRING;
  const found = resolvePlain(node.value, dialect, tag === "!!timestamp");
  const foundTag = TAG_OF[found.kind];
  if (foundTag === tag) return found;
  if (tag === "!!float" && found.kind === "int" && !isUnsigned(found.value)) {
    return { kind: "float", value: Number(found.value) };
  }
  return fail(node, `cannot decode ${foundTag} \`${node.value}\` as a ${tag}`);
}

function fail(node: YamlNode, problem: string): never {
  throw new YamlError(`yaml: ${problem}`, problem, { line: node.line + 1, column: node.column + 1 });
}

const NOT_BASE64 = /[^A-Za-z0-9+/=]/;

function decodeBinary(node: YamlNode): string {
  const packed = node.value.replace(/[\r\n]+/g, "");
  const padding = packed.indexOf("=");
  const isPadded = padding === -1 || /^==?$/.test(packed.slice(padding));
  if (packed.length % 4 !== 0 || NOT_BASE64.test(packed) || !isPadded) {
    fail(node, "!!binary value contains invalid base64 data");
  }
  return decodeUtf8(Buffer.from(packed, "base64"));
}

/** Decodes as Go's JSON encoder reads a string: each byte that is not UTF-8 becomes U+FFFD. */
function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  if (!text.includes("\ufffd")) return text;
  let decoded = "";
  for (let at = 0; at < bytes.length; ) {
    const width = validWidth(bytes, at);
    decoded += width === 0 ? "\ufffd" : bytes.toString("utf8", at, at + width);
    at += Math.max(width, 1);
  }
  return decoded;
}

/** The width of the valid UTF-8 sequence at the place, or 0. */
function validWidth(bytes: Buffer, at: number): number {
  const width = widthOf(bytes[at] as number);
  return at + width <= bytes.length && isUtf8(bytes.subarray(at, at + width)) ? width : 0;
}

function widthOf(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}
