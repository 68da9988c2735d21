import type { JsonValue } from "@weir/core";
import { goJson } from "../node/go-json.ts";
import { isScalar, type Node, textOf, type YamlMap } from "../node/node.ts";
import { toJson } from "../node/to-json.ts";
import type { Resource } from "../resource/resource.ts";
import type { Transformer } from "../transform/transformer.ts";
import { sha256 } from "./sha256.ts";

const LETTERS: Readonly<Record<string, string>> = { "0": "g", "1": "h", "3": "k", a: "m", e: "t" };

/** Ten characters of a SHA-256 that cannot spell a word. */
function encode(text: string): string {
  const hex = sha256(text).slice(0, 10);
  return hex.replace(/[013ae]/g, (digit) => LETTERS[digit] ?? digit);
}

function fieldValue(root: YamlMap, field: string): JsonValue {
  const node: Node | undefined = root.get(field);
  if (node === undefined) return "";
  return isScalar(node) ? textOf(node) : toJson(node);
}

function isObject(value: JsonValue): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The hash that a ConfigMap's or Secret's name ends in; it covers the data, never the name. */
export function resourceHash({ root, kind }: Resource): string {
  if (kind !== "ConfigMap" && kind !== "Secret") return encode(goJson(toJson(root)));
  const second = kind === "ConfigMap" ? "binaryData" : "stringData";
  const content: Record<string, JsonValue> = { kind, name: "", data: fieldValue(root, "data") };
  if (kind === "Secret") content["type"] = fieldValue(root, "type");
  const extra = fieldValue(root, second);
  if (isObject(extra)) content[second] = extra;
  return encode(goJson(content));
}

/** Appends the hash to the names of generated resources. */
export const hashTransformer: Transformer = (resources) => {
  for (const resource of resources.resources) {
    if (!resource.needsHash) continue;
    const hash = resourceHash(resource);
    resource.storePreviousId();
    resource.setName(`${resource.name}-${hash}`);
    resources.touch(resource);
  }
};
