import type { JsonObject } from "@weir/core";
import { decodeObject, goStruct, GoDecodeError } from "@weir/builtin";
import { badRequestError, conflictError, invalidError, type KubeObject, notFoundError } from "@weir/objects";
import { type FieldError, invalidField, unsupportedField } from "@weir/schema";
import { quoteGo } from "@weir/text";
import type { AuditRecord } from "../audit/audit-record.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { ApiRequest, ApiResponse } from "../http/api-request.ts";
import { negotiate, RESOURCE_VIEWS } from "../http/negotiate.ts";
import { type BodySource, readObject } from "../http/read-body.ts";
import { respond } from "../http/respond.ts";
import { type DeleteOptions, queryInteger } from "../http/write-options.ts";
import type { Call } from "../resources/call.ts";
import { asJson, asObject, child, copyForMeta, metaOf, strings, text } from "../resources/draft-access.ts";
import type { StoredObject } from "../resources/object-store.ts";
import { type Draft, groupResource, storageKey, toStored } from "../resources/resource.ts";
import { writeContext } from "./create.ts";
import { markTerminating } from "../crd/crd-loop.ts";
import { decideGrace } from "./grace-period.ts";
import { respondObject, wantsPretty } from "./respond-object.ts";
import { withVersion } from "./update.ts";

/** DELETE of one object. */
export async function deleteVerb(call: Call): Promise<ApiResponse> {
  const options = await readDeleteOptions(call.request, call.audit);
  warnOfOrphans(call, options);
  const deleted = await deleteObject(call, options);
  if (!deleted.isGone || returnsObject.has(`${call.resource.group}/${call.resource.plural}`)) {
    return respondObject(call, deleted.object);
  }
  const { resource, info } = call;
  const how = negotiate(call.request.header("accept"), {
    views: RESOURCE_VIEWS,
    isPretty: wantsPretty(call.request),
    hasProtobuf: !resource.isCustom,
  });
  const group = resource.group === "" ? {} : { group: resource.group };
  const details = {
    name: info.name,
    ...group,
    kind: resource.plural,
    uid: deleted.object.metadata.uid ?? "",
  };
  return respond(
    { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details },
    how.as === undefined ? how : { ...how, contentType: "application/json" },
    { warnings: call.warnings },
  );
}

/** Kinds whose deletion answers with the object even when it is gone. */
const returnsObject = new Set([
  "/persistentvolumeclaims",
  "/persistentvolumes",
  "/pods",
  "/podtemplates",
  "/resourcequotas",
  "/serviceaccounts",
  "/services",
  "resource.k8s.io/deviceclasses",
  "resource.k8s.io/resourceclaims",
  "resource.k8s.io/resourceclaimtemplates",
  "resource.k8s.io/resourceslices",
  "storage.k8s.io/csidrivers",
  "storage.k8s.io/csinodes",
  "storage.k8s.io/storageclasses",
  "storage.k8s.io/volumeattachments",
  "storage.k8s.io/volumeattributesclasses",
]);

/** Reads and checks the options of a delete: the body's, and the query's where there is no body. */
export async function readDeleteOptions(
  request: ApiRequest,
  audit: AuditRecord | undefined,
): Promise<DeleteOptions> {
  const body = await readOptionsBody(request);
  // Upstream records the version that it reads options as.
  if (body !== undefined)
    audit?.requestObject({ ...body, kind: "DeleteOptions", apiVersion: "meta.k8s.io/__internal" });
  const options = body === undefined ? queryOptions(request.query) : bodyOptions(body);
  checkDeleteOptions(options);
  const { propagationPolicy } = options;
  return {
    ...options,
    propagationPolicy: propagationPolicy as DeleteOptions["propagationPolicy"],
    isDryRun: options.dryRun.length > 0,
  };
}

/** What a delete says of how it is to be done, as far as it can be said wrongly. */
export interface SaidDeleteOptions {
  readonly propagationPolicy?: string | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly dryRun: readonly string[];
}

/** Throws a 422 where the options of a delete say what there is not, or contradict each other. */
export function checkDeleteOptions(options: SaidDeleteOptions): void {
  const errors: FieldError[] = [];
  const policies = ["Foreground", "Background", "Orphan"];
  const { propagationPolicy, orphanDependents } = options;
  if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    errors.push(
      invalidField(
        "propagationPolicy",
        propagationPolicy,
        "orphanDependents and deletionPropagation cannot be both set",
      ),
    );
  }
  if (propagationPolicy !== undefined && !policies.includes(propagationPolicy)) {
    errors.push(unsupportedField("propagationPolicy", propagationPolicy, [...policies, "nil"]));
  }
  if (options.dryRun.some((value) => value !== "All"))
    errors.push(unsupportedField("dryRun", options.dryRun, ["All"]));
  if (errors.length > 0) throw invalidError({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", errors);
}

interface RawOptions {
  readonly dryRun: readonly string[];
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string | undefined;
  readonly orphanDependents: boolean | undefined;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

async function readOptionsBody(request: ApiRequest): Promise<JsonObject | undefined> {
  const probe = await request.readBody(3 * 1024 * 1024);
  if (probe.length === 0) return undefined;
  const cached: BodySource = { header: (name) => request.header(name), readBody: async () => probe };
  const { value, numbers } = await readObject(cached, {
    kind: "DeleteOptions",
    isStrict: false,
    refuse: badRequestError,
  });
  const kind = text(value, "kind");
  if (kind !== "" && kind !== "DeleteOptions") {
    const apiVersion = text(value, "apiVersion") || "meta.k8s.io/v1";
    throw badRequestError(
      `no kind ${quoteGo(kind)} is registered for version ${quoteGo(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
    );
  }
  const struct = goStruct("meta.v1.DeleteOptions");
  if (struct === undefined) return value;
  try {
    return decodeObject(struct, value, numbers).value;
  } catch (error) {
    if (!(error instanceof GoDecodeError)) throw error;
    throw badRequestError(error.message);
  }
}

function bodyOptions(body: JsonObject): RawOptions {
  const preconditions = child(body, "preconditions");
  const grace = body["gracePeriodSeconds"];
  const policy = body["propagationPolicy"];
  const orphan = body["orphanDependents"];
  const uid = preconditions?.["uid"];
  const version = preconditions?.["resourceVersion"];
  return {
    dryRun: strings(body, "dryRun"),
    gracePeriodSeconds: typeof grace === "number" ? grace : undefined,
    propagationPolicy: typeof policy === "string" ? policy : undefined,
    orphanDependents: typeof orphan === "boolean" ? orphan : undefined,
    uid: typeof uid === "string" ? uid : undefined,
    resourceVersion: typeof version === "string" ? version : undefined,
  };
}

function queryOptions(query: URLSearchParams): RawOptions {
  const orphan = query.get("orphanDependents");
  return {
    dryRun: query.getAll("dryRun"),
    gracePeriodSeconds: queryInteger(query, "gracePeriodSeconds"),
    propagationPolicy: query.get("propagationPolicy") ?? undefined,
    orphanDependents: orphan === null || orphan === "" ? undefined : orphan === "true" || orphan === "1",
    uid: undefined,
    resourceVersion: undefined,
  };
}

/** What became of a delete. */
export interface Deleted {
  readonly object: KubeObject;
  /** False where finalizers or a grace period keep the object. */
  readonly isGone: boolean;
}

const MAX_ATTEMPTS = 5;

/** Deletes an object, or marks it for deletion where something has to happen first. */
export async function deleteObject(call: Call, options: DeleteOptions): Promise<Deleted> {
  const { api, resource, info } = call;
  const key = storageKey(resource, info.namespace, info.name);
  for (let attempt = 1; ; attempt += 1) {
    const stored = await api.store.get(key);
    if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
    const deleted = await deleteStored(call, options, stored);
    if (deleted !== undefined) return deleted;
    if (attempt >= MAX_ATTEMPTS) throw conflictError(groupResource(resource), info.name);
  }
}

async function deleteStored(
  call: Call,
  options: DeleteOptions,
  stored: StoredObject,
): Promise<Deleted | undefined> {
  const { api, resource, info } = call;
  await api.store.prepare(resource, [stored]);
  const old = api.store.object(resource, stored);
  checkPreconditions(call, options, old);
  const context = writeContext(call, options.isDryRun);
  const admission: AdmissionRequest = {
    operation: "delete",
    resource,
    subresource: "",
    namespace: info.namespace,
    name: info.name,
    context,
    options: reviewedDelete(options),
  };
  if (options.isReviewed !== false) {
    await api.admission.mutate(admission, copyForMeta(asJson(old)), old);
    await api.admission.validate(admission, undefined, old);
  }
  const grace = decideGrace(resource, asJson(old), options);
  const finalizers = deletionFinalizers(call, old, options);
  if (grace === 0 && finalizers.length === 0 && !isHeld(call, old)) return remove(call, old, stored, options);
  const marked = markDeleted(call, old, { finalizers, grace, now: context.now });
  options.prepare?.(marked);
  return storeMarked(call, marked, stored, options);
}

/** What DeleteOptions say, for who reviews the deletion. */
function reviewedDelete({
  gracePeriodSeconds,
  propagationPolicy,
  orphanDependents,
  uid,
  resourceVersion,
}: DeleteOptions): JsonObject {
  const preconditions = {
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
  return {
    ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    ...(Object.keys(preconditions).length === 0 ? {} : { preconditions }),
    ...(orphanDependents === undefined ? {} : { orphanDependents }),
    ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
  };
}

/** The object is answered with the revision of its deletion. */
// oxlint-disable-next-line max-params -- one deletion
async function remove(
  call: Call,
  old: KubeObject,
  stored: StoredObject,
  options: DeleteOptions,
): Promise<Deleted | undefined> {
  if (options.isDryRun)
    return { object: withVersion(asObject(finalState(call, old)), stored.revision), isGone: true };
  const result = await call.api.store.remove(stored.key, stored.revision);
  if (result.kind === "conflict") return undefined;
  const marked = asObject(finalState(call, old));
  return { object: withVersion(marked, result.revision), isGone: true };
}

/** A Pod that goes at once still answers with the time of its deletion. */
function finalState(call: Call, old: KubeObject): Draft {
  const draft = copyForMeta(asJson(old));
  if (call.resource.plural !== "pods" || call.resource.group !== "") return draft;
  return markDeleted(call, old, { finalizers: [], grace: 0, now: writeContext(call, false).now });
}

// oxlint-disable-next-line max-params -- one deletion
async function storeMarked(
  call: Call,
  marked: Draft,
  stored: StoredObject,
  options: DeleteOptions,
): Promise<Deleted | undefined> {
  const { api, resource } = call;
  const object = asObject(marked);
  const next = await toStored(resource, object);
  const bytes = api.store.encode(resource, next);
  const isSame = Buffer.compare(bytes, stored.bytes) === 0;
  if (options.isDryRun || isSame) return { object: withVersion(object, stored.revision), isGone: false };
  const result = await api.store.commit(resource, {
    key: stored.key,
    object: next,
    bytes,
    expected: stored.revision,
  });
  if (result.kind === "conflict") return undefined;
  return { object: withVersion(object, result.revision), isGone: false };
}

function checkPreconditions(call: Call, options: DeleteOptions, old: KubeObject): void {
  const { kind, group } = call.resource;
  const { uid = "", resourceVersion = "" } = old.metadata;
  const refuse = (why: string): Error => conflictError({ group, resource: kind }, call.info.name, why);
  if (options.uid !== undefined && options.uid !== uid) {
    throw refuse(
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
    );
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    throw refuse(
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
    );
  }
}

const EVENTS = "/core/events/";

/** The finalizers that the object has once it is marked: propagation asks for one, or takes one away. */
function deletionFinalizers(call: Call, old: KubeObject, options: DeleteOptions): readonly string[] {
  const current = strings(child(asJson(old), "metadata"), "finalizers");
  // Nothing hangs on Events: whatever is asked for, what is left is gone at once.
  if (call.resource.storagePrefix === EVENTS)
    return current.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  const policy = propagationOf(call, current, options);
  const kept = current.filter((name) => name !== "orphan" && name !== "foregroundDeletion");
  if (policy === "Orphan") return [...kept, "orphan"];
  if (policy === "Foreground") return [...kept, "foregroundDeletion"];
  return kept;
}

function propagationOf(
  call: Call,
  current: readonly string[],
  options: DeleteOptions,
): DeleteOptions["propagationPolicy"] {
  if (options.propagationPolicy !== undefined) return options.propagationPolicy;
  if (options.orphanDependents !== undefined) return options.orphanDependents ? "Orphan" : "Background";
  if (current.includes("orphan")) return "Orphan";
  if (current.includes("foregroundDeletion")) return "Foreground";
  return isOrphaning(call) ? "Orphan" : "Background";
}

/** What orphans where the client says nothing, as it did before the garbage collector. */
function isOrphaning(call: Call): boolean {
  const { group, plural } = call.resource;
  return isJob(call) || (group === "" && plural === "replicationcontrollers");
}

function isJob({ resource }: Call): boolean {
  return resource.group === "batch" && resource.plural === "jobs";
}

/** Says what becomes of the Pods of Jobs, before anything is looked for. */
export function warnOfOrphans(call: Call, options: DeleteOptions): void {
  if (!isJob(call) || options.propagationPolicy !== undefined || options.orphanDependents !== undefined)
    return;
  call.warnings.push(
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
  );
}

/** CRDs outlive their DELETE until their objects are gone. */
function isDefinition({ resource }: Call): boolean {
  return resource.group === "apiextensions.k8s.io" && resource.plural === "customresourcedefinitions";
}

/** Namespaces outlive their DELETE until their content is gone: the finalizers of the spec wait for it. */
function isNamespace({ resource }: Call): boolean {
  return resource.group === "" && resource.plural === "namespaces";
}

/** Whether something beside metadata's finalizers keeps the object. */
function isHeld(call: Call, old: KubeObject): boolean {
  if (isDefinition(call)) return true;
  return isNamespace(call) && strings(child(asJson(old), "spec"), "finalizers").length > 0;
}

interface Mark {
  readonly finalizers: readonly string[];
  readonly grace: number;
  readonly now: string;
}

function markDeleted(call: Call, old: KubeObject, mark: Mark): Draft {
  const draft = copyForMeta(asJson(old));
  const meta = metaOf(draft);
  delete meta["resourceVersion"];
  const already = text(meta, "deletionTimestamp") !== "";
  if (!already) {
    const deletion = Date.parse(mark.now) + mark.grace * 1000;
    meta["deletionTimestamp"] = `${new Date(deletion).toISOString().slice(0, 19)}Z`;
    // What outlives its DELETE by rules of its own has no grace period.
    if (!isDefinition(call) && !isNamespace(call)) meta["deletionGracePeriodSeconds"] = mark.grace;
    const generation = meta["generation"];
    // The generation of a CRD counts its spec alone.
    if (!isDefinition(call) && typeof generation === "number" && generation > 0)
      meta["generation"] = generation + 1;
  } else markAgain(call, draft, mark.grace);
  if (mark.finalizers.length > 0) meta["finalizers"] = mark.finalizers;
  else delete meta["finalizers"];
  if (isDefinition(call)) markTerminating(draft, mark.now);
  // The status is still the stored object's own, which others read.
  if (isNamespace(call)) draft["status"] = { ...child(draft, "status"), phase: "Terminating" };
  return draft;
}

/** What another DELETE says of an object that waits to go: a grace period is only ever made shorter. */
function markAgain(call: Call, draft: Draft, grace: number): void {
  const meta = metaOf(draft);
  const current = meta["deletionGracePeriodSeconds"];
  // A Namespace whose own finalizer is gone is deleted from then on as everything else is, and is given one now.
  const isReleased = isNamespace(call) && strings(child(draft, "spec"), "finalizers").length === 0;
  const isLonger = typeof current === "number" && current > grace;
  if (isLonger || (isReleased && current === undefined)) meta["deletionGracePeriodSeconds"] = grace;
}
