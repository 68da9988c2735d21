import { type JsonObject, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { compareSemver, parseConstraint, quoteGo, sortAsGo, tryParseSemver } from "@weir/text";
import { loadYaml, YamlError } from "@weir/yaml";
import type { Notify } from "../chart/chart-notice.ts";
import { cutIndex } from "./cut-index.ts";
import { RepositoryBudgetError, RepositoryError } from "./repository-error.ts";

/** One version of a chart in a repository: what is needed to choose and fetch it. */
export interface ChartVersion {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly deprecated: boolean;
  /** Absolute, or relative to the repository. */
  readonly urls: readonly string[];
  /** SHA-256 of the archive in hex; empty where the index has none. */
  readonly digest: string;
  /** RFC 3339; empty where the index has none. */
  readonly created: string;
}

/** The charts of a repository: their versions, highest first. */
export type RepositoryIndex = ReadonlyMap<string, readonly ChartVersion[]>;

/** How an index is read. */
export interface ReadIndexOptions {
  /** The charts that are wanted; all by default. An index of tens of megabytes is much cheaper to read for one chart. */
  readonly charts?: ReadonlySet<string>;
  /** Length of the index in bytes. Default 100 MiB. */
  readonly maxBytes?: number;
  /** Versions over all charts. Default 500,000. */
  readonly maxVersions?: number;
  /** What errors and notices call the index. */
  readonly source?: string;
  readonly notify?: Notify;
}

const MIB = 1024 * 1024;

/**
 * Reads index.yaml, written as YAML or as JSON. Entries that are no charts are left out, with a notice.
 *
 * Throws `RepositoryError` in helm's words, and `RepositoryBudgetError`.
 */
export function readRepositoryIndex(bytes: Uint8Array, options: ReadIndexOptions = {}): RepositoryIndex {
  const { maxBytes = 100 * MIB, charts } = options;
  if (bytes.length > maxBytes) throw new RepositoryBudgetError(`index of more than ${maxBytes} bytes`);
  if (bytes.length === 0) throw new RepositoryError("empty index.yaml file");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const { apiVersion, entries } = readParts(text, maxBytes, charts);
  const reader = new IndexReader(options);
  const index = new Map<string, readonly ChartVersion[]>();
  for (const [name, versions] of entries) {
    if (charts === undefined || charts.has(name)) index.set(name, reader.versionsOf(name, versions));
  }
  if (apiVersion === "") throw new RepositoryError("no API version specified");
  return index;
}

interface IndexParts {
  readonly apiVersion: string;
  readonly entries: Iterable<readonly [string, JsonValue]>;
}

function readParts(text: string, maxBytes: number, charts: ReadonlySet<string> | undefined): IndexParts {
  const json = tryJson(text);
  if (json !== undefined) return partsOf(json);
  const budgets = { size: maxBytes };
  const cut = cutIndex(text, charts);
  if (cut !== undefined) {
    try {
      return { ...partsOf(loadYaml(cut.head, { strict: true, budgets })), entries: entriesOf(cut.charts) };
    } catch (error) {
      // Whatever is wrong is said of the whole.
      if (!(error instanceof YamlError) && !(error instanceof RepositoryError)) throw error;
    }
  }
  return partsOf(loadWhole(text, maxBytes));
}

/** The parts are read one by one, so that only one of them is held as a tree. */
function entriesOf(charts: readonly string[]): readonly (readonly [string, JsonValue])[] {
  return charts.flatMap((text) => {
    const value = loadYaml(text, { strict: true });
    const names = isTable(value) ? Object.keys(value) : [];
    const [name] = names;
    if (!isTable(value) || name === undefined || names.length !== 1)
      throw new RepositoryError("not one chart");
    return [[name, value[name] ?? null] as const];
  });
}

function loadWhole(text: string, maxBytes: number): JsonValue {
  try {
    return loadYaml(text, { strict: true, budgets: { size: maxBytes } });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new RepositoryError(`error converting YAML to JSON: ${error.message}`);
  }
}

function tryJson(text: string): JsonValue | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function partsOf(value: JsonValue): IndexParts {
  if (!isTable(value)) {
    if (value === null) return { apiVersion: "", entries: [] };
    throw new RepositoryError(
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into IndexFile",
    );
  }
  const { apiVersion = "", entries = {} } = value;
  if (entries !== null && !isTable(entries)) {
    throw new RepositoryError(
      "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal entries into map[string]repo.ChartVersions",
    );
  }
  return {
    apiVersion: typeof apiVersion === "string" ? apiVersion : String(apiVersion),
    entries: Object.entries(entries ?? {}),
  };
}

function isTable(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

class IndexReader {
  readonly #source: string;
  readonly #notify: Notify;
  readonly #maxVersions: number;
  #versions = 0;

  constructor({ source = "index.yaml", notify, maxVersions = 500_000 }: ReadIndexOptions) {
    this.#source = source;
    this.#notify = notify ?? (() => undefined);
    this.#maxVersions = maxVersions;
  }

  versionsOf(name: string, value: JsonValue): readonly ChartVersion[] {
    const items = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
    this.#versions += items.length;
    if (this.#versions > this.#maxVersions) {
      throw new RepositoryBudgetError(`index of more than ${this.#maxVersions} versions`);
    }
    const valid = items.flatMap((item) => this.#versionOf(name, item));
    return sortAsGo(valid, isHigher);
  }

  #versionOf(name: string, item: JsonValue): readonly ChartVersion[] {
    if (!isTable(item)) {
      this.#skip(`${quoteGo(name)} from ${this.#source}: empty entry`);
      return [];
    }
    const version = chartVersionOf(item);
    const problem = problemOf(version);
    if (problem === undefined) return [version];
    this.#skip(`${quoteGo(name)} ${quoteGo(version.version)} from ${this.#source}: validation: ${problem}`);
    return [];
  }

  #skip(what: string): void {
    this.#notify({ level: "WARN", message: `skipping loading invalid entry for chart ${what}`, fields: [] });
  }
}

function isHigher(left: ChartVersion, right: ChartVersion): boolean {
  const [a, b] = [tryParseSemver(left.version), tryParseSemver(right.version)];
  return a !== undefined && b !== undefined && compareSemver(a, b) > 0;
}

/** What is needed of an entry. */
export function chartVersionOf(item: JsonObject): ChartVersion {
  const text = (key: string): string => {
    const value = Object.hasOwn(item, key) ? item[key] : undefined;
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  };
  const { urls } = item;
  return {
    name: text("name"),
    version: text("version"),
    appVersion: text("appVersion"),
    description: text("description"),
    deprecated: item["deprecated"] === true,
    urls: Array.isArray(urls) ? urls.filter((url): url is string => typeof url === "string") : [],
    digest: text("digest"),
    created: text("created"),
  };
}

/** What helm finds wrong with the metadata of an entry. */
function problemOf({ name, version }: ChartVersion): string | undefined {
  if (name === "") return "chart.metadata.name is required";
  if (name === "." || name === "..") return `chart.metadata.name ${quoteGo(name)} is not allowed`;
  if (name.includes("/")) return `chart.metadata.name ${quoteGo(name)} is invalid`;
  if (version === "") return "chart.metadata.version is required";
  return tryParseSemver(version) === undefined
    ? `chart.metadata.version ${quoteGo(version)} is invalid`
    : undefined;
}

/**
 * The version of a chart that helm takes: the one that is written exactly so, else the highest that lies in the range.
 * Without a version, the highest that is no prerelease.
 *
 * Throws `RepositoryError` where there is none, and `ConstraintError` for a text that is no range.
 */
export function findChartVersion(index: RepositoryIndex, name: string, version = ""): ChartVersion {
  const versions = index.get(name);
  if (versions === undefined) throw new RepositoryError("no chart name found");
  if (versions.length === 0) throw new RepositoryError("no chart version found");
  const constraint = parseConstraint(version === "" ? "*" : version);
  const exact = version === "" ? undefined : versions.find((candidate) => candidate.version === version);
  const found =
    exact ??
    versions.find((candidate) => {
      const parsed = tryParseSemver(candidate.version);
      return parsed !== undefined && constraint.check(parsed);
    });
  if (found === undefined) throw new RepositoryError(`no chart version found for ${name}-${version}`);
  return found;
}
