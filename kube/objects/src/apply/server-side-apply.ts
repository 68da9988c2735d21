import type { JsonObject } from "@weir/core";
import { badRequestError, unknownError } from "../api-errors.ts";
import { asJson, formatApiVersion, formatGvk, gvkOf, sameGvk } from "../api-version.ts";
import { ManagedFieldsError } from "../fields/managed-fields-error.ts";
import { jsonEqual } from "../json-equality.ts";
import { isJsonArray, isJsonObject } from "../json-object.ts";
import type { KubeObject } from "../object.ts";
import type { StatusError } from "../status-error.ts";
import { checkTyped, type CheckOptions, TypedValueError } from "../typed/check-typed.ts";
import { fieldSetOfValue } from "../typed/field-set-of-value.ts";
import type { FieldType } from "../typed/field-type.ts";
import { mergeTyped } from "../typed/merge-typed.ts";
import { type ApplyConflict, conflictStatus, fieldsInConflict, listConflicts } from "./conflict.ts";
import { fieldsLastApplied, refreshLastApplied } from "./last-applied.ts";
import {
  type Manager,
  managerId,
  type Managers,
  metadataOf,
  readManagers,
  withManagers,
  withoutManagers,
} from "./managers.ts";
import { reconcileManagers, takeOver, type TypeAt } from "./ownership.ts";
import { pruneMerged } from "./prune.ts";
import {
  conversionOf,
  emptyObjectOf,
  type FieldWrite,
  objectType,
  resetFieldsOf,
  timeOf,
  typesOf,
} from "./request.ts";
import { neverOwned, recordUpdate } from "./update-managed-fields.ts";

/** A server-side apply. */
export interface ApplyRequest extends FieldWrite {
  /** The object as it is stored, in the request's version; `undefined` where there is none yet. */
  readonly live: KubeObject | undefined;
  /** The partial object that is applied, as it came. */
  readonly applied: JsonObject;
  /** Takes fields from other managers instead of ending in a conflict. */
  readonly force: boolean;
}

/** What an apply comes to. */
export type ApplyResult =
  | {
      readonly kind: "applied";
      /**
       * The merged object with its managedFields. Nothing is defaulted or pruned by the schema yet, and what lost its
       * last part is null.
       */
      readonly object: KubeObject;
      /** Whether the merged object differs from the live one in more than managedFields. */
      readonly changed: boolean;
    }
  | {
      readonly kind: "conflict";
      readonly conflicts: readonly ApplyConflict[];
      /** The 409 that the API server answers. */
      readonly error: StatusError;
    };

/**
 * Merges an applied object into the live one as the API server does (structured-merge-diff).
 *
 * The applier comes to own exactly what it applies. What it owned before, does not apply now and nobody else manages is
 * removed. A field that it would change although another manager owns it is a conflict, unless forced. Managers of
 * objects that nobody was tracked on become `before-first-apply`. An apply that changes nothing keeps all times, so
 * it can be told from a change. For the manager `kubectl`, the fields of client-side apply's annotation are no
 * conflicts, and the annotation is kept up to date.
 *
 * Throws `StatusError`: 400 for another kind or for managedFields in the applied object, and 500 for one that does not
 * fit the schema, as the API server answers.
 */
export function applyServerSide(request: ApplyRequest): ApplyResult {
  checkRequest(request);
  const live = request.live === undefined ? emptyObjectOf(request) : asJson(request.live);
  try {
    return applyTo(request, live);
  } catch (error) {
    if (error instanceof TypedValueError) throw unknownError(error.message);
    if (error instanceof ManagedFieldsError) {
      throw unknownError(`failed to decode managed fields: ${error.message}`);
    }
    throw error;
  }
}

function checkRequest({ applied, gvk }: ApplyRequest): void {
  const appliedGvk = gvkOf(applied);
  if (!sameGvk(appliedGvk, gvk)) throw badRequestError(`invalid object type: ${formatGvk(appliedGvk)}`);
  if (isJsonArray(metadataOf(applied)["managedFields"])) {
    throw badRequestError("metadata.managedFields must be nil");
  }
}

function applyTo(request: ApplyRequest, stored: JsonObject): ApplyResult {
  const live = withoutManagers(stored);
  const typeAt = typesOf(request);
  const recorded = readManagers(metadataOf(stored)["managedFields"]);
  const managers = recorded.size > 0 ? recorded : beforeFirstApply(request, live);
  const type = objectType(request.schema);
  checkAs(type, request.applied, "patch", { allowDuplicates: false });
  checkAs(type, live, "live", { allowDuplicates: true });

  const apiVersion = formatApiVersion(request.gvk);
  const recordedOn = { object: live, apiVersion, typeAt, convertTo: conversionOf(request) };
  const merged = mergeAndTake(request, live, reconcileManagers(managers, recordedOn), typeAt);
  if (merged.conflicts.length > 0 && !request.force) {
    const conflicts = conflictsLeft(request, type, live, merged.conflicts);
    if (conflicts.length > 0) return { kind: "conflict", conflicts, error: conflictStatus(conflicts) };
  }
  const changed = !jsonEqual(live, merged.object);
  const tracked = finishManagers(request, managers, merged.managers, changed);
  const isKubectl = request.manager === "kubectl";
  const object = isKubectl ? refreshLastApplied(merged.object, request.applied) : merged.object;
  return {
    kind: "applied",
    object: withManagers(object, tracked) as unknown as KubeObject,
    changed: changed || !jsonEqual(object, merged.object),
  };
}

function beforeFirstApply(request: ApplyRequest, live: JsonObject): Managers {
  checkAs(objectType(request.schema), live, "first", { allowDuplicates: true });
  return recordUpdate({ ...request, manager: "before-first-apply" }, emptyObjectOf(request), live, new Map());
}

/** How an object that does not have its types is told of, by what it is to the apply. */
const REFUSALS = {
  first: ["failed to create manager for existing fields: failed to convert new object", " to smd typed"],
  patch: ["failed to create typed patch object", ""],
  live: ["failed to create typed live object", ""],
} as const;

// oxlint-disable-next-line max-params -- what checkTyped takes, and what the object is
function checkAs(
  type: FieldType,
  object: JsonObject,
  what: keyof typeof REFUSALS,
  options: CheckOptions,
): void {
  try {
    checkTyped(type, object, options);
  } catch (error) {
    if (!(error instanceof TypedValueError)) throw error;
    const { name, namespace } = metadataOf(object);
    const where = `${textOf(namespace)}/${textOf(name)}; ${formatGvk(gvkOf(object))}`;
    const [refusal, end] = REFUSALS[what];
    throw new TypedValueError(`${refusal} (${where})${end}: ${error.message}`);
  }
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

interface Merged {
  readonly object: JsonObject;
  readonly managers: Managers;
  readonly conflicts: readonly ApplyConflict[];
}

function mergeAndTake(request: ApplyRequest, live: JsonObject, managers: Managers, typeAt: TypeAt): Merged {
  const type = objectType(request.schema);
  const own = applierOf(request);
  const id = managerId(own);
  const fields = fieldSetOfValue(type, request.applied).recursiveDifference(resetFieldsOf(request));
  const withApplier = new Map(managers).set(id, { ...own, fields });
  const unpruned = mergeTyped(type, live, request.applied);
  const convertTo = conversionOf(request);
  const pruning = {
    last: managers.get(id),
    applier: id,
    apiVersion: own.apiVersion,
    managers: withApplier,
    typeAt,
    convertTo,
  };
  const pruned = convertTo(pruneMerged(unpruned, pruning), own.apiVersion);
  const object = isJsonObject(pruned) ? pruned : {};
  const change = {
    before: live,
    after: object,
    apiVersion: own.apiVersion,
    manager: id,
    typeAt,
    convertTo,
    resetFields: resetFieldsOf(request),
    resetsAllVersions: request.resetsAllVersions ?? false,
  };
  const taken = takeOver(change, withApplier);
  return { object, managers: taken.managers, conflicts: listConflicts(withApplier, taken.conflicts) };
}

function applierOf(request: ApplyRequest): Omit<Manager, "fields"> {
  return {
    manager: request.manager,
    operation: "Apply",
    apiVersion: formatApiVersion(request.gvk),
    subresource: request.subresource ?? "",
    time: undefined,
  };
}

/** Leaves only the conflicts that client-side apply does not excuse; kubectl forces its way when there are none. */
function conflictsLeft(
  request: ApplyRequest,
  type: FieldType,
  live: JsonObject,
  conflicts: readonly ApplyConflict[],
): readonly ApplyConflict[] {
  if (request.manager !== "kubectl") return conflicts;
  const allowed = fieldsLastApplied(type, live, formatApiVersion(request.gvk));
  if (fieldsInConflict(conflicts).difference(allowed).isEmpty) return [];
  return conflicts.filter((conflict) => !allowed.has(conflict.path));
}

/** Strips what nobody owns from the applier's fields, and gives it the time of this apply if that changed anything. */
function finishManagers(
  request: ApplyRequest,
  before: Managers,
  after: Managers,
  changed: boolean,
): Managers {
  const id = managerId(applierOf(request));
  const applier = after.get(id);
  if (applier === undefined) return after;
  const managers = new Map(after);
  const fields = applier.fields.difference(neverOwned);
  const time = changed ? timeOf(request) : before.get(id)?.time;
  if (fields.isEmpty) managers.delete(id);
  else managers.set(id, { ...applier, fields, time });
  return managers;
}
