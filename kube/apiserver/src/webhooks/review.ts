import type { JsonObject, JsonValue } from "@weir/core";
import {
  badRequestError,
  type GroupVersionKind,
  internalError,
  type Status,
  StatusError,
} from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import { apiVersionOf, type Resource } from "../resources/resource.ts";
import { child, list, strings, text } from "../resources/draft-access.ts";
import { gvkText } from "./call-webhook.ts";
import type { Hook } from "./hooks.ts";

/** What a review tells of a write. */
export interface ReviewedWrite {
  readonly uid: string;
  readonly request: AdmissionRequest;
  readonly namespace: string;
  /** The resource as the hook sees it. */
  readonly seenAs: Resource;
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

/** The AdmissionReview of a write in the first version that the hook takes; `undefined` where it takes none known. */
export function reviewOf(hook: Hook, write: ReviewedWrite): JsonObject | undefined {
  const version = hook.reviewVersions.find((each) => each === "v1" || each === "v1beta1");
  if (version === undefined) return undefined;
  return {
    kind: "AdmissionReview",
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid: write.uid,
      ...requestOf(write),
      object: write.object ?? null,
      oldObject: write.old ?? null,
    },
  };
}

/** What a review says of a request besides its objects. */
export function requestOf({
  request,
  seenAs,
  namespace,
}: Pick<ReviewedWrite, "request" | "seenAs" | "namespace">): JsonObject {
  const { resource, subresource, context } = request;
  const { user, isDryRun } = context;
  return {
    kind: kindOf(request.part ?? seenAs),
    resource: resourceOf(seenAs),
    ...(subresource === "" ? {} : { subResource: subresource }),
    requestKind: kindOf(request.part ?? resource),
    requestResource: resourceOf(resource),
    ...(subresource === "" ? {} : { requestSubResource: subresource }),
    ...(request.name === "" ? {} : { name: request.name }),
    ...(namespace === "" ? {} : { namespace }),
    operation: request.operation.toUpperCase(),
    userInfo: {
      username: user.name,
      ...(user.uid === undefined ? {} : { uid: user.uid }),
      groups: user.groups,
      ...(user.extra === undefined ? {} : { extra: user.extra }),
    },
    dryRun: isDryRun,
    options: optionsOf(request),
  };
}

function kindOf({ group, version, kind }: GroupVersionKind): JsonObject {
  return { group, version, kind };
}

function resourceOf({ group, version, plural }: Resource): JsonObject {
  return { group, version, resource: plural };
}

const OPTIONS = { create: "CreateOptions", update: "UpdateOptions", delete: "DeleteOptions" } as const;

function optionsOf({ operation, context, options = {} }: AdmissionRequest): JsonObject | null {
  if (operation === "connect") return null;
  const dryRun: JsonObject = context.isDryRun ? { dryRun: ["All"] } : {};
  return { kind: OPTIONS[operation], apiVersion: "meta.k8s.io/v1", ...dryRun, ...options };
}

/** What a hook said of a write. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly status: JsonObject | undefined;
  /** The JSON patch as text; absent where there is none. */
  readonly patch: string | undefined;
  readonly patchType: string;
  readonly warnings: readonly string[];
  /** What the hook has to say to an audit log. */
  readonly auditAnnotations: JsonObject;
}

/** Checks the review that a hook answered; gives what is wrong with it as text. */
export function readAnswer(
  hook: Hook,
  uid: string,
  review: JsonObject,
  isMutating: boolean,
): ReviewAnswer | string {
  const version = hook.reviewVersions.find((each) => each === "v1" || each === "v1beta1");
  const response = child(review, "response");
  if (response === undefined) return "webhook response was absent";
  const isV1 = version === "v1";
  const problem = isV1 ? v1Problem(review, response, uid, isMutating) : undefined;
  if (problem !== undefined) return problem;
  const patch = text(response, "patch");
  return {
    allowed: response["allowed"] === true,
    status: child(response, "status"),
    patch: patch === "" || !isMutating ? undefined : Buffer.from(patch, "base64").toString("utf8"),
    // v1beta1 knew no other type and did not look.
    patchType: isV1 ? text(response, "patchType") : "JSONPatch",
    warnings: strings(response, "warnings"),
    auditAnnotations: child(response, "auditAnnotations") ?? {},
  };
}

// oxlint-disable-next-line max-params -- one answer and what was asked
function v1Problem(
  review: JsonObject,
  response: JsonObject,
  uid: string,
  isMutating: boolean,
): string | undefined {
  if (text(response, "uid") !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(text(response, "uid"))}`;
  const got = gvkText(text(review, "apiVersion"), text(review, "kind"));
  const want = "admission.k8s.io/v1, Kind=AdmissionReview";
  if (got !== want) return `expected webhook response of ${want}, got ${got}`;
  return patchProblem(response, isMutating);
}

function patchProblem(response: JsonObject, isMutating: boolean): string | undefined {
  const hasPatch = text(response, "patch") !== "";
  const patchType = response["patchType"];
  const hasType = patchType !== undefined && patchType !== null;
  if (!isMutating) {
    if (hasPatch) return "validating webhook may not return response.patch";
    return hasType ? "validating webhook may not return response.patchType" : undefined;
  }
  if (hasPatch && !hasType) return "webhook returned response.patch but not response.patchType";
  if (!hasPatch && hasType) return "webhook returned response.patchType but not response.patch";
  return hasType && patchType === "" ? `webhook returned invalid response.patchType of ""` : undefined;
}

/** The refusal of a hook as the client sees it. */
export function rejection(hook: Hook, given: JsonObject | undefined): StatusError {
  const deniedBy = `admission webhook ${JSON.stringify(hook.name)} denied the request`;
  const code = typeof given?.["code"] === "number" && given["code"] >= 400 ? given["code"] : 400;
  const reason = text(given, "reason");
  const said = text(given, "message") || reason;
  const message = said === "" ? `${deniedBy} without explanation` : `${deniedBy}: ${said}`;
  const details = child(given, "details");
  const status = {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message,
    ...(reason === "" ? {} : { reason }),
    ...(details === undefined
      ? {}
      : { details: { ...details, causes: list(details, "causes") as JsonValue } }),
    code,
  };
  return new StatusError(status as unknown as Status);
}

/** The 400 of a dry run that a hook with side effects would see. */
export function dryRunUnsupported(hook: Hook): StatusError {
  return badRequestError(`admission webhook ${JSON.stringify(hook.name)} does not support dry run`);
}

/** The 500 of a hook that could not be asked. */
export function callFailed(hook: Hook, problem: string): StatusError {
  return internalError(`failed calling webhook ${JSON.stringify(hook.name)}: ${problem}`);
}

/** An apiVersion and kind put where a hook expects them. */
export function typed(object: JsonObject, resource: GroupVersionKind): JsonObject {
  return { kind: resource.kind, ...object, apiVersion: apiVersionOf(resource) };
}
