import { isPrintable, quoteGo, tryParseSemver } from "@weir/text";
import type { JsonValue } from "@weir/core";
import { decodedValue } from "../values/go-json.ts";
import { goText } from "../values/go-text.ts";
import type { ChartDependency, ChartLock, ChartMaintainer, ChartMetadata, ImportValue } from "./chart.ts";
import { ChartError } from "./chart-error.ts";
import { type Decoded, type DecodedValue, decodeGoStruct } from "./decode-go-struct.ts";
import { lockShape, metadataShape } from "./go-shape.ts";

/** Reads Chart.yaml, or requirements.yaml over what Chart.yaml said. Throws `ChartError`. */
export function decodeMetadata(text: Uint8Array, base?: Decoded): Decoded {
  return decodeGoStruct(text, metadataShape, base);
}

/** Reads a lock file; undefined for an empty one. Throws `ChartError`. */
export function decodeLock(text: Uint8Array): ChartLock | undefined {
  const decoded = decodeGoStruct(text, lockShape);
  if (decoded.size === 0) return undefined;
  return {
    generated: textOf(decoded, "generated"),
    digest: textOf(decoded, "digest"),
    dependencies: itemsOf(decoded.get("dependencies")).flatMap((item) =>
      item instanceof Map ? [dependencyOf(item)] : [],
    ),
  };
}

/**
 * Cleans and checks metadata as helm does. Throws `ChartError`. Dependencies of one name or alias are let through where
 * `allowsRepeats` says so.
 */
export function validateMetadata(decoded: Decoded, allowsRepeats = false): ChartMetadata {
  const apiVersion = textOf(decoded, "apiVersion");
  const metadata: ChartMetadata = {
    name: clean(textOf(decoded, "name")),
    home: clean(textOf(decoded, "home")),
    sources: textsOf(decoded, "sources").map(clean),
    version: textOf(decoded, "version"),
    description: clean(textOf(decoded, "description")),
    keywords: textsOf(decoded, "keywords").map(clean),
    maintainers: [],
    icon: clean(textOf(decoded, "icon")),
    apiVersion,
    condition: clean(textOf(decoded, "condition")),
    tags: clean(textOf(decoded, "tags")),
    appVersion: clean(textOf(decoded, "appVersion")),
    deprecated: decoded.get("deprecated") === true,
    annotations: stringMapOf(decoded.get("annotations")),
    kubeVersion: clean(textOf(decoded, "kubeVersion")),
    dependencies: undefined,
    type: textOf(decoded, "type"),
  };
  if (apiVersion === "") throw invalid("chart.metadata.apiVersion is required");
  checkNames(metadata);
  const maintainers = itemsOf(decoded.get("maintainers")).map(validMaintainer);
  const dependencies = decoded.get("dependencies");
  return {
    ...metadata,
    maintainers,
    dependencies:
      dependencies === undefined ? undefined : validDependencies(itemsOf(dependencies), allowsRepeats),
  };
}

function checkNames({ name, version, type }: ChartMetadata): void {
  if (name === "") throw invalid("chart.metadata.name is required");
  if (name === "." || name === "..") throw invalid(`chart.metadata.name ${quoteGo(name)} is not allowed`);
  if (name !== baseName(name)) throw invalid(`chart.metadata.name ${quoteGo(name)} is invalid`);
  if (version === "") throw invalid("chart.metadata.version is required");
  if (tryParseSemver(version) === undefined) {
    throw invalid(`chart.metadata.version ${quoteGo(version)} is invalid`);
  }
  if (!["", "application", "library"].includes(type)) {
    throw invalid("chart.metadata.type must be application or library");
  }
}

function validMaintainer(item: DecodedValue): ChartMaintainer {
  if (!(item instanceof Map)) throw invalid("maintainers must not contain empty or null nodes");
  const field = (name: string): string => clean(textOf(item, name));
  return { name: field("name"), email: field("email"), url: field("url") };
}

const ALIAS = /^[a-zA-Z0-9_-]+$/;

function validDependencies(
  items: readonly DecodedValue[],
  allowsRepeats: boolean,
): readonly ChartDependency[] {
  const taken = new Set<string>();
  return items.map((item) => {
    if (!(item instanceof Map)) throw invalid("dependencies must not contain empty or null nodes");
    const raw = dependencyOf(item);
    const dependency: ChartDependency = {
      ...raw,
      name: clean(raw.name),
      version: clean(raw.version),
      repository: clean(raw.repository),
      condition: clean(raw.condition),
      tags: raw.tags.map(clean),
    };
    const { name, alias } = dependency;
    if (alias !== "" && !ALIAS.test(alias)) {
      throw invalid(`dependency ${quoteGo(name)} has disallowed characters in the alias`);
    }
    const key = alias === "" ? name : alias;
    if (taken.has(key) && !allowsRepeats)
      throw invalid(`more than one dependency with name or alias ${quoteGo(key)}`);
    taken.add(key);
    return dependency;
  });
}

function dependencyOf(decoded: Decoded): ChartDependency {
  const imports = decoded.get("import-values");
  return {
    name: textOf(decoded, "name"),
    version: textOf(decoded, "version"),
    repository: textOf(decoded, "repository"),
    condition: textOf(decoded, "condition"),
    tags: textsOf(decoded, "tags"),
    enabled: decoded.get("enabled") === true,
    importValues:
      typeof imports === "object" && imports !== null && "raw" in imports
        ? imports.raw.flatMap(importValueOf)
        : [],
    alias: textOf(decoded, "alias"),
  };
}

/** What is neither a text nor a table imports nothing. */
function importValueOf(value: JsonValue): readonly ImportValue[] {
  if (typeof value === "string") return [value];
  const table = decodedValue(value);
  if (!(table instanceof Map)) return [];
  const field = (name: string): string => goText(table.get(name) ?? null);
  return [{ child: field("child"), parent: field("parent") }];
}

function invalid(problem: string): ChartError {
  return new ChartError(`validation: ${problem}`);
}

/** Go's `filepath.Base`. */
function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return path === "" ? "." : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

const GO_SPACE = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** White space becomes a blank, what cannot be printed is dropped. */
function clean(text: string): string {
  if (/^[ -~]*$/.test(text)) return text;
  let cleaned = "";
  for (const char of text) {
    if (GO_SPACE.test(char)) cleaned += " ";
    else if (isPrintable(char)) cleaned += char;
  }
  return cleaned;
}

function textOf(decoded: Decoded, name: string): string {
  const value = decoded.get(name);
  return typeof value === "string" ? value : "";
}

function itemsOf(value: DecodedValue | undefined): readonly DecodedValue[] {
  return Array.isArray(value) ? (value as readonly DecodedValue[]) : [];
}

function textsOf(decoded: Decoded, name: string): readonly string[] {
  return itemsOf(decoded.get(name)).map((item) => (typeof item === "string" ? item : ""));
}

function stringMapOf(value: DecodedValue | undefined): ReadonlyMap<string, string> | undefined {
  if (!(value instanceof Map)) return undefined;
  return new Map(Array.from(value as Decoded, ([key, item]) => [key, typeof item === "string" ? item : ""]));
}
