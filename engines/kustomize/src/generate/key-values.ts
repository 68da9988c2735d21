import { isUtf8 } from "node:buffer";
import { quoteGo } from "@weir/text";
import { KustomizeError, prefixed } from "../error.ts";
import type { GeneratorArgs } from "../file/kustomization.ts";
import type { Loader } from "../file/loader.ts";
import { MOST_DATA_BYTES } from "../growth-budget.ts";

/** A value to put under a key: text, or bytes that are no text. */
export type DataValue = string | Uint8Array;

type Pair = readonly [key: string, value: DataValue];

/** Collects what a generator's `envs`, `literals` and `files` hold, in that order; a key may come once. */
export function loadKeyValues(args: GeneratorArgs, loader: Loader): ReadonlyMap<string, DataValue> {
  const { envs = [], literals = [], files = [] } = args;
  const pairs: Pair[] = [
    ...inSource(`env source files: [${envs.join(" ")}]`, () =>
      envs.flatMap((path) => fromEnvFile(path, loader)),
    ),
    ...inSource(`literal sources [${literals.join(" ")}]`, () => literals.map(fromLiteral)),
    ...inSource(`file sources: [${files.join(" ")}]`, () => files.map((source) => fromFile(source, loader))),
  ];
  const result = new Map<string, DataValue>();
  let size = 0;
  for (const [key, value] of pairs) {
    if (result.has(key)) {
      throw new KustomizeError(`configmap ${args.name ?? ""} illegally repeats the key \`${key}\``);
    }
    result.set(key, value);
    size += value.length;
    if (size > MOST_DATA_BYTES) {
      throw new KustomizeError(`configmap ${args.name ?? ""} holds more than ${MOST_DATA_BYTES} bytes`);
    }
  }
  return result;
}

function inSource<Value>(what: string, action: () => Value): Value {
  try {
    return action();
  } catch (error) {
    throw prefixed(error, `loading KV pairs: ${what}`);
  }
}

function fromLiteral(source: string): Pair {
  const equals = source.indexOf("=");
  if (equals <= 0) throw new KustomizeError(`invalid literal source ${source}, expected key=value`);
  return [source.slice(0, equals), withoutQuotes(source.slice(equals + 1))];
}

function withoutQuotes(text: string): string {
  const first = text.charAt(0);
  const isQuoted = text.length >= 2 && first === text.at(-1) && (first === '"' || first === "'");
  return isQuoted ? text.slice(1, -1) : text;
}

function fromFile(source: string, loader: Loader): Pair {
  const [key, path] = parseFileSource(source);
  const bytes = loader.load(path);
  if (bytes.length > MOST_DATA_BYTES) {
    throw new KustomizeError(`file '${path}' holds more than ${MOST_DATA_BYTES} bytes`);
  }
  return [key, isUtf8(bytes) ? decode(bytes) : bytes];
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function parseFileSource(source: string): readonly [key: string, path: string] {
  const parts = source.split("=");
  const [key = "", path = ""] = parts;
  const shown = quoteGo(source);
  if (parts.length === 1) return [baseName(source), source];
  if (parts.length > 2) throw new KustomizeError(`source ${shown} key name or file path contains '='`);
  if (key === "") {
    throw new KustomizeError(`missing key name for file path ${quoteGo(path)} in source ${shown}`);
  }
  if (path === "") {
    throw new KustomizeError(`missing file path for key name ${quoteGo(key)} in source ${shown}`);
  }
  return [key, path];
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return path === "" ? "." : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

function fromEnvFile(path: string, loader: Loader): readonly Pair[] {
  const bytes = loader.load(path);
  const pairs: Pair[] = [];
  let start = 0;
  for (let line = 0; start < bytes.length; line++) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    const pair = fromEnvLine(withoutReturn(bytes.subarray(start, end)), line === 0);
    if (pair !== undefined) pairs.push(pair);
    start = end + 1;
  }
  return pairs;
}

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}

function fromEnvLine(bytes: Uint8Array, isFirst: boolean): Pair | undefined {
  if (!isUtf8(bytes)) {
    const text = new TextDecoder().decode(bytes);
    throw new KustomizeError(`line [${bytes.join(" ")}] has invalid utf8 bytes : ${text}`);
  }
  const decoded = decode(bytes);
  const line = (isFirst ? decoded.replace(/^\ufeff/, "") : decoded).replace(LEADING_SPACE, "");
  if (line === "" || line.startsWith("#")) return undefined;
  const equals = line.indexOf("=");
  if (equals < 0) return [line, ""];
  return equals === 0 ? undefined : [line.slice(0, equals), line.slice(equals + 1)];
}

/** What Go's `unicode.IsSpace` accepts, which is not the same as `\s`. */
const LEADING_SPACE = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
