import { copyJson, type JsonObject, type JsonValue } from "@weir/core";
import {
  conflictError,
  invalidError,
  isStatusReason,
  jsonEqual,
  keepUnchangedTimes,
  type KubeObject,
  notFoundError,
  unknownError,
} from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { readObject } from "../http/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import type { Call } from "../resources/call.ts";
import { asJson, asObject, child, copyForMeta, metaOf, strings, text } from "../resources/draft-access.ts";
import type { StoredObject } from "../resources/object-store.ts";
import {
  apiVersionOf,
  type Draft,
  fromStored,
  groupKind,
  groupResource,
  type Resource,
  storageKey,
  toStored,
} from "../resources/resource.ts";
import { nameRuleOf } from "../validation/name-rules.ts";
import { pathSegmentName } from "../validation/names.ts";
import {
  validateKindMetaUpdate,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from "../validation/object-meta.ts";
import { createObject, reviewedOptions, writeContext } from "./create.ts";
import { checkName, checkNamespace, decodeBody } from "./decode-body.ts";
import { readRevision } from "./list-options.ts";
import { dropRepeatedOwners } from "./repeated-owners.ts";
import { respondObject } from "./respond-object.ts";

/** PUT of an object or of its status. */
export async function updateVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "UpdateOptions");
  const isStrict = options.fieldValidation !== "Ignore";
  const { kind, isCustom } = call.resource;
  const apiVersion = apiVersionOf(call.resource);
  const body = await readObject(call.request, { kind, apiVersion, isStrict, needsKind: isCustom });
  const object = decodeBody(call, body, options);
  call.audit?.requestObject(object);
  checkNamespace(call, object);
  checkName(call, object);
  const result = await updateObject(call, {
    options,
    tracked: false,
    change: () => object,
    retriesConflicts: false,
    createsMissing: call.strategy.allowsCreateOnUpdate,
  });
  return respondObject(call, result.object, result.created ? 201 : 200);
}

/** How an update is made. */
export interface Update {
  readonly options: WriteOptions;
  /** True where the change already says who owns its fields. */
  readonly tracked: boolean;
  /** Makes the new object from the stored one, both in the version of the request. */
  readonly change: (current: KubeObject | undefined) => Draft | Promise<Draft>;
  /** Whether a lost race is tried again with the newer object: a patch is, a PUT that names its version is not. */
  readonly retriesConflicts: boolean;
  readonly createsMissing: boolean;
  /**
   * Reviews the write in place of admission, which looks at what a subresource speaks and not at the object. Absent where
   * admission looks at the object itself.
   */
  readonly review?: (object: KubeObject, old: KubeObject) => Promise<void>;
}

/** What became of an update. */
export interface Updated {
  readonly object: KubeObject;
  readonly created: boolean;
}

/** A race is lost this often before the client hears of it. */
const MAX_ATTEMPTS = 5;

/** Reads, changes, checks and writes an object, again from the start when another write came first. */
export async function updateObject(call: Call, update: Update): Promise<Updated> {
  const { api, resource, info } = call;
  const key = storageKey(resource, info.namespace, info.name);
  for (let attempt = 1; ; attempt += 1) {
    const stored = await api.store.get(key);
    if (stored === undefined) {
      const created = await createMissing(call, update, attempt < MAX_ATTEMPTS);
      if (created !== undefined) return created;
      continue;
    }
    const outcome = await updateStored(call, update, stored);
    if (outcome.kind === "done") return { object: outcome.object, created: false };
    if (attempt >= MAX_ATTEMPTS || outcome.kind === "stale")
      throw conflictError(groupResource(resource), info.name);
  }
}

/** Gives nothing where somebody else made the object meanwhile and it may be tried again: then it is there to be updated. */
async function createMissing(call: Call, update: Update, mayTryAgain: boolean): Promise<Updated | undefined> {
  const { resource, info } = call;
  if (!update.createsMissing) throw notFoundError(groupResource(resource), info.name);
  const change = await update.change(undefined);
  // Creating fills in what an update must not say; what a PUT sent is used again for that.
  const draft = update.tracked ? copyForMeta(change) : (copyJson(change) as Draft);
  const { uid, resourceVersion } = metaOf(draft);
  if (!update.tracked) checkNumber(resourceVersion);
  if (typeof uid === "string" && uid !== "" && !update.tracked)
    throw uidConflict(call, { given: uid, stored: "" }, update.options.isDryRun);
  // The store gives another; a dry run does not get as far.
  if (update.tracked || !update.options.isDryRun) delete metaOf(draft)["resourceVersion"];
  try {
    const object = await createObject(call, draft, { ...update.options, tracked: update.tracked });
    return { object, created: true };
  } catch (error) {
    if (mayTryAgain && isStatusReason(error, "AlreadyExists")) return undefined;
    throw error;
  }
}

type Attempt =
  | { readonly kind: "done"; readonly object: KubeObject }
  /** Another write came between reading and writing. */
  | { readonly kind: "raced" }
  /** The client's own resourceVersion is not the stored one. */
  | { readonly kind: "stale" };

async function updateStored(call: Call, update: Update, stored: StoredObject): Promise<Attempt> {
  const { api, resource, info } = call;
  await api.store.prepare(resource, [stored]);
  const old = api.store.object(resource, stored);
  const draft = copyForMeta(await update.change(old));
  const precondition = checkVersion(call, draft, stored, update.options.isDryRun);
  if (precondition === "stale") return { kind: "stale" };
  const context = writeContext(call, update.options.isDryRun);
  const admission: AdmissionRequest = {
    operation: "update",
    resource,
    subresource: info.subresource,
    namespace: info.namespace,
    name: info.name,
    context,
    options: reviewedOptions(update.options),
  };
  carryMeta(call, draft, asJson(old));
  dropRepeatedOwners(call, draft, false);
  // Admission's own changes are nobody's: fields are put down to the manager before.
  const tracked = resource.settle(
    update.tracked ? draft : trackUpdate(call, { object: draft, live: old, options: update.options }),
  );
  if (update.review === undefined) await api.admission.mutate(admission, tracked, old);
  dropRepeatedOwners(call, tracked, true);
  checkNamespace(call, tracked);
  if (!keepsRevision(tracked, stored)) return { kind: "stale" };
  const prepared = { update, stored, old, draft: tracked, admission };
  const { begin } = call.strategy;
  if (begin === undefined) return finishUpdate(call, prepared);
  const end = await begin(call, tracked, old, update.options.isDryRun);
  try {
    return await finishUpdate(call, prepared);
  } finally {
    end();
  }
}

/** A time of managedFields alone is no change: where nothing else is another, the stored ones stay. */
function keepTimes(draft: Draft, old: KubeObject): void {
  const { resourceVersion: _revision, ...metadata } = old.metadata;
  const [now, before] = [asObject(draft).metadata.managedFields ?? [], metadata.managedFields ?? []];
  if (now.length !== before.length || now.every(({ time }, index) => time === before[index]?.time)) return;
  const stored = { ...old, metadata };
  if (keepUnchangedTimes(stored, asObject(draft)) !== stored) return;
  metaOf(draft)["managedFields"] = before as unknown as JsonValue;
}

/** An update that knows what it wants to write. */
interface Prepared {
  readonly update: Update;
  readonly stored: StoredObject;
  readonly old: KubeObject;
  readonly draft: Draft;
  readonly admission: AdmissionRequest;
}

async function finishUpdate(call: Call, prepared: Prepared): Promise<Attempt> {
  const { update, stored, old, draft, admission } = prepared;
  const { context } = admission;
  const { api, resource } = call;
  call.strategy.prepareForUpdate(draft, old, context);
  carryDeletion(draft, asJson(old));
  if (!update.tracked) keepTimes(draft, old);
  const object = asObject(draft);
  const told = call.warnings.length;
  const found = metadataErrors(call, draft, old);
  const isClean = found.length === 0 && strings(metaOf(draft), "finalizers").length === 0;
  const about = isClean ? { ...context, hasCleanMetadata: true } : context;
  const errors = [...found, ...call.strategy.validateUpdate(object, old, about)];
  if (errors.length > 0) {
    // Who is refused hears of that alone.
    call.warnings.length = told;
    throw invalidError(groupKind(resource), object.metadata.name ?? "", errors);
  }
  if (update.review === undefined) await api.admission.validate(admission, object, old);
  else await update.review(object, old);
  return writeUpdate(call, { object, old, stored, isDryRun: update.options.isDryRun });
}

/** Who changes an object on its way sees its revision, and may only leave it as it is. */
function keepsRevision(draft: Draft, stored: StoredObject): boolean {
  const meta = metaOf(draft);
  const version = meta["resourceVersion"];
  if (version === undefined) return true;
  delete meta["resourceVersion"];
  return version === "" || version === String(stored.revision);
}

/** Kinds whose status is checked without its metadata. */
const statusAlone = new Set(["poddisruptionbudgets"]);

/** Upstream checks metadata in general and for the kind again: what is wrong is told several times in the causes. */
function metadataErrors(call: Call, object: Draft, old: KubeObject): readonly FieldError[] {
  const { resource, info, strategy } = call;
  const before = asJson(old);
  const changes = validateObjectMetaUpdate(object, before);
  const subject = { isNamespaced: resource.isNamespaced, isCustom: true };
  const general = [...validateObjectMeta(object, subject, pathSegmentName), ...changes];
  const isMain = info.subresource === "" && !resource.isCustom;
  const isClean = general.length === 0 && strings(metaOf(object), "finalizers").length === 0;
  if (isClean || strategy.checksMetadata === true || (!isMain && statusAlone.has(resource.plural)))
    return general;
  // A custom resource's own rules, and those of a status, look at changes alone.
  const own = isMain ? validateObjectMeta(object, resource, nameRuleOf(resource)) : [];
  return [...general, ...validateKindMetaUpdate(object, before, resource), ...own];
}

interface Write {
  readonly object: KubeObject;
  readonly old: KubeObject;
  readonly stored: StoredObject;
  readonly isDryRun: boolean;
}

async function writeUpdate(call: Call, write: Write): Promise<Attempt> {
  const { api, resource } = call;
  const { stored, isDryRun } = write;
  const object = withVersion(write.object, stored.revision);
  if (isFinished(asJson(object)) && !isHeldNamespace(call, object)) {
    if (!isDryRun) {
      const removed = await api.store.remove(stored.key, stored.revision);
      if (removed.kind === "conflict") return { kind: "raced" };
    }
    return { kind: "done", object };
  }
  const next = await toStored(resource, write.object);
  const bytes = api.store.encode(resource, next);
  if (isDryRun || isSame(resource, api.store.parse(resource, stored), next))
    return { kind: "done", object: await asRead(resource, withVersion(next, stored.revision), object) };
  const result = await api.store.commit(resource, {
    key: stored.key,
    object: next,
    bytes,
    expected: stored.revision,
  });
  if (result.kind === "conflict") return { kind: "raced" };
  return { kind: "done", object: await fromStored(resource, withVersion(next, result.revision)) };
}

/** A custom resource may look otherwise once it has been stored; nothing else does. */
async function asRead(resource: Resource, stored: KubeObject, written: KubeObject): Promise<KubeObject> {
  return resource.isCustom ? fromStored(resource, stored) : written;
}

/** A write that changes nothing keeps the revision; the order of keys is not a change. */
function isSame(resource: Resource, stored: KubeObject, next: KubeObject): boolean {
  const { resourceVersion: _stored, ...before } = stored.metadata;
  const { resourceVersion: _next, ...after } = next.metadata;
  return (
    jsonEqual(asJson({ ...stored, metadata: before }), asJson({ ...next, metadata: after })) &&
    (resource.isCustom || fieldTexts(stored) === fieldTexts(next))
  );
}

/** Upstream stores the fields of a manager as a text: in another order they are others. */
function fieldTexts({ metadata }: KubeObject): string {
  return JSON.stringify((metadata.managedFields ?? []).map(({ fieldsV1 }) => fieldsV1));
}

/** True of an object that only waited for its last finalizer. */
export function isFinished(object: JsonObject): boolean {
  const metadata = child(object, "metadata");
  if (text(metadata, "deletionTimestamp") === "" || strings(metadata, "finalizers").length > 0) return false;
  const grace = metadata?.["deletionGracePeriodSeconds"];
  return grace === undefined || grace === null || grace === 0;
}

/** A Namespace also waits for the finalizers of its spec. */
function isHeldNamespace({ resource }: Call, object: KubeObject): boolean {
  if (resource.group !== "" || resource.plural !== "namespaces") return false;
  return strings(child(asJson(object), "spec"), "finalizers").length > 0;
}

/** The object as it is answered, with a revision. */
export function withVersion(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** Compares the client's uid and resourceVersion with the stored ones. */
// oxlint-disable-next-line max-params -- what a write brings, what is there, and whether it counts
function checkVersion(call: Call, draft: Draft, stored: StoredObject, isDryRun: boolean): "ok" | "stale" {
  const { resource, info } = call;
  const meta = metaOf(draft);
  const version = text(meta, "resourceVersion");
  const uid = text(meta, "uid");
  const storedUid = text(child(asJson(call.api.store.parse(resource, stored)), "metadata"), "uid");
  if (call.info.verb === "update" && uid !== "" && uid !== storedUid)
    throw uidConflict(call, { given: uid, stored: storedUid }, isDryRun);
  if (version === "" || version === "0") {
    if (call.strategy.allowsUnconditionalUpdate) return "ok";
    const error = invalidField("metadata.resourceVersion", 0, "must be specified for an update");
    // Upstream names the resource here where it names the kind elsewhere.
    throw invalidError({ group: resource.group, kind: resource.plural }, info.name, [error]);
  }
  readRevision(version, (why) => unknownError(why.slice(why.indexOf("strconv"))));
  return version === String(stored.revision) ? "ok" : "stale";
}

/** A resourceVersion is a number. */
function checkNumber(version: JsonValue | undefined): void {
  if (typeof version !== "string" || version === "" || /^\d+$/.test(version)) return;
  throw unknownError(`strconv.ParseUint: parsing ${JSON.stringify(version)}: invalid syntax`);
}

/** Kinds that upstream stores elsewhere than under their plural. */
const ownPrefixes: ReadonlyMap<string, string> = new Map([
  ["/endpoints", "services/endpoints"],
  ["/nodes", "minions"],
  ["/replicationcontrollers", "controllers"],
  ["/services", "services/specs"],
  ["networking.k8s.io/ingresses", "ingress"],
]);
/** Groups that are servers of their own upstream, which store everything under its group. */
const ownServers = new Set(["apiextensions.k8s.io", "apiregistration.k8s.io"]);

/** Where upstream stores objects of a kind, as its messages quote it. */
function upstreamPrefix({ group, plural, isCustom }: Resource): string {
  const path = `${group}/${plural}`;
  return isCustom || ownServers.has(group) ? path : (ownPrefixes.get(path) ?? plural);
}

/** A dry run does not get as far as the store, which is below a root of its own. */
function uidConflict(
  call: Call,
  { given, stored }: { readonly given: string; readonly stored: string },
  isDryRun: boolean,
): Error {
  const { resource, info } = call;
  const parts = [upstreamPrefix(resource), info.namespace, info.name];
  const path = [...(isDryRun ? [] : ["registry"]), ...parts].filter((part) => part !== "").join("/");
  const because = `Precondition failed: UID in precondition: ${given}, UID in object meta: ${stored}`;
  const message = `StorageError: invalid object, Code: 4, Key: /${path}, ResourceVersion: 0, AdditionalErrorMsg: ${because}`;
  return conflictError(groupResource(resource), info.name, message);
}

/** Metadata that the server owns comes from the stored object. */
function carryMeta(call: Call, draft: Draft, old: JsonObject): void {
  const meta = metaOf(draft);
  const before = child(old, "metadata") ?? {};
  delete meta["selfLink"];
  for (const key of ["creationTimestamp", "generation", "namespace"]) carry(meta, before, key);
  if (text(meta, "uid") === "") carry(meta, before, "uid");
  delete meta["resourceVersion"];
  if (call.info.name !== "") meta["name"] = call.info.name;
}

/** An object stays deleted, whatever an update says of it; who leaves that out has given it up all the same. */
function carryDeletion(draft: Draft, old: JsonObject): void {
  const before = child(old, "metadata") ?? {};
  const meta = metaOf(draft);
  if (text(before, "deletionTimestamp") !== "") carry(meta, before, "deletionTimestamp");
  const grace = "deletionGracePeriodSeconds";
  if (meta[grace] === undefined || meta[grace] === null) carry(meta, before, grace);
}

function carry(meta: Draft, before: JsonObject, key: string): void {
  const value = before[key];
  if (value === undefined) delete meta[key];
  else meta[key] = value;
}
