import { compareUtf8, JsonSyntaxError, parseJson } from "@weir/core";
import { compareSemver, sortAsGo, tryParseSemver } from "@weir/text";
import type { ChartDependency, ChartMetadata } from "../chart/chart.ts";
import { ChartError } from "../chart/chart-error.ts";
import { type Decoded, type DecodedValue, decodeGoJson, decodeGoStruct } from "../chart/decode-go-struct.ts";
import { indexFileShape } from "../chart/go-shape.ts";
import { validateMetadata } from "../chart/read-metadata.ts";
import { cutIndex } from "./cut-index.ts";
import { cutJsonIndex } from "./cut-json-index.ts";
import { RepositoryBudgetError, RepositoryError } from "./repository-error.ts";
import { type GoJson, writeGoJson, writeGoString } from "./write-go-json.ts";

/** How much of an index is read. */
export interface IndexJsonOptions {
  /** Length of the index in bytes. Default 100 MiB. */
  readonly maxBytes?: number;
  /** Versions over all charts. Default 500,000. */
  readonly maxVersions?: number;
}

const MIB = 1024 * 1024;
/** An index up to this length is read again as a whole where a piece of it is wrong: the error counts lines. */
const REREAD_LENGTH = 8 * MIB;

/**
 * Rewrites an index, YAML or JSON, as source-controller stores it: cleaned, the versions of each chart from the highest
 * down, in the indented JSON of Go's encoder. The text comes in pieces, of which only one is held at a time; an error
 * may come after some of them.
 *
 * Throws `RepositoryError` in helm's words and `RepositoryBudgetError`.
 */
export function* indexJson(bytes: Uint8Array, options: IndexJsonOptions = {}): Generator<string> {
  const { maxBytes = 100 * MIB, maxVersions = 500_000 } = options;
  if (bytes.length > maxBytes) throw new RepositoryBudgetError(`index of more than ${maxBytes} bytes`);
  if (bytes.length === 0) throw new RepositoryError("empty index.yaml file");
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  const { head, charts } = readPieces(text, maxBytes);
  if (textOf(head, "apiVersion") === "") throw new RepositoryError("no API version specified");
  const writer = new EntryWriter(maxVersions);
  yield `{${headFields(head, ["serverInfo", "apiVersion", "generated"])},\n  "entries": `;
  if (charts === undefined) yield "null";
  else {
    let separator = "{";
    for (const [name, versions] of charts) {
      yield `${separator}\n    ${writeGoString(name)}: ${writer.write(versions())}`;
      separator = ",";
    }
    yield separator === "{" ? "{}" : "\n  }";
  }
  const rest = headFields(head, ["publicKeys", "annotations"]);
  yield `${rest === "" ? "" : `,${rest}`}\n}`;
}

type Versions = () => DecodedValue | undefined;

interface Pieces {
  readonly head: Decoded;
  /** By name, sorted; undefined where the index has none. */
  readonly charts: readonly (readonly [name: string, versions: Versions])[] | undefined;
}

function readPieces(text: string, maxBytes: number): Pieces {
  const json = /^\s*\{/.test(text) ? (readCutJson(text) ?? readJson(text)) : undefined;
  return json ?? readCut(text, maxBytes) ?? wholePieces(decodeYaml(text, maxBytes));
}

/** An index whose pieces are not JSON is read as a whole, and may be YAML. */
function readCutJson(text: string): Pieces | undefined {
  const cut = cutJsonIndex(text);
  if (cut === undefined) return undefined;
  if (![cut.head, ...cut.charts.values()].every(isJson)) return undefined;
  const head = decodeJson(cut.head);
  const charts = [...cut.charts].map(([name, piece]): readonly [string, Versions] => [
    name,
    () => entriesOf(decodeJson(`{"entries":{${JSON.stringify(name)}:${piece}}}`))?.get(name),
  ]);
  return { head, charts: charts.sort(([left], [right]) => compareUtf8(left, right)) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function decodeJson(text: string): Decoded {
  return asRepositoryError(() => decodeGoJson(parseJson(text), indexFileShape));
}

/** What is no JSON is read as YAML. */
function readJson(text: string): Pieces | undefined {
  try {
    return wholePieces(decodeJson(text));
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function readCut(text: string, maxBytes: number): Pieces | undefined {
  const cut = cutIndex(text, undefined);
  if (cut === undefined) return undefined;
  const texts = new Map<string, string>();
  for (const piece of cut.charts) {
    const name = /^ *([\w./-]+):[ ]*\n/.exec(piece)?.[1];
    if (name === undefined || texts.has(name) || !/[A-Za-z]/.test(name)) return undefined;
    texts.set(name, piece);
  }
  const head = decodePiece(cut.head, text, maxBytes);
  const charts = [...texts].map(([name, piece]): readonly [string, Versions] => [
    name,
    () => entriesOf(decodePiece(`entries:\n${piece}`, text, maxBytes))?.get(name),
  ]);
  return { head, charts: charts.sort(([left], [right]) => compareUtf8(left, right)) };
}

function decodePiece(piece: string, whole: string, maxBytes: number): Decoded {
  try {
    return decodeYaml(piece, maxBytes);
  } catch (error) {
    if (error instanceof RepositoryError && whole.length <= REREAD_LENGTH) decodeYaml(whole, maxBytes);
    throw error;
  }
}

function decodeYaml(text: string, maxBytes: number): Decoded {
  const options = { isStrict: true, maxBytes };
  return asRepositoryError(() => decodeGoStruct(text, indexFileShape, undefined, options));
}

function wholePieces(decoded: Decoded): Pieces {
  const entries = entriesOf(decoded);
  const charts = entries && [...entries].map(([name, versions]) => [name, () => versions] as const);
  return { head: decoded, charts };
}

function entriesOf(decoded: Decoded): Decoded | undefined {
  const entries = decoded.get("entries");
  return entries instanceof Map ? (entries as Decoded) : undefined;
}

function asRepositoryError(decode: () => Decoded): Decoded {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new RepositoryError(error.message);
  }
}

/** Fields of the index, each on a line of its own; `omitempty` leaves most out. */
function headFields(head: Decoded, names: readonly string[]): string {
  const lines = names.flatMap((name) => {
    const value = headValue(head, name);
    return value === undefined ? [] : [`\n  ${writeGoString(name)}: ${writeGoJson(value, 1)}`];
  });
  return lines.join(",");
}

function headValue(head: Decoded, name: string): GoJson | undefined {
  const value = head.get(name);
  switch (name) {
    case "apiVersion":
      return textOf(head, name);
    case "generated":
      return goTime(textOf(head, name));
    default: {
      const given = headTable(value) ?? (Array.isArray(value) ? (value as readonly string[]) : undefined);
      return given === undefined || isEmpty(given) ? undefined : given;
    }
  }
}

function headTable(value: DecodedValue | undefined): GoJson | undefined {
  if (value instanceof Map) return sortedMap(value as ReadonlyMap<string, string>);
  return rawOf(value)?.[0];
}

/** Writes the versions of one chart after the other. */
class EntryWriter {
  readonly #maxVersions: number;
  #versions = 0;

  constructor(maxVersions: number) {
    this.#maxVersions = maxVersions;
  }

  write(versions: DecodedValue | undefined): string {
    if (!Array.isArray(versions)) return "null";
    const items = versions as readonly DecodedValue[];
    this.#versions += items.length;
    if (this.#versions > this.#maxVersions) {
      throw new RepositoryBudgetError(`index of more than ${this.#maxVersions} versions`);
    }
    const valid = items.flatMap((item) => (item instanceof Map ? validEntry(item as Decoded) : []));
    const sorted = sortAsGo(valid, isHigher);
    return writeGoJson(
      sorted.map(({ fields }) => fields),
      2,
    );
  }
}

interface Entry {
  readonly version: string;
  readonly fields: ReadonlyMap<string, GoJson>;
}

/** Entries that are no charts are left out. */
function validEntry(decoded: Decoded): readonly Entry[] {
  const apiVersion = textOf(decoded, "apiVersion");
  try {
    const metadata = validateMetadata(
      new Map([...decoded, ["apiVersion", apiVersion === "" ? "v1" : apiVersion]]),
      true,
    );
    return [{ version: metadata.version, fields: entryFields(metadata, decoded) }];
  } catch (error) {
    if (error instanceof ChartError) return [];
    throw error;
  }
}

function isHigher(left: Entry, right: Entry): boolean {
  const [a, b] = [tryParseSemver(left.version), tryParseSemver(right.version)];
  return a !== undefined && b !== undefined && compareSemver(a, b) > 0;
}

/** In the order of helm's structs. */
function entryFields(metadata: ChartMetadata, decoded: Decoded): ReadonlyMap<string, GoJson> {
  const { annotations, dependencies = [], maintainers } = metadata;
  const text = (name: string): GoJson => textOf(decoded, name);
  const urls = decoded.get("urls");
  const created: readonly [string, GoJson] = ["created", goTime(textOf(decoded, "created"))];
  return new Map<string, GoJson>([
    ...withoutEmpty([
      ["name", metadata.name],
      ["home", metadata.home],
      ["sources", metadata.sources],
      ["version", metadata.version],
      ["description", metadata.description],
      ["keywords", metadata.keywords],
      ["maintainers", maintainers.map((person) => new Map(withoutEmpty(Object.entries(person))))],
      ["icon", metadata.icon],
      ["apiVersion", metadata.apiVersion],
      ["condition", metadata.condition],
      ["tags", metadata.tags],
      ["appVersion", metadata.appVersion],
      ["deprecated", metadata.deprecated],
      ["annotations", sortedMap(annotations ?? new Map())],
      ["kubeVersion", metadata.kubeVersion],
      ["dependencies", dependencies.map((dependency, index) => dependencyFields(dependency, decoded, index))],
      ["type", metadata.type],
    ]),
    ["urls", Array.isArray(urls) ? (urls as readonly string[]) : null],
    created,
    ...withoutEmpty([
      ["removed", decoded.get("removed") === true],
      ["digest", text("digest")],
      ["checksum", text("checksum")],
      ["engine", text("engine")],
      ["tillerVersion", text("tillerVersion")],
      ["url", text("url")],
    ]),
  ]);
}

function dependencyFields(dependency: ChartDependency, decoded: Decoded, index: number): GoJson {
  const { name, version, repository, condition, tags, enabled, alias } = dependency;
  const all = decoded.get("dependencies");
  const item = Array.isArray(all) ? (all as readonly DecodedValue[])[index] : undefined;
  const imports = item instanceof Map ? rawOf((item as Decoded).get("import-values")) : undefined;
  return new Map<string, GoJson>([
    ["name", name],
    ...withoutEmpty([["version", version]]),
    ["repository", repository],
    ...withoutEmpty([
      ["condition", condition],
      ["tags", tags],
      ["enabled", enabled],
      ["import-values", (imports ?? []) as readonly GoJson[]],
      ["alias", alias],
    ]),
  ]);
}

function withoutEmpty(
  fields: readonly (readonly [string, GoJson])[],
): readonly (readonly [string, GoJson])[] {
  return fields.filter(([, value]) => !isEmpty(value));
}

function isEmpty(value: GoJson): boolean {
  if (value === "" || value === false || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof Map) return value.size === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function sortedMap(map: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...map].sort(([left], [right]) => compareUtf8(left, right)));
}

function rawOf(value: DecodedValue | undefined): readonly GoJson[] | undefined {
  if (typeof value !== "object" || value === null || !("raw" in value)) return undefined;
  return value.raw as readonly GoJson[];
}

function textOf(decoded: Decoded, name: string): string {
  const value = decoded.get(name);
  return typeof value === "string" ? value : "";
}

/** A moment as Go writes it: no zeros at the end of a fraction, `Z` for an offset of nothing. */
function goTime(text: string): string {
  if (text === "") return "0001-01-01T00:00:00Z";
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:[.,](\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)$/.exec(text);
  if (parts === null) return text;
  const [, moment = "", fraction = "", zone = ""] = parts;
  const digits = fraction.replace(/0+$/, "");
  return `${moment}${digits === "" ? "" : `.${digits}`}${zone === "+00:00" || zone === "-00:00" ? "Z" : zone}`;
}
