import { type JsonObject, writeJson, type JsonValue } from "@weir/core";
import { type KubeObject, StatusError } from "@weir/objects";
import { loadYaml, YamlError, type YamlPath, yamlPositions } from "@weir/yaml";
import type { Storage, StorageWrite } from "../storage/storage.ts";
import { pathSegmentName } from "../validation/names.ts";
import {
  ImportBudgetError,
  ImportInterruptedError,
  InvalidExportError,
  StorageNotEmptyError,
} from "./backup-error.ts";
import { describeObject } from "./export-objects.ts";
import { type ExportDocument, splitExport } from "./split-export.ts";
import { asObject, type StoredKind, StoredKinds, textOf } from "./stored-kinds.ts";

/** How much an import may take. */
export interface ImportOptions {
  /** Of the whole text; 512 MiB by default. */
  readonly maxBytes?: number;
  /** Of one document; 16 MiB by default. */
  readonly maxDocumentBytes?: number;
  /** 200,000 by default. */
  readonly maxDocuments?: number;
}

/** What an import wrote. */
export interface ImportReport {
  readonly objects: number;
  /** The storage's revision after it. */
  readonly revision: number;
}

const DEFAULTS: Required<ImportOptions> = {
  maxBytes: 512 * 1024 * 1024,
  maxDocumentBytes: 16 * 1024 * 1024,
  maxDocuments: 200_000,
};

/** Writes that are on their way together. */
const WRITES_AT_ONCE = 500;

/**
 * Writes what `exportObjects` wrote into an empty storage, as it was: with uids, times, managed fields and status. Only
 * resourceVersions are new, so that clients list again. To be done before a server is made over the storage.
 *
 * It is a restore and goes below admission, validation and defaults: no webhook is asked and nothing is allocated. What is
 * no object of a built-in kind, or of a CRD of the same export, is refused, as is a field that a built-in kind does not
 * have. Takes text in pieces of any size. Rejects with `InvalidExportError`, `ImportBudgetError` or `StorageNotEmptyError`
 * before anything is written, and with `ImportInterruptedError` where the storage fails.
 */
export async function importObjects(
  storage: Storage,
  text: Iterable<string> | AsyncIterable<string>,
  options: ImportOptions = {},
): Promise<ImportReport> {
  const { entries } = await storage.range("");
  if (entries.length > 0) throw new StorageNotEmptyError(entries.length);
  const reader = new ExportReader();
  const limits = { ...DEFAULTS, ...options };
  let documents = 0;
  for await (const document of splitExport(text, limits)) {
    documents += 1;
    if (documents > limits.maxDocuments) throw new ImportBudgetError("documents", limits.maxDocuments);
    reader.read(document);
  }
  const writes = reader.finish();
  await writeAll(storage, writes);
  return { objects: writes.length, revision: await storage.revision() };
}

async function writeAll(storage: Storage, writes: readonly StorageWrite[]): Promise<void> {
  for (let from = 0; from < writes.length; from += WRITES_AT_ONCE) {
    const some = writes.slice(from, from + WRITES_AT_ONCE);
    // In the order of the documents: they are taken in the order of the calls.
    const results = await Promise.allSettled(some.map((write) => storage.commit(write)));
    const written = results.filter(
      (result) => result.status === "fulfilled" && result.value.kind === "committed",
    ).length;
    if (written === some.length) continue;
    const failed = results.find((result) => result.status === "rejected");
    throw new ImportInterruptedError(from + written, writes.length, { cause: failed?.reason });
  }
}

interface ReadObject {
  readonly document: ExportDocument;
  readonly object: JsonObject;
}

/** Reads documents into writes. Custom objects are looked at when all CRDs are known. */
class ExportReader {
  readonly #kinds = new StoredKinds();
  readonly #objects: ReadObject[] = [];
  readonly #keys = new Map<string, number>();

  read(document: ExportDocument): void {
    const object = load(document);
    if (object === undefined) return;
    if (object["kind"] === "CustomResourceDefinition") this.#kinds.addDefinition(object);
    this.#objects.push({ document, object });
  }

  finish(): readonly StorageWrite[] {
    return this.#objects.map(({ document, object }) => {
      const kind = this.#kindOf(document, object);
      checkMetadata(document, object, kind);
      const key = keyOf(object, kind);
      const first = this.#keys.get(key);
      if (first !== undefined) {
        throw invalid(document, [], `${describeObject(object)} is in document ${first}, too`);
      }
      this.#keys.set(key, document.number);
      return { key, value: encode(stored(document, object, kind), kind), expected: 0 };
    });
  }

  #kindOf(document: ExportDocument, object: JsonObject): StoredKind {
    const apiVersion = textOf(object, "apiVersion");
    if (apiVersion === undefined) throw invalid(document, ["apiVersion"], "must be a text");
    const kind = textOf(object, "kind");
    if (kind === undefined) throw invalid(document, ["kind"], "must be a text");
    const known = this.#kinds.byName(apiVersion, kind);
    if (known !== undefined) return known;
    throw invalid(
      document,
      ["kind"],
      `${kind} of ${apiVersion} is neither built in nor of a CRD in the export`,
    );
  }
}

function load(document: ExportDocument): JsonObject | undefined {
  let value: JsonValue;
  try {
    value = loadYaml(document.text, { strict: true });
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    const line = error.line === undefined ? undefined : document.line + error.line - 1;
    const place = { document: document.number, line, field: undefined };
    throw new InvalidExportError(place, "is no valid YAML", { cause: error });
  }
  if (value === null) return undefined;
  const object = asObject(value);
  if (object === undefined) throw invalid(document, [], "must be an object");
  return object;
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;

function checkMetadata(document: ExportDocument, object: JsonObject, kind: StoredKind): void {
  const metadata = asObject(object["metadata"]);
  if (metadata === undefined) throw invalid(document, ["metadata"], "must be an object");
  checkName(document, metadata, "name");
  if (kind.isNamespaced) checkName(document, metadata, "namespace");
  else if (Object.hasOwn(metadata, "namespace")) {
    throw invalid(
      document,
      ["metadata", "namespace"],
      `must be absent: ${kind.kind} belongs to no namespace`,
    );
  }
  if (textOf(metadata, "uid") === undefined) throw invalid(document, ["metadata", "uid"], "must be a text");
  if (!TIME.test(textOf(metadata, "creationTimestamp") ?? "")) {
    throw invalid(document, ["metadata", "creationTimestamp"], "must be a time as 2006-01-02T15:04:05Z");
  }
}

function checkName(document: ExportDocument, metadata: JsonObject, field: "name" | "namespace"): void {
  const name = textOf(metadata, field);
  if (name === undefined) throw invalid(document, ["metadata", field], "must be a text");
  const [problem] = pathSegmentName(name, false);
  if (problem !== undefined) throw invalid(document, ["metadata", field], problem);
}

function keyOf(object: JsonObject, kind: StoredKind): string {
  const metadata = asObject(object["metadata"]);
  const name = textOf(metadata, "name") ?? "";
  return kind.isNamespaced
    ? `${kind.prefix}${textOf(metadata, "namespace") ?? ""}/${name}`
    : `${kind.prefix}${name}`;
}

/** The object in its stored version, once its kind has been found to know all of it. */
function stored(document: ExportDocument, object: JsonObject, kind: StoredKind): JsonObject {
  const resource = kind.resource(textOf(object, "apiVersion") ?? "");
  if (resource === undefined) return object;
  try {
    const [unknown] = resource.decode(object).unknownFields;
    if (unknown !== undefined) throw invalid(document, pathOf(unknown), `is no field of ${kind.kind}`);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    throw invalid(document, [], `is no ${kind.kind}`, error);
  }
  return resource.toStorage(object as unknown as KubeObject) as unknown as JsonObject;
}

/** `spec.ports[0].prot` as steps. */
function pathOf(field: string): YamlPath {
  const steps = field.split(/[.[\]]+/).filter((step) => step !== "");
  return steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

/** As the object store writes it: without kind and resourceVersion, and the version only where a CRD may choose it. */
function encode(object: JsonObject, { isCustom }: StoredKind): Uint8Array {
  const { kind: _kind, apiVersion, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...meta } = asObject(metadata) ?? {};
  const version = isCustom && apiVersion !== undefined ? { apiVersion } : {};
  return new TextEncoder().encode(writeJson({ metadata: meta, ...version, ...rest }));
}

function invalid(
  document: ExportDocument,
  path: YamlPath,
  problem: string,
  cause?: unknown,
): InvalidExportError {
  const line = lineOf(document, path);
  const field = path.length === 0 ? undefined : path.join(".");
  const place = { document: document.number, line, field };
  return new InvalidExportError(place, problem, cause === undefined ? {} : { cause });
}

/** The line of a field, or of the nearest one above it that is there. */
function lineOf({ text, line }: ExportDocument, path: YamlPath): number {
  const positionOf = yamlPositions(text);
  for (let length = path.length; length >= 0; length--) {
    const found = positionOf(path.slice(0, length));
    if (found !== undefined) return line + found.line - 1;
  }
  return line;
}
