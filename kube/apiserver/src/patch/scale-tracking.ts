import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import { type KubeObject, updateManagedFields } from "@weir/objects";
import { asJson, child, children, copyForMeta, isDraft, metaOf, text } from "../resources/draft-access.ts";
import { apiVersionOf, type Draft, type Resource } from "../resources/resource.ts";

const SCALE_VERSION = "autoscaling/v1";
const replicasInScale: JsonObject = { "f:spec": { "f:replicas": {} } };

/** A write to a Scale, as far as ownership goes. */
export interface ScaleWrite {
  readonly resource: Resource;
  readonly manager: string;
  readonly now: Date;
  /** Where the kind keeps its replicas: `.spec.replicas`. */
  readonly path: string;
  /** The object before and after, the Scale before and after. */
  readonly before: KubeObject;
  readonly after: Draft;
  readonly liveScale: KubeObject;
  readonly newScale: KubeObject;
}

/**
 * Puts the replicas down to whoever scaled: ownership is told on the Scale, which is all that the request knows, and
 * carried over to the object. Entries that come from there have no time.
 */
export function trackScale(write: ScaleWrite): Draft {
  const entries = entriesOf(write.before);
  const ofScale = scaleEntries(write.before, write.path);
  // What nobody is known to own is not tracked from here on, as on any object that has no managedFields.
  if (ofScale.length === 0) return withEntriesOf(write.after, entries);
  const withEntries = (scale: KubeObject): KubeObject =>
    ({
      ...scale,
      metadata: { ...scale.metadata, ...(ofScale.length === 0 ? {} : { managedFields: ofScale }) },
    }) as KubeObject;
  const tracked = updateManagedFields({
    gvk: { group: "autoscaling", version: "v1", kind: "Scale" },
    schema: undefined,
    manager: write.manager,
    subresource: "scale",
    now: write.now,
    live: withEntries(write.liveScale),
    object: withEntries(write.newScale),
    emptyObject: { spec: {}, status: {} },
  });
  return carryScale(write, tracked);
}

/** Gives the object the managers that its Scale has after a write. */
export function carryScale(
  { resource, path, before, after }: Pick<ScaleWrite, "resource" | "path" | "before" | "after">,
  scale: KubeObject,
): Draft {
  const scaled = children(child(asJson(scale), "metadata"), "managedFields");
  const parent = { keys: keysOf(path), apiVersion: apiVersionOf(resource) };
  const next = toParent(entriesOf(before), scaled, parent);
  const result = copyForMeta(after);
  if (next.length > 0) metaOf(result)["managedFields"] = resource.isCustom ? next : next.map(sortedByText);
  else delete metaOf(result)["managedFields"];
  return result;
}

/** A Scale's way through maps sorts all keys as texts: the next write puts them in order again, and so is a change. */
function sortedByText(value: JsonValue): JsonValue {
  if (!isDraft(value)) return value;
  const keys = Object.keys(value).sort(compareUtf8);
  return Object.fromEntries(keys.map((key) => [key, sortedByText(value[key] ?? null)]));
}

function withEntriesOf(object: Draft, entries: readonly JsonObject[]): Draft {
  if (entries.length === children(child(object, "metadata"), "managedFields").length) return object;
  const result = copyForMeta(object);
  metaOf(result)["managedFields"] = entries;
  return result;
}

function keysOf(path: string): readonly string[] {
  return path
    .split(".")
    .filter((part) => part !== "")
    .map((part) => `f:${part}`);
}

/** Of two entries of one manager the last counts, and those without a time come first. */
function entriesOf(object: KubeObject): readonly JsonObject[] {
  const all = children(child(asJson(object), "metadata"), "managedFields");
  const isTimed = (entry: JsonObject): boolean => entry["time"] !== undefined;
  const entries = [...all.filter((entry) => !isTimed(entry)), ...all.filter(isTimed)];
  return [...new Map(entries.map((entry) => [identity(entry), entry])).values()];
}

/** Who manages the replicas at a path of an object, as its Scale tells it. */
export function scaleEntries(object: KubeObject, path: string): readonly JsonObject[] {
  const keys = keysOf(path);
  return entriesOf(object)
    .filter((entry) => has(child(entry, "fieldsV1"), keys))
    .map(toScaleEntry);
}

function toScaleEntry(entry: JsonObject): JsonObject {
  return { ...entry, apiVersion: SCALE_VERSION, fieldsV1: replicasInScale };
}

/** What makes an entry the same manager's: appliers are one over all versions. */
function identity(entry: JsonObject): string {
  const apiVersion = entry["operation"] === "Apply" ? "" : text(entry, "apiVersion");
  return JSON.stringify([
    text(entry, "manager"),
    text(entry, "operation"),
    apiVersion,
    text(entry, "subresource"),
  ]);
}

interface Parent {
  readonly keys: readonly string[];
  readonly apiVersion: string;
}

function toParent(
  entries: readonly JsonObject[],
  scaled: readonly JsonObject[],
  { keys, apiVersion }: Parent,
): readonly JsonValue[] {
  const left = new Map(
    scaled
      .filter((entry) => has(child(entry, "fieldsV1"), ["f:spec", "f:replicas"]))
      .map((entry) => [identity(entry), entry]),
  );
  const result: JsonObject[] = [];
  for (const entry of entries) {
    const fields = child(entry, "fieldsV1");
    if (!has(fields, keys)) {
      result.push(entry);
    } else if (left.delete(identity(entry))) {
      result.push(entry);
    } else {
      const rest = without(fields ?? {}, keys);
      if (rest !== undefined) result.push({ ...entry, fieldsV1: rest });
    }
  }
  for (const entry of left.values()) {
    const { time: _time, ...untimed } = entry;
    result.push({ ...untimed, apiVersion, fieldsV1: nested(keys) });
  }
  return result.sort(compareEntries);
}

/** The order in which entries are stored: another one would make the next write a change. */
function compareEntries(left: JsonObject, right: JsonObject): number {
  for (const field of ["operation", "time", "manager", "apiVersion", "subresource"]) {
    const order = compareUtf8(text(left, field), text(right, field));
    if (order !== 0) return order;
  }
  return 0;
}

function has(fields: JsonObject | undefined, keys: readonly string[]): boolean {
  let at: JsonValue | undefined = fields;
  for (const key of keys) at = isDraft(at) ? at[key] : undefined;
  return at !== undefined;
}

/** The fields without one path; `undefined` where nothing is left. */
function without(fields: JsonObject, [first, ...rest]: readonly string[]): JsonObject | undefined {
  if (first === undefined) return undefined;
  const result: Draft = { ...fields };
  const inner = child(fields, first);
  const kept = inner === undefined ? undefined : without(inner, rest);
  if (kept === undefined) delete result[first];
  else result[first] = kept;
  const names = Object.keys(result);
  if (names.length === 1 && names[0] === ".") return {};
  return names.length === 0 ? undefined : result;
}

function nested([first, ...rest]: readonly string[]): JsonObject {
  return first === undefined ? {} : { [first]: nested(rest) };
}
