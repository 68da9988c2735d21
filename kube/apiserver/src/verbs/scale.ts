import type { JsonObject, JsonValue } from "@weir/core";
import {
  type ApplyResult,
  applyServerSide,
  badRequestError,
  internalError,
  invalidError,
  type KubeObject,
  notFoundError,
  unknownError,
} from "@weir/objects";
import { invalidField } from "@weir/schema";
import { labelSelectorFrom, type LabelSelectorSpec } from "@weir/text";
import type { AdmissionRequest } from "../admission/admission.ts";
import { CustomServedResource } from "../crd/custom-resource.ts";
import { readPath, withPath } from "../crd/json-path.ts";
import type { ScalePaths } from "../crd/definition.ts";
import { nestedInteger, nestedText } from "../crd/nested-field.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { mediaType } from "../http/read-body.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { readApplied } from "../patch/apply.ts";
import { carryScale, scaleEntries, trackScale } from "../patch/scale-tracking.ts";
import { readPatch } from "../patch/read-patch.ts";
import { builtinScaleTable, customScaleTable } from "../table/scale-cells.ts";
import type { Call } from "../resources/call.ts";
import { asJson, asObject, child, copyForMeta, metaOf, number } from "../resources/draft-access.ts";
import { apiVersionOf, type Draft, groupResource, storageKey } from "../resources/resource.ts";
import { decodeAs, readAs } from "./decode-as.ts";
import { checkName, checkNamespace } from "./decode-body.ts";
import { respondObject } from "./respond-object.ts";
import { partRequest } from "./review-part.ts";
import { checkPatchType } from "./patch.ts";
import { updateObject } from "./update.ts";

const SCALE = { group: "autoscaling", version: "v1", kind: "Scale" };
const builtinPaths: ScalePaths = {
  specReplicas: ".spec.replicas",
  statusReplicas: ".status.replicas",
  labelSelector: undefined,
};

/** GET, PUT and PATCH of `/scale`: the number of replicas, whatever the kind calls it. */
export async function scaleVerb(call: Call): Promise<ApiResponse> {
  if (call.info.verb === "get") return respondScale(call, await readParent(call));
  const isPatch = call.info.verb === "patch";
  const isApply = isPatch && checkPatchType(call) === "application/apply-patch+yaml";
  const options = readWriteOptions(call.request, isPatch ? "PatchOptions" : "UpdateOptions", isApply);
  const { admission } = call.api;
  const result = await updateObject(call, {
    options,
    // Ownership is told on the Scale, by the change itself.
    tracked: true,
    change: await changeOf(call, options, isApply),
    retriesConflicts: isPatch,
    createsMissing: false,
    review: async (object, old) => {
      const [scale, before] = [scaleOf(call, object, true), scaleOf(call, old, true)];
      await admission.validate(scaleRequest(call, options), scale, before);
    },
  });
  return respondScale(call, result.object);
}

async function readParent(call: Call): Promise<KubeObject> {
  const { api, resource, info } = call;
  const stored = await api.store.get(storageKey(resource, info.namespace, info.name));
  if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
  await api.store.prepare(resource, [stored]);
  return api.store.object(resource, stored);
}

/** Admission looks at the Scale, whatever the kind of the object. */
function scaleRequest(call: Call, options: WriteOptions): AdmissionRequest {
  return partRequest(call, { kind: SCALE.kind, operation: "update", options });
}

type Change = (current: KubeObject | undefined) => Draft | Promise<Draft>;

async function changeOf(call: Call, options: WriteOptions, isApply: boolean): Promise<Change> {
  if (isApply) {
    const { applied } = readApplied(await call.request.readBody(3 * 1024 * 1024));
    call.audit?.patch(applied);
    return appliedScale(call, options, applied);
  }
  if (call.info.verb === "patch") {
    const patch = await readPatch(call, mediaType(call.request), options);
    return (current) => {
      const patched = patch(scaleOf(call, current, true)).object;
      const scale = decodeAs("autoscaling.v1.Scale", SCALE, patched);
      return admittedScale(call, current, { scale, options });
    };
  }
  const scale = await readAs(call, ["autoscaling.v1.Scale", SCALE], options);
  call.audit?.requestObject(scale);
  checkNamespace(call, scale);
  checkName(call, scale);
  return (current) => admittedScale(call, current, { scale: copyForMeta(scale), options });
}

/** The object with the replicas that admission leaves the Scale. */
async function admittedScale(
  call: Call,
  current: KubeObject | undefined,
  { scale, options }: NewScale,
): Promise<Draft> {
  const before = current === undefined ? undefined : scaleOf(call, current, true);
  await call.api.admission.mutate(scaleRequest(call, options), scale, before);
  return withScale(call, current, { scale, options });
}

function pathsOf(call: Call): ScalePaths {
  const { resource } = call;
  return (
    (resource instanceof CustomServedResource ? resource.versionDefinition.scale : undefined) ?? builtinPaths
  );
}

/** The Scale of an object; a custom one that lacks its replicas has none, unless they are about to be written. */
function scaleOf(call: Call, current: KubeObject | undefined, isForWrite = false): KubeObject {
  const object = current === undefined ? {} : asJson(current);
  const paths = pathsOf(call);
  if (call.resource.isCustom) checkTypes(object, paths);
  const found = readPath(object, paths.specReplicas);
  if (call.resource.isCustom && !isForWrite && found === undefined) {
    throw internalError(`the spec replicas field ${JSON.stringify(paths.specReplicas)} does not exist`);
  }
  const replicas = found ?? (call.resource.isCustom ? NO_REPLICAS : 0);
  const selector = selectorOf(call, object);
  return {
    kind: SCALE.kind,
    apiVersion: apiVersionOf(SCALE),
    metadata: scaleMeta(current),
    spec: replicas === 0 ? {} : { replicas },
    status: {
      replicas: readPath(object, paths.statusReplicas) ?? 0,
      ...(selector === "" ? {} : { selector }),
    },
  } as KubeObject;
}

/** What a Scale that is about to be written says where its object says nothing; it must not be written so. */
const NO_REPLICAS = -2_147_483_648;

/** What a schema allows need not be what a Scale can show. */
function checkTypes(object: JsonObject, { specReplicas, statusReplicas, labelSelector }: ScalePaths): void {
  const problem =
    nestedInteger(object, specReplicas).problem ??
    nestedInteger(object, statusReplicas).problem ??
    (labelSelector === undefined ? undefined : nestedText(object, labelSelector).problem);
  if (problem !== undefined) throw unknownError(problem);
}

function scaleMeta(current: KubeObject | undefined): KubeObject["metadata"] {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = current?.metadata ?? {};
  const known = Object.entries({ name, namespace, uid, resourceVersion, creationTimestamp });
  return Object.fromEntries(known.filter(([, value]) => value !== undefined && value !== ""));
}

function selectorOf(call: Call, object: JsonObject): string {
  const { labelSelector } = pathsOf(call);
  if (labelSelector !== undefined) {
    const value = readPath(object, labelSelector);
    return typeof value === "string" ? value : "";
  }
  if (call.resource.isCustom) return "";
  const selector = child(child(object, "spec"), "selector");
  if (selector === undefined) return "";
  // A ReplicationController selects by plain labels.
  const spec = call.resource.plural === "replicationcontrollers" ? { matchLabels: selector } : selector;
  return labelSelectorFrom(spec as LabelSelectorSpec).toString();
}

interface NewScale {
  readonly scale: Draft;
  readonly options: WriteOptions;
}

function withScale(call: Call, current: KubeObject | undefined, { scale, options }: NewScale): Draft {
  if (current === undefined) throw notFoundError(groupResource(call.resource), call.info.name);
  const { path, replicas, after } = rescaled(call, current, scale);
  const bare = { kind: SCALE.kind, apiVersion: apiVersionOf(SCALE), metadata: { name: call.info.name } };
  const before = readPath(asJson(current), path) ?? 0;
  const specOf = (value: JsonValue): JsonObject => (value === 0 ? {} : { replicas: value });
  return trackScale({
    resource: call.resource,
    manager: options.fieldManager,
    now: new Date(call.api.clock.now()),
    path,
    before: current,
    after,
    liveScale: { ...bare, spec: specOf(before) },
    newScale: { ...bare, spec: specOf(replicas) },
  });
}

interface Rescaled {
  /** Where the kind keeps its replicas. */
  readonly path: string;
  readonly replicas: number;
  readonly after: Draft;
}

/** The object with the replicas of a Scale, which may name the object that it means. */
function rescaled(call: Call, current: KubeObject, scale: Draft): Rescaled {
  const replicas = number(child(scale, "spec"), "replicas") ?? 0;
  checkReplicas(call, replicas);
  const path = pathsOf(call).specReplicas;
  const after = copyForMeta(withPath(asJson(current), path, replicas));
  const { resourceVersion, uid } = child(scale, "metadata") ?? {};
  const metadata = metaOf(after);
  if (typeof uid === "string" && uid !== "") metadata["uid"] = uid;
  if (typeof resourceVersion === "string" && resourceVersion !== "")
    metadata["resourceVersion"] = resourceVersion;
  return { path, replicas, after };
}

/** A custom resource's own rules look at its replicas. */
function checkReplicas(call: Call, replicas: number): void {
  const { resource, info } = call;
  if (resource.isCustom && replicas === NO_REPLICAS) {
    const path = JSON.stringify(pathsOf(call).specReplicas);
    throw badRequestError(`the spec replicas field ${path} cannot be empty`);
  }
  if (resource.isCustom || replicas >= 0) return;
  const error = invalidField("spec.replicas", replicas, "must be greater than or equal to 0");
  throw invalidError({ group: SCALE.group, kind: SCALE.kind }, info.name, [error]);
}

/** Applying a Scale owns the replicas of its object, under the name of the subresource. */
function appliedScale(call: Call, options: WriteOptions, applied: JsonObject): Change {
  const { resource } = call;
  return async (current) => {
    if (current === undefined) throw notFoundError(groupResource(resource), call.info.name);
    if (resource.isCustom) return appliedCustomScale(call, { options, applied, current });
    // Who else manages the replicas is told as of a Scale.
    const told = applyToScale(call, { options, applied, current });
    if (told.kind === "conflict") throw told.error;
    const scale = decodeAs("autoscaling.v1.Scale", SCALE, asJson(told.object));
    await call.api.admission.mutate(scaleRequest(call, options), scale, scaleOf(call, current, true));
    const { path, after } = rescaled(call, current, scale);
    return carryScale({ resource, path, before: current, after }, asObject(scale));
  };
}

interface AppliedScale {
  readonly options: WriteOptions;
  readonly applied: JsonObject;
  readonly current: KubeObject;
}

/** What an apply comes to on a Scale by itself. */
function applyToScale(call: Call, { options, applied, current }: AppliedScale): ApplyResult {
  const entries = scaleEntries(current, pathsOf(call).specReplicas);
  const live = scaleOf(call, current, true);
  return applyServerSide({
    gvk: SCALE,
    schema: undefined,
    manager: options.fieldManager,
    subresource: "scale",
    now: new Date(call.api.clock.now()),
    live: { ...live, metadata: { ...live.metadata, managedFields: entries } } as KubeObject,
    applied,
    force: options.force,
  });
}

const NO_CONVERSION = "to proper version: request to convert CR to an invalid group/version: autoscaling/v1";

/**
 * Applying a Scale of a custom resource comes to nothing unless it changes nothing: upstream tries to convert the Scale as if
 * it were such a resource.
 */
function appliedCustomScale(call: Call, apply: AppliedScale): Draft {
  const { applied, current } = apply;
  const result = applyToScale(call, apply);
  if (scaleEntries(current, pathsOf(call).specReplicas).length === 0)
    throw unknownError(
      `failed to create manager for existing fields: failed to convert live object (/; autoscaling/v1, Kind=Scale) ${NO_CONVERSION}`,
    );
  if (result.kind === "conflict") throw result.error;
  if (!result.changed) {
    const after = copyForMeta(asJson(current));
    const path = pathsOf(call).specReplicas;
    return carryScale({ resource: call.resource, path, before: current, after }, result.object);
  }
  const { name, namespace } = child(applied, "metadata") ?? {};
  const where = `${typeof namespace === "string" ? namespace : ""}/${typeof name === "string" ? name : ""}`;
  throw unknownError(`failed to convert new object (${where}; autoscaling/v1, Kind=Scale) ${NO_CONVERSION}`);
}

function respondScale(call: Call, parent: KubeObject): ApiResponse {
  return respondObject(
    call,
    scaleOf(call, parent),
    200,
    call.resource.isCustom ? customScaleTable : builtinScaleTable,
  );
}
