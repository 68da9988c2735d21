import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  tooLongField,
  unsupportedField,
} from "@weir/schema";
import { readCertificateRequest } from "../../validation/certificate-request.ts";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, isDraft, list, number, strings, text } from "../draft-access.ts";
import type { Draft, WriteContext } from "../resource.ts";
import { certificateProblem } from "./certificate-text.ts";

/** A request for a certificate: who asks is whoever writes it, and nothing of it changes later but its status. */
export const certificateRequestRules: KindRules = {
  resetFields: [["spec"], ["status"]],
  statusResetFields: [["spec"], ["status", "conditions"]],
  prepareForCreate: nameRequester,
  prepareForUpdate(object, old) {
    const before = old["spec"];
    if (before !== undefined) object["spec"] = before;
  },
  prepareStatus(object, old, { now }) {
    for (const type of APPROVALS) preserveConditions(object, old, type);
    stampConditions(object, old, now);
  },
  validate: (object) => requestErrors(object, undefined),
  updateChecks: ["whole", "update", "changes"],
  validateUpdate: (object, old) => changeErrors(object, old, "object"),
  validateStatus: (object, old) => changeErrors(object, old, "status"),
};

/** What is written of a request: all of it, its status, or whether it is approved. */
export type CertificatePart = "object" | "status" | "approval";

function nameRequester(object: Draft, { user }: WriteContext): void {
  const spec = ensureChild(object, "spec");
  for (const field of ["username", "uid", "groups", "extra"]) delete spec[field];
  if (user.name !== "") spec["username"] = user.name;
  if (user.uid !== undefined && user.uid !== "") spec["uid"] = user.uid;
  if (user.groups.length > 0) spec["groups"] = [...user.groups];
  const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [key, [...values]] as const);
  if (extra.length > 0) spec["extra"] = Object.fromEntries(extra);
}

const APPROVALS = ["Approved", "Denied"];

function conditionsOf(object: JsonObject, type: string): readonly Draft[] {
  return children(child(object, "status"), "conditions").filter(
    (condition) => text(condition, "type") === type,
  );
}

/** Whether a request is approved is not said with its status: what was said of it stays. */
function preserveConditions(object: Draft, old: JsonObject, type: string): void {
  const before = conditionsOf(old, type);
  if (conditionsOf(object, type).length !== before.length || before.length === 0) return;
  const status = ensureChild(object, "status");
  let index = 0;
  status["conditions"] = list(status, "conditions").map((condition) => {
    if (!isDraft(condition) || text(condition, "type") !== type) return condition;
    index += 1;
    return before[index - 1] ?? condition;
  });
}

/** Conditions that do not say since when they hold do so from now on, or since they came to hold. */
export function stampConditions(object: Draft, old: JsonObject, now: string): void {
  const status = child(object, "status");
  if (status === undefined || !Array.isArray(status["conditions"])) return;
  const before = children(child(old, "status"), "conditions");
  status["conditions"] = children(status, "conditions").map((condition): JsonValue => {
    const known = before.find(
      (other) =>
        other["type"] === condition["type"] &&
        other["status"] === condition["status"] &&
        text(other, "lastTransitionTime") !== "",
    );
    const since = known === undefined ? now : text(known, "lastTransitionTime");
    return {
      ...condition,
      lastUpdateTime: text(condition, "lastUpdateTime") || now,
      lastTransitionTime: text(condition, "lastTransitionTime") || since,
    };
  });
}

const USAGES = [
  "any",
  "cert sign",
  "client auth",
  "code signing",
  "content commitment",
  "crl sign",
  "data encipherment",
  "decipher only",
  "digital signature",
  "email protection",
  "encipher only",
  "ipsec end system",
  "ipsec tunnel",
  "ipsec user",
  "key agreement",
  "key encipherment",
  "microsoft sgc",
  "netscape sgc",
  "ocsp signing",
  "s/mime",
  "server auth",
  "signing",
  "timestamping",
];
const SHORTEST_SECONDS = 600;

function requestErrors(object: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const seconds = number(spec, "expirationSeconds");
  const detail = `may not specify a duration less than ${SHORTEST_SECONDS} seconds (10 minutes)`;
  return [
    ...(old === undefined ? [...signatureErrors(spec), ...usageErrors(spec)] : []),
    ...(old === undefined ? signerNameErrors(text(spec, "signerName"), "spec.signerName") : []),
    ...(seconds !== undefined && seconds < SHORTEST_SECONDS
      ? [invalidField("spec.expirationSeconds", seconds, detail)]
      : []),
    ...conditionErrors(children(child(object, "status"), "conditions"), old),
    ...certificateErrors(object, old),
  ];
}

function signatureErrors(spec: JsonObject): readonly FieldError[] {
  const given = spec["request"] ?? null;
  const encoded = typeof given === "string" ? given : "";
  const read = readCertificateRequest(Buffer.from(encoded, "base64").toString("latin1"));
  const shown = encoded === "" ? null : encoded;
  if (read.kind === "refused") return [invalidField("spec.request", shown, read.why)];
  return read.isSigned ? [] : [invalidField("spec.request", shown, read.problem)];
}

function usageErrors(spec: JsonObject): readonly FieldError[] {
  const usages = strings(spec, "usages");
  if (usages.length === 0) return [requiredField("spec.usages")];
  return [
    ...usages.flatMap((usage, index) =>
      USAGES.includes(usage) ? [] : [unsupportedField(`spec.usages[${index}]`, usage, USAGES)],
    ),
    ...usages.flatMap((usage, index) =>
      usages.indexOf(usage) < index ? [duplicateField(`spec.usages[${index}]`, usage)] : [],
    ),
  ];
}

const LONGEST_SIGNER = 571;

function signerNameErrors(name: string, field: string): readonly FieldError[] {
  if (name === "kubernetes.io/legacy-unknown")
    return [invalidField(field, name, "the legacy signerName is not allowed via this API version")];
  if (name === "") return [requiredField(field)];
  const [domain = "", path = "", ...others] = name.split("/");
  if (!name.includes("/") || others.length > 0) {
    const form = "must be a fully qualified domain and path of the form 'example.com/signer-name'";
    return [invalidField(field, name, form)];
  }
  const labels = domain.split(".");
  const errors = labels.flatMap((label) =>
    dns1123Label(label, false).map((why) =>
      invalidField(field, domain, `validating label ${JSON.stringify(label)}: ${why}`),
    ),
  );
  if (labels.length < 2)
    errors.push(
      invalidField(field, domain, "should be a domain with at least two segments separated by dots"),
    );
  for (const why of dns1123Subdomain(path, false))
    errors.push(invalidField(field, path, `validating label ${JSON.stringify(path)}: ${why}`));
  if (Buffer.byteLength(name) > LONGEST_SIGNER) errors.push(tooLongField(field, LONGEST_SIGNER));
  return errors;
}

const ALL = ["False", "True", "Unknown"];
const TRUE_ALONE = new Set(["Approved", "Denied", "Failed"]);

function conditionErrors(
  conditions: readonly JsonObject[],
  old: JsonObject | undefined,
): readonly FieldError[] {
  const at = "status.conditions";
  const before = children(child(old, "status"), "conditions").map((condition) => text(condition, "type"));
  const types = new Set<string>();
  const errors: FieldError[] = [];
  conditions.forEach((condition, index) => {
    const type = text(condition, "type");
    const status = text(condition, "status");
    const allowed = TRUE_ALONE.has(type) ? ["True"] : ALL;
    if (type === "" && !before.includes("")) errors.push(requiredField(`${at}[${index}].type`));
    if (status === "") errors.push(requiredField(`${at}[${index}].status`));
    else if (!allowed.includes(status))
      errors.push(unsupportedField(`${at}[${index}].status`, status, allowed));
    const other = APPROVALS.find((each) => each !== type);
    if (
      APPROVALS.includes(type) &&
      types.has(other ?? "") &&
      !APPROVALS.every((each) => before.includes(each))
    )
      errors.push(invalidField(at, type, "Approved and Denied conditions are mutually exclusive"));
    if (types.has(type) && new Set(before).size === before.length)
      errors.push(duplicateField(`${at}[${index}].type`, type));
    types.add(type);
  });
  return errors;
}

function certificateOf(object: JsonObject | undefined): string {
  return text(child(object, "status"), "certificate");
}

function certificateErrors(object: JsonObject, old: JsonObject | undefined): readonly FieldError[] {
  const given = certificateOf(object);
  const before = certificateOf(old);
  if (given === "" || (old !== undefined && given === before)) return [];
  const problem = certificateProblem(given);
  if (problem === undefined || (before !== "" && certificateProblem(before) !== undefined)) return [];
  return [invalidField("status.certificate", "<certificate data>", problem)];
}

/** What is wrong with a change of a request, or of a part of it. */
export function changeErrors(
  object: JsonObject,
  old: JsonObject,
  part: CertificatePart,
): readonly FieldError[] {
  const errors = [...requestErrors(object, old)];
  const forbid = (what: string): void => void errors.push(forbiddenField("status.conditions", what));
  for (const type of TRUE_ALONE)
    if (conditionsOf(object, type).length < conditionsOf(old, type).length)
      forbid(`updates may not remove a condition of type ${JSON.stringify(type)}`);
  for (const type of part === "approval" ? [] : APPROVALS)
    if (conditionsOf(object, type).length > conditionsOf(old, type).length)
      forbid(`updates may not add a condition of type ${JSON.stringify(type)}`);
  const before = certificateOf(old);
  if (jsonEqual(certificateOf(object), before)) return errors;
  if (part !== "status")
    errors.push(forbiddenField("status.certificate", "updates may not set certificate content"));
  else if (before !== "")
    errors.push(forbiddenField("status.certificate", "updates may not modify existing certificate content"));
  return errors;
}
