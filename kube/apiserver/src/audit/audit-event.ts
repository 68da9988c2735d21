import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import type { UserInfo } from "../auth/user-info.ts";
import type { AuditLevel, AuditStage, AuditTarget } from "./audit-policy.ts";

/** What an event of `audit.k8s.io/v1` says; objects are JSON text already. */
export interface AuditEvent {
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: AuditStage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: UserInfo | undefined;
  readonly impersonatedUser: UserInfo | undefined;
  readonly sourceIPs: readonly string[];
  readonly userAgent: string;
  readonly objectRef: ObjectRef | undefined;
  readonly responseStatus: JsonObject | undefined;
  readonly requestObject: string | undefined;
  readonly responseObject: string | undefined;
  readonly receivedMs: number;
  readonly stageMs: number;
  readonly annotations: ReadonlyMap<string, string>;
}

/** The object that a request is about. */
export interface ObjectRef extends AuditTarget {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** Larger ones lose their objects, as with kube-apiserver's `--audit-log-truncate-enabled`. */
const LARGEST_EVENT = 10 * 1024 * 1024;
const TRUNCATED = "audit.k8s.io/truncated";

/** An event as a line of an audit log, the fields in upstream's order. */
export function eventLine(event: AuditEvent): string {
  const { requestObject = "", responseObject = "" } = event;
  const isTooLarge = requestObject.length + responseObject.length > LARGEST_EVENT;
  const annotations = isTooLarge ? new Map([...event.annotations, [TRUNCATED, "true"]]) : event.annotations;
  const head = writeJson({
    kind: "Event",
    apiVersion: "audit.k8s.io/v1",
    level: event.level,
    auditID: event.auditID,
    stage: event.stage,
    requestURI: event.requestURI,
    verb: event.verb,
    user: userOf(event.user),
    ...(event.impersonatedUser === undefined ? {} : { impersonatedUser: userOf(event.impersonatedUser) }),
    ...(event.sourceIPs.length === 0 ? {} : { sourceIPs: event.sourceIPs }),
    ...(event.userAgent === "" ? {} : { userAgent: event.userAgent }),
    ...(event.objectRef === undefined ? {} : { objectRef: referenceOf(event.objectRef) }),
    ...(event.responseStatus === undefined ? {} : { responseStatus: event.responseStatus }),
  });
  const tail = writeJson({
    requestReceivedTimestamp: microTime(event.receivedMs),
    stageTimestamp: microTime(event.stageMs),
    ...(annotations.size === 0 ? {} : { annotations: Object.fromEntries([...annotations].sort(byKey)) }),
  });
  const objects = isTooLarge
    ? ""
    : `${field("requestObject", requestObject)}${field("responseObject", responseObject)}`;
  return `${head.slice(0, -1)}${objects},${tail.slice(1)}\n`;
}

function byKey([left]: readonly [string, string], [right]: readonly [string, string]): number {
  return left < right ? -1 : 1;
}

function field(name: string, json: string): string {
  return json === "" ? "" : `,"${name}":${json}`;
}

function userOf(user: UserInfo | undefined): JsonObject {
  if (user === undefined) return {};
  const { name, uid = "", groups, extra } = user;
  return {
    username: name,
    ...(uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0
      ? {}
      : { extra: extra as unknown as Readonly<Record<string, JsonValue>> }),
  };
}

function referenceOf(reference: ObjectRef): JsonObject {
  const fields = {
    resource: reference.resource,
    namespace: reference.namespace,
    name: reference.name,
    uid: reference.uid,
    apiGroup: reference.group,
    apiVersion: reference.version,
    resourceVersion: reference.resourceVersion,
    subresource: reference.subresource,
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

/** Kubernetes' MicroTime: RFC 3339 in UTC with six digits. */
function microTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000Z`;
}
