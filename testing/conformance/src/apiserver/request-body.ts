import { type JsonValue, writeJson } from "@weir/core";
import type { Placeholders } from "./placeholders.ts";

/** A text as it goes over the wire. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/**
 * A body as the recorder wrote it, with spaces behind commas and colons: where a field holds raw JSON, the server keeps
 * and compares its very text.
 */
export function writeSpaced(value: JsonValue): string {
  if (Array.isArray(value)) return `[${(value as readonly JsonValue[]).map(writeSpaced).join(", ")}]`;
  if (value === null || typeof value !== "object") return writeJson(value);
  const fields = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${writeSpaced(item as JsonValue)}`,
  );
  return `{${fields.join(", ")}}`;
}

/** A node port is a number, though its placeholder is a text; one that is not known yet is left to the server. */
export function numbersIn(value: JsonValue, placeholders: Placeholders): JsonValue {
  if (typeof value === "string" && /^\$NODEPORT\d+$/.test(value)) return Number(placeholders.get(value) ?? 0);
  if (Array.isArray(value)) return value.map((item: JsonValue) => numbersIn(item, placeholders));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, numbersIn(item as JsonValue, placeholders)]),
  );
}

/** A big body described in words: a ConfigMap with one long value. */
export function repeatedBody(description: JsonValue): string {
  const words = String(description);
  const length = Number(/\d{5,}/.exec(words)?.[0] ?? 0);
  const name = /ConfigMap (\w+)/.exec(words)?.[1] ?? "";
  const key = /(?:data\.|annotation )(\w+)/.exec(words)?.[1] ?? "";
  const long = { [key]: "x".repeat(length) };
  const isAnnotation = words.includes("annotation");
  const metadata = isAnnotation ? { name, annotations: long } : { name };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata,
    ...(isAnnotation ? {} : { data: long }),
  });
}
