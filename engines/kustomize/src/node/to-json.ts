import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { KustomizeError } from "../error.ts";
import { duplicateKeysError } from "./duplicate-keys.ts";
import { isWrittenAsBlock, readBackFolded } from "./block-text.ts";
import { isScalar, NULL, type Node, Scalar, YamlMap } from "./node.ts";
import { formatGoFloat, isYaml11NonString, resolveTag, scalarValue } from "./resolve-scalar.ts";

/** Sets a key of a plain object; a key named `__proto__` stays a key. */
export function setKey(target: Record<string, JsonValue>, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else target[key] = value;
}

/**
 * What a node prints as, through JSON as upstream does it.
 *
 * Throws on what JSON cannot hold (keys that are no strings, infinities) and on what go-yaml refuses to read back.
 */
export function toJson(node: Node): JsonValue {
  return convertWhole(node, false);
}

/** `toJson` of a whole resource for the output, where the emitter's refusals count too. */
export function outputJson(map: YamlMap): JsonObject {
  return convertWhole(map, true) as JsonObject;
}

interface Conversion {
  hasDuplicates: boolean;
  /** What JSON cannot hold, which upstream finds once all is read. */
  unsupported: string | undefined;
  /** Whether the value stands inside a mapping that is written as `{…}`. */
  isInFlow: boolean;
  readonly isOutput: boolean;
}

function convertWhole(node: Node, isOutput: boolean): JsonValue {
  const conversion: Conversion = { hasDuplicates: false, unsupported: undefined, isInFlow: false, isOutput };
  const value = convert(node, conversion);
  if (conversion.hasDuplicates) throw duplicateKeysError(node);
  if (conversion.unsupported !== undefined) throw new KustomizeError(conversion.unsupported);
  return value;
}

/** `toJson` of a mapping. */
export function mapToJson(map: YamlMap): JsonObject {
  return toJson(map) as JsonObject;
}

function convert(node: Node, conversion: Conversion): JsonValue {
  if (typeof node === "string") return checkedText(node, conversion);
  if (node instanceof Scalar) return scalarToJson(node, conversion);
  if (Array.isArray(node)) return node.map((item) => convert(item, conversion));
  return mapOf(node, conversion);
}

function mapOf(node: YamlMap, conversion: Conversion): JsonObject {
  // Go-yaml looks no further into a mapping with a key that is there twice.
  if (node.duplicates !== undefined && node.duplicates.length > 0) {
    conversion.hasDuplicates = true;
    return {};
  }
  const result: Record<string, JsonValue> = {};
  const { isInFlow } = conversion;
  conversion.isInFlow ||= node.flow;
  node.fields.forEach((value, key) => setKey(result, key, convert(value, conversion)));
  conversion.isInFlow = isInFlow;
  if (node.oddKeys !== undefined && node.oddKeys.size > 0) refuseOddKeys(node.oddKeys, conversion);
  return result;
}

function refuseOddKeys(oddKeys: ReadonlySet<string>, conversion: Conversion): void {
  if ([...oddKeys].some((key) => key.startsWith("\n"))) throw new KustomizeError("yaml: invalid map key");
  conversion.unsupported ??= "json: unsupported type: map[interface {}]interface {}";
}

function scalarToJson(scalar: Scalar, conversion: Conversion): JsonValue {
  // Upstream writes an empty null inside brackets as `''`, which it reads back as a string.
  if (conversion.isInFlow && scalar.text === "" && scalar.tag === "!!null" && !scalar.tagged) return "";
  const value = scalarValue(scalar);
  if (value === undefined) throw new KustomizeError(`yaml: ${undecodable(scalar)}`);
  if (typeof value === "number") return finite(value, conversion);
  if (typeof value !== "string") return value;
  return checkedText(scalar.folded ? readBackFolded(value) : value, conversion);
}

function finite(value: number, conversion: Conversion): number {
  if (!Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    conversion.unsupported ??= `json: unsupported value: ${text}`;
  }
  return value;
}

function undecodable({ tag, text }: Scalar): string {
  if (tag === "!!binary") return "!!binary value contains invalid base64 data";
  return `cannot decode ${shownTag(text)} \`${text}\` as a ${tag}`;
}

// Go-yaml refuses DEL and the C1 controls but NEL when it reads its own output back.
// oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
const REFUSED = /[\u007f\u0080-\u0084\u0086-\u009f]/;

function checkedText(text: string, { isOutput }: Conversion): string {
  if (isOutput && REFUSED.test(text)) throw new KustomizeError("yaml: control characters are not allowed");
  // A block scalar whose first line starts with a tab cannot be read back.
  if (text.startsWith("\t") && isWrittenAsBlock(text)) {
    throw new KustomizeError("yaml: line 2: found a tab character where an indentation space is expected");
  }
  return text;
}

/** Whether the emitter refuses the text. */
export function hasRefusedCharacter(text: string): boolean {
  return REFUSED.test(text);
}

/** The node of a JSON value that went through Go's `map[string]interface{}`: every number is a float64. */
export function fromJson(value: JsonValue): Node {
  if (value === null) return NULL;
  switch (typeof value) {
    case "string":
      return textNode(value);
    case "boolean":
      return new Scalar("!!bool", String(value));
    case "bigint":
      return floatNode(Number(value));
    case "number":
      return floatNode(value);
    default:
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => fromJson(item));
  const map = new YamlMap();
  map.isRead = true;
  for (const [key, item] of Object.entries(value as JsonObject)) map.set(key, fromJson(item));
  return map;
}

const SURELY_PLAIN = /^[A-Za-z][\w./-]*$/;

/** A text that upstream wrote and read again: what cannot be written plain is quoted from then on. */
function textNode(text: string): string | Scalar {
  // Written without quotes, this is read back as a merge key.
  if (text === "<<") return new Scalar("!!merge", text);
  if (SURELY_PLAIN.test(text) && !isYaml11NonString(text)) return text;
  const isQuoted = /^- ["'|]/.test(emitYaml([text]));
  return isQuoted ? new Scalar("!!str", text, true) : text;
}

function floatNode(value: number): Scalar {
  const text = formatGoFloat(value);
  return new Scalar(resolveTag(text) === "!!int" ? "!!int" : "!!float", text);
}

/** The node of a JSON value whose integers are exact. */
export function fromExactJson(value: JsonValue): Node {
  if (typeof value === "bigint") return new Scalar("!!int", String(value));
  if (Array.isArray(value)) return value.map((item: JsonValue) => fromExactJson(item));
  if (value === null || typeof value !== "object") return fromJson(value);
  const map = new YamlMap();
  for (const [key, item] of Object.entries(value as JsonObject)) map.set(key, fromExactJson(item));
  return map;
}

/** All scalars below a node that fail a check. */
export function* scalarsOf(node: Node): Generator<string | Scalar> {
  if (isScalar(node)) yield node;
  else if (Array.isArray(node)) for (const item of node) yield* scalarsOf(item);
  else for (const item of node.fields.values()) yield* scalarsOf(item);
}

/** What messages call the tag that a text resolves to: dates and merge keys are strings there. */
function shownTag(text: string): string {
  const tag = resolveTag(text);
  return tag === "!!timestamp" || tag === "!!merge" ? "!!str" : tag;
}
