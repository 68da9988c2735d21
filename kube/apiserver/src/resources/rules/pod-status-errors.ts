import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, forbiddenField, internalFieldError, invalidField } from "@weir/schema";
import { isIpv4, parseIp } from "../../validation/ip-address.ts";
import { ipErrors, ipWarnings } from "../../validation/ip-errors.ts";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { dns1123Subdomain, qualifiedNameErrors } from "../../validation/names.ts";
import { child, children, integer, isDraft, text } from "../draft-access.ts";
import { allocatedErrors, claimStatusErrors, userErrors } from "./container-status-errors.ts";
import { annotationUpdateErrors } from "./pod-update-errors.ts";

const NOT_NEGATIVE = "must be a non-negative integer";
const LISTS = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"] as const;

/** What is wrong with the status of a Pod. */
export function podStatusErrors(pod: JsonObject, old: JsonObject): readonly FieldError[] {
  const [spec, status] = [child(pod, "spec") ?? {}, child(pod, "status") ?? {}];
  const before = child(old, "status") ?? {};
  return [
    ...annotationUpdateErrors(pod, old),
    ...conditionErrors(status),
    ...nominationErrors(status, before, text(child(old, "spec"), "nodeName") !== ""),
    ...generationErrors(status, "status.observedGeneration"),
    ...qualityErrors(status, before),
    ...stateErrors(status, before, child(old, "spec") ?? {}),
    ...claimStatusErrors(status, spec),
    ...addressErrors(status, before),
    ...LISTS.flatMap((list) => userErrors(status, spec, list)),
    ...allocatedErrors(status, spec),
  ];
}

/** What a client should hear of addresses of a Pod. */
export function podStatusWarnings(pod: JsonObject): readonly string[] {
  const status = child(pod, "status");
  return ["podIPs", "hostIPs"].flatMap((list) =>
    children(status, list).flatMap((each, index) =>
      ipWarnings(`status.${list}[${index}].ip`, text(each, "ip")),
    ),
  );
}

function generationErrors(owner: JsonObject, field: string): readonly FieldError[] {
  const generation = integer(owner, "observedGeneration") ?? 0;
  return generation < 0 ? [invalidField(field, generation, NOT_NEGATIVE)] : [];
}

const OWN = ["PodScheduled", "Ready", "Initialized"];

function conditionErrors(status: JsonObject): readonly FieldError[] {
  return children(status, "conditions").flatMap((condition, index) => {
    const at = `status.conditions[${index}]`;
    const type = text(condition, "type");
    const errors = [...generationErrors(condition, `${at}.observedGeneration`)];
    if (!OWN.includes(type))
      for (const why of qualifiedNameErrors(type)) errors.push(invalidField(`${at}.Type`, type, why));
    return errors;
  });
}

/** A Pod that has a node is not about to get one. */
function nominationErrors(status: JsonObject, before: JsonObject, isBound: boolean): readonly FieldError[] {
  const at = "status.nominatedNodeName";
  const name = text(status, "nominatedNodeName");
  if (name === "" || name === text(before, "nominatedNodeName")) return [];
  return [
    ...dns1123Subdomain(name, false).map((why) => invalidField(at, name, why)),
    ...(isBound ? [forbiddenField(at, "may not be set on pods that are already bound to a node")] : []),
  ];
}

function qualityErrors(status: JsonObject, before: JsonObject): readonly FieldError[] {
  const quality = text(status, "qosClass");
  if (quality === text(before, "qosClass")) return [];
  return [invalidField("status.qosClass", quality, "field is immutable")];
}

/** What has ended stays so, unless it is started again. */
function stateErrors(status: JsonObject, before: JsonObject, spec: JsonObject): readonly FieldError[] {
  const restartsAll = ["initContainers", "containers"].some((list) =>
    children(spec, list).some((container) =>
      children(container, "restartPolicyRules").some(
        (rule) => text(rule, "action") === "RestartAllContainers",
      ),
    ),
  );
  const owners = { containerStatuses: "containers", initContainerStatuses: "initContainers" } as const;
  return LISTS.flatMap((list) => {
    if (list === "ephemeralContainerStatuses") return stateErrorsOf(status, before, list, () => false);
    if (restartsAll) return [];
    const containers = children(spec, owners[list]);
    return stateErrorsOf(status, before, list, (name, code) => {
      const container = containers.find((each) => text(each, "name") === name);
      return container !== undefined && isRestarted(container, text(spec, "restartPolicy"), code);
    });
  });
}

// oxlint-disable-next-line max-params -- a list of both statuses, and what may be started again
function stateErrorsOf(
  status: JsonObject,
  before: JsonObject,
  list: (typeof LISTS)[number],
  mayRestart: (name: string, code: number | bigint) => boolean,
): readonly FieldError[] {
  const terminated = (each: JsonObject): JsonObject | undefined => child(child(each, "state"), "terminated");
  const now = children(status, list);
  return children(before, list).flatMap((old, index) => {
    const ended = terminated(old);
    const name = text(old, "name");
    if (ended === undefined) return [];
    const again = now.filter((each) => text(each, "name") === name && terminated(each) === undefined);
    if (again.length === 0 || mayRestart(name, integer(ended, "exitCode") ?? 0)) return [];
    // Of what is put into a running Pod upstream tells each that goes by the name.
    const told = list === "ephemeralContainerStatuses" ? again : again.slice(0, 1);
    const field = `status.${list}[${index}].state`;
    return told.map(() => forbiddenField(field, "may not be transitioned to non-terminated state"));
  });
}

function isRestarted(container: JsonObject, ofPod: string, code: number | bigint): boolean {
  const own = container["restartPolicy"];
  if (typeof own === "string") {
    const rule = children(container, "restartPolicyRules").find((each) => matches(each, code));
    if (rule !== undefined) return true;
    if (RESTARTS.includes(own)) return restarts(own, code);
  }
  return restarts(ofPod, code);
}

const RESTARTS = ["Always", "OnFailure", "Never"];

function restarts(policy: string, code: number | bigint): boolean {
  if (policy === "Never") return false;
  return policy !== "OnFailure" || Number(code) !== 0;
}

function matches(rule: JsonObject, code: number | bigint): boolean {
  const codes = child(rule, "exitCodes");
  const values = codes?.["values"];
  const isThere = Array.isArray(values) && values.some((value) => Number(value) === Number(code));
  const operator = text(codes, "operator");
  return operator === "In" ? isThere : operator === "NotIn" && !isThere;
}

function addressErrors(status: JsonObject, before: JsonObject): readonly FieldError[] {
  const errors = [...ipListErrors("podIPs", "PodIP", status, before)];
  const [first] = children(status, "hostIPs");
  if (first === undefined) return errors;
  const host = text(first, "ip");
  if (text(status, "hostIP") !== host)
    errors.push(invalidField("status.hostIPs[0].ip", host, "must be equal to `hostIP`"));
  return [...errors, ...ipListErrors("hostIPs", "HostIP", status, before)];
}

/** Each address by itself, and then one at most of each family. */
// oxlint-disable-next-line max-params -- a list, its struct, and both statuses
function ipListErrors(
  list: string,
  type: string,
  status: JsonObject,
  before: JsonObject,
): readonly FieldError[] {
  const at = `status.${list}`;
  const known = children(before, list).map((each) => text(each, "ip"));
  const addresses = children(status, list).map((each) => text(each, "ip"));
  const errors = addresses.flatMap((ip, index) => ipErrors(`${at}[${index}]`, ip, known));
  if (addresses.length <= 1) return errors;
  const parsed = addresses.map((ip) => parseIp(ip));
  const wrong = parsed.findIndex((ip) => ip === undefined);
  if (wrong >= 0) {
    const detail = `failed to check for dual stack with error:invalid IP[${wrong}]: ${addresses[wrong] ?? ""}`;
    errors.push(internalFieldError(at, detail));
  }
  const families = new Set(parsed.map((ip) => ip !== undefined && isIpv4(ip)));
  if (wrong < 0 && families.size === 2 && addresses.length === 2) return errors;
  const shown = { type: `[${type}`, value: [...children(status, list)] as JsonValue };
  return [...errors, invalidGoStruct(at, shown, "may specify no more than one IP for each IP family")];
}

/** A status keeps the generations that it was told, and how well a Pod is served. */
export function carryPodStatus(status: Record<string, JsonValue>, before: JsonObject): void {
  status["qosClass"] ||= before["qosClass"] ?? "";
  if (status["qosClass"] === "") delete status["qosClass"];
  if ((integer(status, "observedGeneration") ?? 0) === 0) {
    const known = integer(before, "observedGeneration");
    if (known !== undefined) status["observedGeneration"] = known;
  }
  const known = new Map<string, (number | bigint)[]>();
  for (const condition of children(before, "conditions")) {
    const type = text(condition, "type");
    known.set(type, [...(known.get(type) ?? []), integer(condition, "observedGeneration") ?? 0]);
  }
  const conditions = status["conditions"];
  if (known.size === 0 || !Array.isArray(conditions)) return;
  status["conditions"] = conditions.map((condition: JsonValue) => {
    if (!isDraft(condition)) return condition;
    const generation = known.get(text(condition, "type"))?.shift() ?? 0;
    if ((integer(condition, "observedGeneration") ?? 0) !== 0 || Number(generation) === 0) return condition;
    return { ...condition, observedGeneration: generation };
  });
}
