import { parseYamlNode, resolvePlain, SCALAR_NODE, YamlError } from "@weir/yaml";
import { EMPTY_IN_FLOW, NULL, type Node, Scalar } from "./node.ts";

const TAGS = {
  string: "!!str",
  binary: "!!binary",
  null: "!!null",
  bool: "!!bool",
  int: "!!int",
  float: "!!float",
  timestamp: "!!timestamp",
} as const;

/** The tag that a plain scalar of this text resolves to, as go-yaml v3 does. */
export function resolveTag(text: string): string {
  return text === "<<" ? "!!merge" : TAGS[resolvePlain(text, "go-yaml-v3").kind];
}

/** A plain scalar without a tag: whatever its text resolves to. */
export function untagged(text: string): string | Scalar {
  const tag = resolveTag(text);
  if (tag === "!!str") return text;
  return text === "null" ? NULL : new Scalar(tag, text);
}

/** What no syntax of YAML is in, so that it can only be a plain scalar. */
const SURELY_PLAIN = /^[\w/+.](?:[\w/+.@=-]|:(?=\S))*$/;

const NON_STRING_TAG = /[!:](?:int|float|bool|null)$/;

/**
 * Whether YAML 1.1 reads the text as something other than a string: a number, a list (`- a`), a comment. Such values are
 * quoted when they are added.
 */
export function isYaml11NonString(text: string): boolean {
  if (text === "" || text.includes("\n")) return false;
  if (SURELY_PLAIN.test(text)) return isPlainNonString(text);
  try {
    const node = parseYamlNode(text, { dialect: "go-yaml-v2" });
    if (node === undefined || node.kind !== SCALAR_NODE) return true;
    if (node.tag !== "") return NON_STRING_TAG.test(node.tag);
    return node.style === 0 && isPlainNonString(node.value);
  } catch (error) {
    if (error instanceof YamlError) return false;
    throw error;
  }
}

function isPlainNonString(text: string): boolean {
  const { kind } = resolvePlain(text, "go-yaml-v2");
  return kind !== "string" && kind !== "timestamp";
}

/** A new scalar in a place that has no value yet: quoted where YAML 1.1 would not read a string. */
export function newScalar(text: string): string | Scalar {
  if (!isYaml11NonString(text)) return untagged(text);
  return new Scalar("!!str", text, true);
}

/** A value of a generated map: several lines make a block, which counts as quotes. */
export function newDataText(text: string): string | Scalar {
  return text.includes("\n") || isYaml11NonString(text) ? new Scalar("!!str", text, true) : text;
}

/** A new text in the place of a scalar: it stays a string only if the old one was written in quotes. */
export function replaceScalar(old: Node | undefined, text: string): string | Scalar {
  if (old instanceof Scalar && old.quoted) return new Scalar("!!str", text, true, old.folded);
  return untagged(text);
}

/** The same, but a text without quotes keeps no tag: what is put in its place later is whatever it looks like. */
export function replaceUntagged(old: Node | undefined, text: string): Scalar {
  const next = replaceScalar(old, text);
  return next instanceof Scalar && next.quoted ? next : new Scalar("", text);
}

/** A new scalar that keeps no tag, quoted where YAML 1.1 would not read a string. */
export function newUntagged(text: string): Scalar {
  return isYaml11NonString(text) ? new Scalar("!!str", text, true) : new Scalar("", text);
}

const TYPED: ReadonlySet<string> = new Set([TAGS.bool, TAGS.int, TAGS.float, TAGS.timestamp]);

/** A scalar's value; `undefined` where its text does not fit its tag. */
export type ScalarValue = string | number | bigint | boolean | null;

/** Resolves a scalar as go-yaml v3 decodes it into an untyped value, then as encoding/json writes it. */
export function scalarValue(scalar: string | Scalar): ScalarValue | undefined {
  if (typeof scalar === "string") return scalar;
  const { tag, text } = scalar;
  if (tag === "" && !scalar.quoted) return untaggedValue(text);
  if (isReadAsString(scalar)) return text;
  switch (tag) {
    case "!!str":
      return text;
    case "!!null":
      if (scalar === EMPTY_IN_FLOW) return "";
      return resolveTag(text) === "!!null" ? null : undefined;
    case "!!binary":
      return isBase64(text) ? Buffer.from(text, "base64").toString("utf8") : undefined;
    default:
      return TYPED.has(tag) ? taggedValue(tag, text) : text;
  }
}

/** Whether Go's decoder takes the text, which may be in lines. */
function isBase64(text: string): boolean {
  const joined = text.replace(/[\r\n]/g, "");
  return joined.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(joined);
}

function untaggedValue(text: string): ScalarValue | undefined {
  const read = untagged(text);
  return typeof read === "string" ? read : scalarValue(read);
}

/** Behind quotes only a tag that was written, or must be, makes anything but a string. */
function isReadAsString({ tag, text, quoted, tagged }: Scalar): boolean {
  return quoted && !tagged && resolveTag(text) === tag;
}

function taggedValue(tag: string, text: string): ScalarValue | undefined {
  const resolved = resolvePlain(text, "go-yaml-v3", tag === "!!timestamp");
  if (resolved.kind === "string" || resolved.kind === "null") return undefined;
  if (TAGS[resolved.kind] === tag) return resolved.value;
  // An integer under `!!float` is the same number.
  return tag === "!!float" && resolved.kind === "int" ? Number(resolved.value) : undefined;
}

/** Exponents from which Go's `%g` writes one. */
const LEAST_EXPONENT = -4;
const FIRST_LARGE_EXPONENT = 6;

/** A float as Go's `strconv.FormatFloat(value, 'g', -1, 64)` and `%v` write it: 1000000 is `1e+06`. */
export function formatGoFloat(value: number): string {
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  const [mantissa, exponentText] = value.toExponential().split("e");
  const exponent = Number(exponentText);
  if (exponent >= LEAST_EXPONENT && exponent < FIRST_LARGE_EXPONENT) return String(value);
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}
