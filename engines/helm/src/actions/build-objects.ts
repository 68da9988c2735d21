import { describeError, type JsonObject, type JsonValue, writeJson } from "@weir/core";
import { type KubeClient, type ResolvedKind } from "@weir/client";
import {
  formatApiVersion,
  formatGvk,
  type GroupVersionKind,
  gvkOf,
  type KubeObject,
  type ObjectMeta,
} from "@weir/objects";
import { quoteGo } from "@weir/text";
import { readYamlDocuments, YamlError } from "@weir/yaml";
import { ReleaseActionError } from "./action-error.ts";
import type { BuiltObject } from "./built-object.ts";

/**
 * The objects of a text as helm's builder reads them: lists unpacked, the namespace filled in where it is missing, each
 * with its kind as it is served. All problems are told in one error, in the words of kubectl's builder.
 */
export async function buildObjects(
  client: KubeClient,
  text: string,
  namespace: string,
): Promise<readonly BuiltObject[]> {
  const problems: ReleaseActionError[] = [];
  const built: BuiltObject[] = [];
  const kinds = new KindReader(client);
  for (const value of valuesOf(text, problems)) {
    try {
      built.push(await buildObject(kinds, value, namespace));
    } catch (error) {
      if (!(error instanceof ReleaseActionError)) throw error;
      problems.push(error);
    }
  }
  const [first] = problems;
  if (first === undefined) return built;
  if (problems.length === 1) throw first;
  throw new ReleaseActionError(`[${problems.map((problem) => describeError(problem)).join(", ")}]`);
}

/** A document that is no YAML ends the stream, as there may be no telling where the next one begins. */
function* valuesOf(text: string, problems: ReleaseActionError[]): Generator<JsonObject> {
  try {
    for (const document of readYamlDocuments(text)) {
      if (document !== null) yield* unpackLists(objectOf(document));
    }
  } catch (error) {
    if (error instanceof ReleaseActionError) problems.push(error);
    else if (error instanceof YamlError) {
      problems.push(
        new ReleaseActionError(`error parsing : error converting YAML to JSON: ${error.message}`),
      );
    } else throw error;
  }
}

function objectOf(document: JsonValue): JsonObject {
  if (typeof document === "object" && document !== null && !Array.isArray(document)) {
    return document as JsonObject;
  }
  throw new ReleaseActionError(
    `unable to decode "": json: cannot unmarshal ${jsonKind(document)} into Go value of type unstructured.detector`,
  );
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "number";
}

function* unpackLists(document: JsonObject): Generator<JsonObject> {
  const { kind, items } = document;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) {
    yield document;
    return;
  }
  for (const item of items as readonly JsonValue[]) yield* unpackLists(objectOf(item));
}

/** Asks for each kind once: one that is not served costs the client a reading of all that is. */
class KindReader {
  readonly #client: KubeClient;
  readonly #answers = new Map<string, Promise<ResolvedKind | undefined>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  resolve(wanted: GroupVersionKind): Promise<ResolvedKind | undefined> {
    const key = formatGvk(wanted);
    const answer = this.#answers.get(key) ?? this.#client.resolve(wanted);
    this.#answers.set(key, answer);
    return answer;
  }
}

async function buildObject(kinds: KindReader, value: JsonObject, namespace: string): Promise<BuiltObject> {
  const kind = await kindOf(kinds, value);
  const metadata = metadataOf(value);
  const fillsIn = kind.scope === "Namespaced" && (metadata.namespace ?? "") === "";
  const object = { ...value, metadata: fillsIn ? { ...metadata, namespace } : metadata } as KubeObject;
  return { object, kind };
}

function metadataOf(value: JsonObject): ObjectMeta {
  const { metadata } = value;
  const isObject = typeof metadata === "object" && metadata !== null && !Array.isArray(metadata);
  return isObject ? (metadata as ObjectMeta) : {};
}

async function kindOf(kinds: KindReader, value: JsonObject): Promise<ResolvedKind> {
  const { apiVersion, kind } = value;
  if (typeof kind !== "string" || kind === "") throw missing("Kind", value);
  if (typeof apiVersion !== "string" || apiVersion === "") throw missing("apiVersion", value);
  const wanted = gvkOf(value);
  const resolved = await kinds.resolve(wanted);
  if (resolved !== undefined) return resolved;
  const { name = "", namespace = "" } = metadataOf(value);
  const problem = `no matches for kind ${quoteGo(kind)} in version ${quoteGo(formatApiVersion(wanted))}`;
  throw new ReleaseActionError(
    `resource mapping not found for name: ${quoteGo(name)} namespace: ${quoteGo(namespace)} from "": ${problem}\nensure CRDs are installed first`,
  );
}

function missing(field: string, value: JsonObject): ReleaseActionError {
  return new ReleaseActionError(
    `unable to decode "": Object '${field}' is missing in '${writeJson(masked(value))}'`,
  );
}

const MASK = "***";

/** An error is no place for what a Secret holds. */
function masked(value: JsonObject): JsonObject {
  if (value["kind"] !== undefined && value["kind"] !== "Secret") return value;
  const hidden = ["data", "stringData"].filter((field) => Object.hasOwn(value, field));
  return { ...value, ...Object.fromEntries(hidden.map((field) => [field, MASK])) };
}
