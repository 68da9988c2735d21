import {
  abortable,
  describeError,
  type JsonObject,
  type JsonValue,
  type Logger,
  parseJson,
  writeJson,
} from "@weir/core";
import { deepFreeze, StatusError } from "@weir/objects";
import {
  type AdmissionReviewRequest,
  readAdmissionReview,
  type ValidateRequest,
} from "./admission-request.ts";
import type { AdmissionHook, Draft } from "./create-webhooks.ts";
import { jsonPatchBetween } from "./json-patch-between.ts";
import { type Decision, decisionOf, erred, refusedBy, reviewResponse } from "./verdict.ts";

/** What a hook is run with. */
export interface AdmissionDeps {
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told of a hook that threw. */
  readonly panicked: () => void;
}

/** Answers an AdmissionReview: reads it, asks the hook, and says what it found. Never rejects. */
export async function handleAdmission(
  hook: AdmissionHook,
  body: JsonValue,
  deps: AdmissionDeps,
): Promise<JsonObject> {
  const reading = readAdmissionReview(body);
  if (reading.kind === "malformed") {
    return reviewResponse("admission.k8s.io/v1", reading.uid, erred(400, reading.problem));
  }
  const { review } = reading;
  const refuse = (problem: string): JsonObject =>
    reviewResponse(review.apiVersion, review.uid, erred(400, problem));
  const needs = missingObject(review);
  if (needs !== undefined) return refuse(`${review.operation} without ${needs}`);
  const notes: Notes = { warnings: [], annotations: {} };
  const draft = copy((review.object ?? null) as unknown as JsonValue);
  const request = requestOf(hook, review, { ...deps, notes });
  try {
    const decision = await decide(hook, request, draft as Draft<JsonObject>, deps.signal);
    const more = { ...noteFields(notes), ...patchOf(hook, review, draft, decision) };
    return reviewResponse(review.apiVersion, review.uid, decision, more);
  } catch (error) {
    return reviewResponse(
      review.apiVersion,
      review.uid,
      failed(hook, review.uid, error, deps),
      noteFields(notes),
    );
  }
}

// oxlint-disable-next-line max-params -- a failure and where it happened
function failed(hook: AdmissionHook, uid: string, error: unknown, deps: AdmissionDeps): Decision {
  if (error instanceof StatusError) return refusedBy(error.status);
  if (deps.signal.aborted) return erred(504, "the webhook did not answer in time");
  deps.panicked();
  deps.log.error("webhook failed", { webhook: hook.name, uid, error: describeError(error) });
  return erred(500, `panic: ${error instanceof Error ? error.message : String(error)} [recovered]`);
}

interface Notes {
  readonly warnings: string[];
  readonly annotations: Record<string, string>;
}

function missingObject({ operation, object, oldObject }: AdmissionReviewRequest): string | undefined {
  if ((operation === "CREATE" || operation === "UPDATE") && object === undefined) return "an object";
  if ((operation === "UPDATE" || operation === "DELETE") && oldObject === undefined) return "an old object";
  return undefined;
}

function requestOf(
  hook: AdmissionHook,
  review: AdmissionReviewRequest,
  { log, signal, notes }: AdmissionDeps & { readonly notes: Notes },
): ValidateRequest<JsonObject> {
  const { operation, object, oldObject, context } = review;
  const isValidating = hook.mode === "validate";
  return {
    ...context,
    operation,
    ...(isValidating && object !== undefined ? { object: deepFreeze(object) } : {}),
    ...(oldObject === undefined ? {} : { old: deepFreeze(oldObject) }),
    log,
    signal,
    warn: (message: string) => void notes.warnings.push(message),
    annotate: (key: string, value: string) => {
      notes.annotations[key] = value;
    },
  } as unknown as ValidateRequest<JsonObject>;
}

// oxlint-disable-next-line max-params -- a hook and what it is asked
async function decide(
  hook: AdmissionHook,
  request: ValidateRequest<JsonObject>,
  draft: Draft<JsonObject>,
  signal: AbortSignal,
): Promise<Decision> {
  // A hook that changes objects has nothing to change of one that goes.
  if (hook.mode === "mutate" && draft === null)
    return decisionOf(undefined, { ...hook.kind, name: request.name });
  const verdict = await abortable(Promise.resolve(hook.handle(request, draft)), signal);
  return decisionOf(verdict, { group: hook.kind.group, kind: hook.kind.kind, name: request.name });
}

function noteFields({ warnings, annotations }: Notes): JsonObject {
  return {
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(Object.keys(annotations).length === 0 ? {} : { auditAnnotations: annotations }),
  };
}

// oxlint-disable-next-line max-params -- what was asked and what came of it
function patchOf(
  hook: AdmissionHook,
  review: AdmissionReviewRequest,
  draft: JsonValue,
  decision: Decision,
): JsonObject {
  if (hook.mode !== "mutate" || !decision.allowed || review.object === undefined) return {};
  // Values that JSON does not have, such as undefined, are not part of the draft.
  const changed = parseJson(writeJson(draft));
  const patch = jsonPatchBetween(review.object as unknown as JsonValue, changed);
  if (patch.length === 0) return {};
  const encoded = Buffer.from(writeJson(patch as unknown as JsonValue)).toString("base64");
  return { patch: encoded, patchType: "JSONPatch" };
}

function copy(value: JsonValue): JsonValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(copy);
  return Object.fromEntries(Object.entries(value as JsonObject).map(([key, field]) => [key, copy(field)]));
}
