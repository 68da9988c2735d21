import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { CaseRequest, Edit } from "./conversation.ts";
import { pointersOf, someJsonPatch, someParts, withDirectives } from "./patch-grammar.ts";
import { type Fields, type Mistakes, someMetadata, someName, type Subject } from "./subject.ts";

/** What a request is made by. */
export interface Mood extends Mistakes {
  /** Objects that earlier requests sent: patches mostly are of what is there. */
  readonly sent: Fields[];
  /** How deep patches take objects apart; what is below comes whole. */
  readonly depth: number;
  /** Whether the definition is changed now and then. */
  readonly redefines: boolean;
}

type Query = Readonly<Record<string, string>>;

const MANAGERS = ["m1", "m1", "m2", "m3", "m4"];
const WRONG_MANAGERS = ["", "x".repeat(129), "a\tb"];
const FIELD_VALIDATION = ["Strict", "Strict", "Warn", "Ignore"];

function someVersion(dice: Dice, subject: Subject): readonly [apiVersion: string, collection: string] {
  return dice.pick(Object.entries(subject.collections));
}

/** Options that all writes have in common. */
function writeQuery(dice: Dice, { wrong }: Mood): Query {
  const query: Record<string, string> = {};
  if (dice.chance(0.35))
    query["fieldManager"] = dice.chance(wrong / 3) ? dice.pick(WRONG_MANAGERS) : dice.pick(MANAGERS);
  if (dice.chance(0.4))
    query["fieldValidation"] = dice.chance(wrong / 3) ? "Nope" : dice.pick(FIELD_VALIDATION);
  if (dice.chance(0.07)) query["dryRun"] = dice.chance(wrong) ? "Some" : "All";
  return query;
}

function withQuery(query: Query): { readonly query?: Query } {
  return Object.keys(query).length === 0 ? {} : { query };
}

/** A whole object of a version. */
export function someWhole(dice: Dice, subject: Subject, apiVersion: string, mood: Mood): Fields {
  const head: Record<string, JsonValue> = { apiVersion, kind: subject.kind };
  if (dice.chance(mood.wrong / 2)) {
    const odd = dice.pick<Fields>([
      { kind: "Other" },
      { apiVersion: "v9" },
      { kind: "" },
      { apiVersion: "example.com/v1" },
    ]);
    Object.assign(head, odd);
  }
  return {
    ...head,
    metadata: someMetadata(dice, someName(dice, subject), mood.wrong),
    ...subject.content(dice, apiVersion, mood),
  };
}

export function create(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const [apiVersion, path] = someVersion(dice, subject);
  const whole = someWhole(dice, subject, apiVersion, mood);
  mood.sent.push(whole);
  const isNamed = !dice.chance(0.04);
  const { name: _name, ...metadata } = whole["metadata"] as Fields;
  const body = isNamed
    ? whole
    : {
        ...whole,
        metadata: {
          ...metadata,
          ...(dice.chance(0.8)
            ? { generateName: `${subject.isShared ? "$NS-" : ""}gen-${mood.sent.length}-` }
            : {}),
        },
      };
  return { method: "POST", path, ...withQuery(writeQuery(dice, mood)), body: body as JsonValue };
}

function somePath(dice: Dice, subject: Subject, collection: string): string {
  const path = `${collection}/${someName(dice, subject)}`;
  const [first] = subject.subresources;
  return first !== undefined && dice.chance(0.2) ? `${path}/${dice.pick(subject.subresources)}` : path;
}

/** A whole object, or what was read last with changes, is put. */
export function update(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const [apiVersion, collection] = someVersion(dice, subject);
  const path = somePath(dice, subject, collection);
  const query = writeQuery(dice, mood);
  const whole = someWhole(dice, subject, apiVersion, mood);
  if (path.endsWith("/scale")) {
    const body = { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "a" } };
    return { method: "PUT", path, ...withQuery(query), body, edit: scaleEdits(dice, mood) };
  }
  if (dice.chance(0.2)) return { method: "PUT", path, ...withQuery(query), body: whole as JsonValue };
  const edits = pointersOf(whole)
    .filter((pointer) => !/^\/(?:apiVersion|kind|metadata\/name)$/.test(pointer) && dice.chance(0.15))
    .filter((pointer) => mood.depth > 2 || isShallow(pointer))
    .map((at) =>
      dice.chance(0.25) ? { at } : { at, value: at.split("/").slice(1).reduce<JsonValue>(valueOf, whole) },
    );
  const version = dice.chance(0.25) ? [{ at: "/metadata/resourceVersion" }] : [];
  const stale = dice.chance(0.05)
    ? [{ at: "/metadata/resourceVersion", value: dice.pick(["1", "0", "x", ""]) }]
    : [];
  const body = {
    apiVersion,
    kind: subject.kind,
    metadata: { name: path.slice(collection.length + 1).split("/")[0] ?? "" },
  };
  const managers = dice.chance(0.06) ? [dice.pick(MANAGER_EDITS)] : [];
  return {
    method: "PUT",
    path,
    ...withQuery(query),
    body,
    edit: [...edits, ...version, ...stale, ...managers],
  };
}

/** What clients do to managedFields. */
const MANAGER_EDITS: readonly Edit[] = [
  { at: "/metadata/managedFields", value: [] },
  { at: "/metadata/managedFields", value: [{}] },
  { at: "/metadata/managedFields", value: null },
  { at: "/metadata/managedFields" },
  { at: "/metadata/managedFields/0" },
  { at: "/metadata/managedFields/0/manager", value: "m2" },
  { at: "/metadata/managedFields/0/operation", value: "Update" },
  { at: "/metadata/managedFields/0/operation", value: "Apply" },
  { at: "/metadata/managedFields/0/apiVersion", value: "v9" },
  { at: "/metadata/managedFields/0/fieldsV1", value: { "f:metadata": { "f:labels": { "f:a": {} } } } },
  { at: "/metadata/managedFields/0/fieldsV1", value: { "g:x": {} } },
  { at: "/metadata/managedFields/0/time", value: "2020-01-02T03:04:05Z" },
];

/** Whether a place is outside of lists: in most cases of built-in kinds their items are taken or left as a whole. */
function isShallow(pointer: string): boolean {
  return !/\/\d+\/|^\/metadata\/ownerReferences\/\d/.test(pointer);
}

function scaleEdits(
  dice: Dice,
  { wrong }: Mood,
): readonly { readonly at: string; readonly value?: JsonValue }[] {
  return [
    {
      at: "/spec/replicas",
      value: dice.chance(wrong) ? dice.pick<JsonValue>([-1, "x", null, 1.5]) : dice.int(0, 5),
    },
    ...(dice.chance(0.3) ? [{ at: "/metadata/resourceVersion" }] : []),
  ];
}

function valueOf(value: JsonValue, key: string): JsonValue {
  const found = (value as Fields)[key.replaceAll("~1", "/").replaceAll("~0", "~")];
  return found ?? null;
}

const PATCH_TYPES = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
};

export function jsonPatch(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const [apiVersion, collection] = someVersion(dice, subject);
  const whole = someWhole(dice, subject, apiVersion, mood);
  const like = mood.sent.length > 0 && dice.chance(0.8) ? dice.pick(mood.sent) : whole;
  const path = somePath(dice, subject, collection);
  const request = {
    method: "PATCH",
    path,
    ...withQuery(writeQuery(dice, mood)),
    headers: { "Content-Type": PATCH_TYPES.json },
  };
  if (path.endsWith("/scale"))
    return { ...request, body: [{ op: "add", path: "/spec/replicas", value: dice.int(0, 5) }] };
  return {
    ...request,
    body: someJsonPatch(
      dice,
      { like, other: whole, isWanted: mood.depth > 2 ? () => true : isShallow },
      mood.wrong,
    ),
  };
}

function patchBody(dice: Dice, whole: Fields, path: string, mood: Mood): JsonValue {
  if (path.endsWith("/scale")) return { spec: { replicas: dice.chance(mood.wrong) ? -1 : dice.int(0, 5) } };
  if (dice.chance(mood.wrong / 3))
    return dice.pick<JsonValue>([null, [], "x", 5, { spec: null }, { metadata: null }, { kind: "Other" }]);
  const { apiVersion, kind, metadata, ...content } = whole;
  const parts = someParts(dice, content, { nulls: 0.1, depth: mood.depth }) as Fields;
  const { name: _name, ...others } = metadata as Fields;
  return {
    ...(dice.chance(0.15) ? { apiVersion: apiVersion as JsonValue, kind: kind as JsonValue } : {}),
    ...(dice.chance(0.4) ? { metadata: someParts(dice, others, { nulls: 0.15, depth: mood.depth }) } : {}),
    ...parts,
  };
}

export function mergePatch(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const [apiVersion, collection] = someVersion(dice, subject);
  const path = somePath(dice, subject, collection);
  return {
    method: "PATCH",
    path,
    ...withQuery(writeQuery(dice, mood)),
    headers: { "Content-Type": PATCH_TYPES.merge },
    body: patchBody(dice, someWhole(dice, subject, apiVersion, mood), path, mood),
  };
}

/** Server-side apply of some of an object's fields. */
export function apply(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const [apiVersion, collection] = someVersion(dice, subject);
  const path = somePath(dice, subject, collection);
  const { metadata, ...whole } = someWhole(dice, subject, apiVersion, mood);
  const { name: _name, ...others } = metadata as Fields;
  const isScale = path.endsWith("/scale");
  const head = isScale
    ? { apiVersion: "autoscaling/v1", kind: "Scale" }
    : { apiVersion: whole["apiVersion"], kind: whole["kind"] };
  const { apiVersion: _apiVersion, kind: _kind, ...content } = whole;
  const parts = isScale
    ? { spec: { replicas: dice.int(0, 5) } }
    : someParts(dice, content, { nulls: 0.03, depth: mood.depth });
  const name = path.split(`${collection}/`)[1]?.split("/")[0] ?? "a";
  mood.sent.push({ apiVersion, kind: subject.kind, metadata: others, ...(parts as Fields) });
  const isOdd = dice.chance(mood.wrong / 4);
  const query = { ...writeQuery(dice, mood) } as Record<string, string>;
  if (isOdd) delete query["fieldManager"];
  else query["fieldManager"] ??= dice.pick(MANAGERS);
  if (dice.chance(0.35)) query["force"] = dice.chance(0.9) ? "true" : "false";
  return {
    method: "PATCH",
    path,
    query,
    headers: { "Content-Type": PATCH_TYPES.apply },
    body: {
      ...head,
      metadata: { ...(dice.chance(0.85) ? { name } : {}), ...(dice.chance(0.4) ? others : {}) },
      ...(parts as Fields),
    } as JsonValue,
  };
}

export function strategicPatch(dice: Dice, subject: Subject, mood: Mood): CaseRequest {
  const request = mergePatch(dice, subject, mood);
  const body = withDirectives(dice, request.body ?? null);
  return { ...request, body, headers: { "Content-Type": PATCH_TYPES.strategic } };
}

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
const PARTIAL = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json";
const PARTIAL_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

export function get(dice: Dice, subject: Subject): CaseRequest {
  const [, collection] = someVersion(dice, subject);
  const path = somePath(dice, subject, collection);
  const views = path.endsWith("/scale") && !subject.isCustom ? [PARTIAL] : [TABLE, PARTIAL];
  const accept = dice.pick([undefined, undefined, ...views]);
  return { method: "GET", path, ...(accept === undefined ? {} : { headers: { Accept: accept } }) };
}

const LABEL_SELECTORS = [
  "a=1",
  "a!=1",
  "a in (1,2)",
  "!a",
  "a",
  "b notin (x)",
  "a==2,b",
  "app=web",
  "a=,",
  "=x",
  "a in ()",
  "a>0",
];

export function list(dice: Dice, subject: Subject): CaseRequest {
  const [, path] = someVersion(dice, subject);
  const accept = dice.pick([undefined, undefined, undefined, TABLE, PARTIAL_LIST]);
  const query: Record<string, string> = {};
  if (dice.chance(0.4)) query["labelSelector"] = dice.pick(LABEL_SELECTORS);
  if (dice.chance(0.4))
    query["fieldSelector"] = dice.pick([
      "metadata.name=a",
      "metadata.name!=a",
      "metadata.namespace=$NS",
      ...subject.fieldSelectors,
    ]);
  if (subject.isShared) query["fieldSelector"] = "metadata.name=$NS-a";
  return {
    method: "GET",
    path,
    ...withQuery(query),
    ...(accept === undefined ? {} : { headers: { Accept: accept } }),
  };
}

/** What has happened since some answer, or from now on; it ends by itself. */
export function watch(dice: Dice, subject: Subject): CaseRequest {
  const [, path] = someVersion(dice, subject);
  const query: Record<string, string> = { watch: "true", timeoutSeconds: "1" };
  if (dice.chance(0.8))
    query["resourceVersion"] = dice.pick(
      subject.isCustom ? ["$RV3", "$RV4", "x"] : ["$RV1", "$RV2", "0", "x"],
    );
  if (dice.chance(0.3)) query["labelSelector"] = dice.pick(LABEL_SELECTORS);
  if (dice.chance(0.2)) query["allowWatchBookmarks"] = "true";
  return { method: "GET", path, query };
}

export function remove(dice: Dice, subject: Subject, { wrong }: Mood): CaseRequest {
  const [, collection] = someVersion(dice, subject);
  const isAll = dice.chance(0.12) && !subject.isShared;
  const query: Record<string, string> = {};
  if (dice.chance(0.25))
    query["propagationPolicy"] = dice.chance(wrong)
      ? "Nope"
      : dice.pick(["Background", "Foreground", "Orphan"]);
  if (dice.chance(0.1))
    query["gracePeriodSeconds"] = dice.pick(["0", "5", ...(wrong > 0 ? ["-1", "x"] : [])]);
  if (dice.chance(0.1)) query["dryRun"] = "All";
  if (isAll) Object.assign(query, someSelectors(dice));
  const body = dice.maybe(0.2, () => dice.pick(DELETE_OPTIONS));
  return {
    method: "DELETE",
    path: isAll ? collection : `${collection}/${someName(dice, subject)}`,
    ...withQuery(query),
    ...(body === undefined ? {} : { body }),
  };
}

function someSelectors(dice: Dice): Query {
  return {
    ...(dice.chance(0.5) ? { labelSelector: dice.pick(LABEL_SELECTORS) } : {}),
    ...(dice.chance(0.3) ? { fieldSelector: dice.pick(["metadata.name=a", "metadata.name!=a"]) } : {}),
  };
}

const DELETE_OPTIONS: readonly JsonValue[] = [
  { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: "Background" },
  { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid: "01234567-89ab-cdef-0123-456789abcdef" } },
  { kind: "DeleteOptions", apiVersion: "v1", preconditions: { resourceVersion: "1" } },
  { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid: "$UID1" } },
  { propagationPolicy: "Orphan", orphanDependents: true },
  { orphanDependents: true },
  { gracePeriodSeconds: -5 },
  { dryRun: ["Nope"] },
  {},
];
