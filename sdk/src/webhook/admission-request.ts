import type { JsonObject, JsonValue, Logger } from "@weir/core";
import type { GroupVersionKind, KubeObject } from "@weir/objects";

/** What is done to an object, in Kubernetes' words. */
export type AdmissionOperation = "CREATE" | "UPDATE" | "DELETE" | "CONNECT";

/** Who asks the API server. */
export interface AdmissionUser {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Group, version and plural of a resource. */
export interface GroupVersionResource {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
}

/** What a hook is told besides the objects. */
export interface AdmissionContext {
  readonly uid: string;
  /** The name of the object; empty where the API server draws it. */
  readonly name: string;
  readonly namespace: string;
  readonly subresource: string;
  readonly userInfo: AdmissionUser;
  /** The write will not be stored: the hook must have no effect. */
  readonly dryRun: boolean;
  /** The kind and resource of the request, which may be another version than the hook asked for. */
  readonly requestKind: GroupVersionKind;
  readonly requestResource: GroupVersionResource;
  /** CreateOptions, UpdateOptions, PatchOptions or DeleteOptions. */
  readonly options: JsonObject;
  readonly log: Logger;
  /** Aborts when the API server no longer waits. */
  readonly signal: AbortSignal;
  /** Shows a text to whoever makes the request. */
  warn(message: string): void;
  /** Puts a fact on the audit event; the key is a name without a prefix. */
  annotate(key: string, value: string): void;
}

/** A request to validate, with the objects that its operation has. */
export type ValidateRequest<R> = AdmissionContext &
  (
    | { readonly operation: "CREATE"; readonly object: R; readonly old?: undefined }
    | { readonly operation: "UPDATE"; readonly object: R; readonly old: R }
    | { readonly operation: "DELETE"; readonly object?: undefined; readonly old: R }
    | { readonly operation: "CONNECT"; readonly object?: undefined; readonly old?: undefined }
  );

/** A request to change an object before it is validated and stored. */
export type MutateRequest<R> = AdmissionContext &
  (
    | { readonly operation: "CREATE"; readonly old?: undefined }
    | { readonly operation: "UPDATE"; readonly old: R }
  );

/** A review as it was read. */
export interface AdmissionReviewRequest {
  readonly apiVersion: string;
  readonly uid: string;
  readonly operation: AdmissionOperation;
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  readonly context: Omit<AdmissionContext, "log" | "signal" | "warn" | "annotate">;
}

const REVIEW_VERSIONS: ReadonlySet<string> = new Set(["admission.k8s.io/v1", "admission.k8s.io/v1beta1"]);
const OPERATIONS: ReadonlySet<string> = new Set(["CREATE", "UPDATE", "DELETE", "CONNECT"]);

/** What came of reading a review. */
export type ReviewReading =
  | { readonly kind: "review"; readonly review: AdmissionReviewRequest }
  | { readonly kind: "malformed"; readonly problem: string; readonly uid: string };

/** Reads an AdmissionReview; what is missing has the zero value that Go would give it. */
export function readAdmissionReview(body: JsonValue): ReviewReading {
  const review = asObject(body);
  const request = asObject(review["request"]);
  const uid = text(request, "uid");
  const malformed = (problem: string): ReviewReading => ({ kind: "malformed", problem, uid });
  const apiVersion = text(review, "apiVersion");
  if (review["kind"] !== "AdmissionReview" || !REVIEW_VERSIONS.has(apiVersion)) {
    return malformed(`no AdmissionReview of a known version: ${apiVersion} ${text(review, "kind")}`);
  }
  if (review["request"] === undefined || review["request"] === null)
    return malformed("the review has no request");
  const operation = text(request, "operation");
  if (!OPERATIONS.has(operation)) return malformed(`unknown operation ${JSON.stringify(operation)}`);
  return {
    kind: "review",
    review: {
      apiVersion,
      uid,
      operation: operation as AdmissionOperation,
      object: object(request["object"]),
      oldObject: object(request["oldObject"]),
      context: contextOf(request, uid),
    },
  };
}

function contextOf(request: JsonObject, uid: string): AdmissionReviewRequest["context"] {
  const kind = asObject(request["requestKind"] ?? request["kind"]);
  const resource = asObject(request["requestResource"] ?? request["resource"]);
  return {
    uid,
    name: text(request, "name"),
    namespace: text(request, "namespace"),
    subresource: text(request, "subResource"),
    userInfo: userOf(asObject(request["userInfo"])),
    dryRun: request["dryRun"] === true,
    requestKind: { group: text(kind, "group"), version: text(kind, "version"), kind: text(kind, "kind") },
    requestResource: {
      group: text(resource, "group"),
      version: text(resource, "version"),
      resource: text(resource, "resource"),
    },
    options: asObject(request["options"]),
  };
}

function userOf(user: JsonObject): AdmissionUser {
  const uid = text(user, "uid");
  const extra = Object.entries(asObject(user["extra"])).map(([key, values]) => [key, texts(values)] as const);
  return {
    username: text(user, "username"),
    ...(uid === "" ? {} : { uid }),
    groups: texts(user["groups"]),
    extra: Object.fromEntries(extra),
  };
}

function asObject(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

function object(value: JsonValue | undefined): KubeObject | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return undefined;
  return value as unknown as KubeObject;
}

function text(parent: JsonObject, key: string): string {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return typeof value === "string" ? value : "";
}

function texts(value: JsonValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
