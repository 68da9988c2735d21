import type { JsonObject } from "@weir/core";
import {
  alreadyExistsError,
  failure,
  generateNameConflictError,
  invalidError,
  type KubeObject,
  notFoundError,
  unknownError,
} from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { readObject } from "../http/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { asJson, asObject, child, metaOf, text } from "../resources/draft-access.ts";
import { StoredObject } from "../resources/object-store.ts";
import {
  apiVersionOf,
  type Draft,
  fromStored,
  groupKind,
  groupResource,
  storageKey,
  toStored,
  type WriteContext,
} from "../resources/resource.ts";
import { nameRuleOf } from "../validation/name-rules.ts";
import { validateObjectMeta } from "../validation/object-meta.ts";
import { checkNamespace, decodeBody } from "./decode-body.ts";
import { newUid, randomSuffix } from "./identity.ts";
import { dropRepeatedOwners } from "./repeated-owners.ts";
import { respondObject } from "./respond-object.ts";

/** POST to a collection. */
export async function createVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "CreateOptions");
  const isStrict = options.fieldValidation !== "Ignore";
  const { kind, isCustom } = call.resource;
  const apiVersion = apiVersionOf(call.resource);
  const body = await readObject(call.request, { kind, apiVersion, isStrict, needsKind: isCustom });
  const object = decodeBody(call, body, options);
  call.audit?.requestObject(object);
  checkNamespace(call, object);
  // What is put or applied where there is nothing may say that it is being deleted; what is posted may not.
  for (const key of ["deletionTimestamp", "deletionGracePeriodSeconds"]) delete metaOf(object)[key];
  const created = await createObject(call, object, { ...options, tracked: false });
  return respondObject(call, created, 201);
}

/** How a create is to be done; an applied object already says who owns its fields. */
export interface CreateOptions extends WriteOptions {
  /** True where managedFields are set already, as server-side apply does. */
  readonly tracked: boolean;
}

/** The context of a write for the rules of its kind. */
export function writeContext(call: Call, isDryRun: boolean): WriteContext {
  return {
    resource: call.resource,
    namespace: call.info.namespace,
    user: call.user,
    isDryRun,
    now: timestamp(call.api.clock),
    random: call.api.random,
    warn: (message) => call.warnings.push(message),
    audit: call.audit,
    emptied: call.emptied,
  };
}

/**
 * Stores a new object that has been read and defaulted: admission, metadata, the kind's rules, validation, store.
 * Gives the object as it was stored, in the version of the request.
 */
export async function createObject(call: Call, draft: Draft, options: CreateOptions): Promise<KubeObject> {
  const { api, resource } = call;
  const context = writeContext(call, options.isDryRun);
  prepareMeta(call, draft);
  const name = text(metaOf(draft), "name");
  const admission: AdmissionRequest = {
    operation: "create",
    resource,
    subresource: "",
    namespace: call.info.namespace,
    name,
    context,
    options: reviewedOptions(options),
  };
  dropRepeatedOwners(call, draft, false);
  // Admission's own changes are nobody's: fields are put down to the manager before.
  const tracked = resource.settle(
    options.tracked ? draft : trackUpdate(call, { object: draft, live: undefined, options }),
  );
  await api.admission.mutate(admission, tracked, undefined);
  dropRepeatedOwners(call, tracked, true);
  checkNamespace(call, tracked);
  Object.assign(metaOf(tracked), { uid: newUid(api.random), creationTimestamp: context.now });
  generateName(call, tracked);
  const { begin } = call.strategy;
  if (begin === undefined) return finishCreate(call, tracked, admission, options);
  const end = await begin(call, tracked, undefined, options.isDryRun);
  try {
    return await finishCreate(call, tracked, admission, options);
  } finally {
    end();
  }
}

// oxlint-disable-next-line max-params -- the object, who is asked about it, and how it is written
async function finishCreate(
  call: Call,
  draft: Draft,
  admission: AdmissionRequest,
  options: CreateOptions,
): Promise<KubeObject> {
  call.strategy.prepareForCreate(draft, admission.context);
  await validateCreate(call, draft, admission);
  return storeNew(call, asObject(draft), options);
}

/** What a write's options say, for who reviews it. */
export function reviewedOptions({ fieldManager, fieldValidation }: WriteOptions): JsonObject {
  return { ...(fieldManager === "" ? {} : { fieldManager }), fieldValidation };
}

/** Server-owned metadata of the body is dropped. */
function prepareMeta(call: Call, draft: Draft): void {
  const meta = metaOf(draft);
  for (const key of ["selfLink", "uid", "creationTimestamp"]) delete meta[key];
  if (call.resource.isNamespaced) meta["namespace"] = call.info.namespace;
}

const MAX_REVISION = 2n ** 64n - 1n;

/** Only the store refuses a version, after all that may be wrong with the object; what is no number it does not see. */
function refuseRevision({ metadata }: KubeObject): void {
  const { resourceVersion } = metadata;
  if (resourceVersion === undefined || !/^\d{1,40}$/.test(resourceVersion)) return;
  const version = BigInt(resourceVersion);
  if (version === 0n || version > MAX_REVISION) return;
  throw unknownError("resourceVersion should not be set on objects to be created");
}

/** A generated name is drawn once; a taken one is the client's to try again. */
function generateName(call: Call, draft: Draft): void {
  const meta = metaOf(draft);
  const base = text(meta, "generateName");
  if (base === "" || text(meta, "name") !== "") return;
  meta["name"] = `${base.slice(0, 58)}${randomSuffix(call.api.random)}`;
}

async function validateCreate(call: Call, draft: Draft, admission: AdmissionRequest): Promise<void> {
  const { resource, api } = call;
  const object = asObject(draft);
  const told = call.warnings.length;
  const errors = [
    ...validateObjectMeta(draft, resource, nameRuleOf(resource)),
    ...call.strategy.validate(object, admission.context),
  ];
  const name = text(metaOf(draft), "name");
  if (errors.length > 0) {
    // Who is refused hears of that alone.
    call.warnings.length = told;
    throw invalidError(groupKind(resource), name, errors);
  }
  await api.admission.validate({ ...admission, name }, object, undefined);
}

async function storeNew(call: Call, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
  const { api, resource } = call;
  const name = object.metadata.name ?? "";
  const key = storageKey(resource, call.info.namespace, name);
  const stored = await toStored(resource, object);
  const bytes = api.store.encode(resource, stored);
  if (options.isDryRun) {
    const existing = await api.store.get(key);
    if (existing !== undefined) throw exists(call, object, api.store.parse(resource, existing));
    return resource.isCustom ? fromStored(resource, stored) : object;
  }
  refuseRevision(object);
  const result = await api.store.commit(resource, { key, object: stored, bytes, expected: 0 });
  if (result.kind === "conflict") {
    const current = result.current;
    if (current === undefined) throw notFoundError(groupResource(resource), name);
    const there = api.store.parse(resource, new StoredObject(current));
    throw exists(call, object, there);
  }
  return fromStored(resource, {
    ...stored,
    metadata: { ...stored.metadata, resourceVersion: String(result.revision) },
  });
}

function exists(call: Call, { metadata }: KubeObject, current: KubeObject): Error {
  const { name = "", generateName = "" } = metadata;
  const resource = groupResource(call.resource);
  const error =
    generateName === "" ? alreadyExistsError(resource, name) : generateNameConflictError(resource, name, 1);
  if (text(child(asJson(current), "metadata"), "deletionTimestamp") === "") return error;
  const { details } = error.status;
  return failure({
    reason: "AlreadyExists",
    code: 409,
    message: `object is being deleted: ${error.message}`,
    ...(details === undefined ? {} : { details }),
  });
}
