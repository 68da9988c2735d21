import type { JsonObject, JsonValue } from "@weir/core";
import { type Fields, type KeyText, type KindName, keyText } from "./history.ts";

/** Who owns which leaves of an object, by its managed fields. */
export interface Owner {
  readonly manager: string;
  readonly operation: string;
  readonly subresource: string;
  /** `labels/NAME`, `annotations/NAME`, `fields/NAME`. */
  readonly leaves: ReadonlySet<string>;
}

/** An object as a client saw it, at one revision. */
export interface Seen {
  readonly key: KeyText;
  readonly uid: string;
  readonly revision: number;
  /** 0 where the kind counts none. */
  readonly generation: number;
  readonly isTerminating: boolean;
  /** How long it may take to go is said. */
  readonly hasGracePeriod: boolean;
  /** Of Namespaces: the spec's own finalizer is there. */
  readonly isHeld: boolean;
  readonly finalizers: readonly string[];
  readonly labels: Fields;
  readonly annotations: Fields;
  readonly fields: Fields;
  readonly status: Fields;
  readonly owners: readonly Owner[];
  /** All of it but for its kind and its revision, in one form: equal texts are equal objects. */
  readonly text: string;
}

/** A label that the server gives each Namespace. */
const NAME_LABEL = "kubernetes.io/metadata.name";

/** Where a kind keeps its fields. */
const FIELDS_AT: Readonly<Record<KindName, readonly string[]>> = {
  ConfigMap: ["data"],
  Gauge: ["spec", "fields"],
  Namespace: [],
};

/** Reads an object of an answer. */
export function seenObject(of: KindName, object: JsonObject): Seen {
  const metadata = objectAt(object, ["metadata"]);
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  const { resourceVersion, ...meta } = metadata;
  const { [NAME_LABEL]: _name, ...labels } = textsAt(metadata, ["labels"]);
  return {
    key: keyText(of, textOf(metadata["namespace"]), textOf(metadata["name"])),
    uid: textOf(metadata["uid"]),
    revision: Number(textOf(resourceVersion)),
    generation: typeof metadata["generation"] === "number" ? metadata["generation"] : 0,
    isTerminating: textOf(metadata["deletionTimestamp"]) !== "",
    hasGracePeriod: typeof metadata["deletionGracePeriodSeconds"] === "number",
    isHeld: of === "Namespace" && listAt(object, ["spec", "finalizers"]).length > 0,
    finalizers: listAt(metadata, ["finalizers"]).map(textOf),
    labels,
    annotations: textsAt(metadata, ["annotations"]),
    fields: FIELDS_AT[of].length === 0 ? {} : textsAt(object, FIELDS_AT[of]),
    status: of === "Gauge" ? textsAt(object, ["status"]) : {},
    owners: listAt(metadata, ["managedFields"]).map((entry) => ownerOf(of, entry)),
    text: canonical({ ...rest, metadata: meta }),
  };
}

function ownerOf(of: KindName, entry: JsonValue): Owner {
  const from = isObject(entry) ? entry : {};
  const owned = objectAt(from, ["fieldsV1"]);
  const under = (group: string, path: readonly string[]): readonly string[] =>
    Object.keys(
      objectAt(
        owned,
        path.map((part) => `f:${part}`),
      ),
    )
      .filter((name) => name.startsWith("f:"))
      .map((name) => `${group}/${name.slice(2)}`);
  const fields = FIELDS_AT[of];
  return {
    manager: textOf(from["manager"]),
    operation: textOf(from["operation"]),
    subresource: textOf(from["subresource"]),
    leaves: new Set([
      ...under("labels", ["metadata", "labels"]),
      ...under("annotations", ["metadata", "annotations"]),
      ...(fields.length === 0 ? [] : under("fields", fields)),
    ]),
  };
}

/** The object that lies at a path; an empty one where there is none. */
export function objectAt(object: JsonObject, path: readonly string[]): JsonObject {
  let at: JsonValue | undefined = object;
  for (const part of path) at = isObject(at) ? at[part] : undefined;
  return isObject(at) ? at : {};
}

export function listAt(object: JsonObject, path: readonly string[]): readonly JsonValue[] {
  const parent = objectAt(object, path.slice(0, -1));
  const list = parent[path.at(-1) ?? ""];
  return Array.isArray(list) ? list : [];
}

function textsAt(object: JsonObject, path: readonly string[]): Fields {
  const entries = Object.entries(objectAt(object, path));
  return Object.fromEntries(entries.map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON with sorted keys. */
function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${canonical(value[name] as JsonValue)}`);
  return `{${members.join(",")}}`;
}
