import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField } from "@weir/schema";
import { compareQuantities, formatQuantity, quantityFromJson } from "@weir/text";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { COUNTED_RESOURCES } from "../../validation/pod/resources.ts";
import { isExtendedResource, isQuotaResource, quotaResourceErrors } from "../../validation/resource-names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, list, strings, text } from "../draft-access.ts";

/** A quota limits resources that are known or qualified, by amounts that are no less than nothing. */
export const resourceQuotaRules: KindRules = {
  validate: specErrors,
  updateChecks: ["changes", "object", "update"],
  validateUpdate(object, old) {
    const scopes = strings(child(object, "spec"), "scopes");
    const [now, before] = [new Set(scopes), new Set(strings(child(old, "spec"), "scopes"))];
    if (now.size === before.size && [...now].every((scope) => before.has(scope))) return [];
    return [invalidField("spec.scopes", child(object, "spec")?.["scopes"] ?? null, "field is immutable")];
  },
  validateStatus: (object) =>
    ["hard", "used"].flatMap((field) =>
      amountErrors(child(child(object, "status"), field), `status.${field}`),
    ),
  warnings: (object, old) => (old === undefined ? orderWarnings(object) : []),
};

function specErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  return [
    ...amountErrors(child(spec, "hard"), "spec.hard"),
    ...scopeErrors(spec),
    ...selectorErrors(spec, child(spec, "scopeSelector")),
  ];
}

function amountErrors(amounts: JsonObject | undefined, path: string): readonly FieldError[] {
  return Object.keys(amounts ?? {})
    .sort()
    .flatMap((name) => {
      const at = `${path}[${name}]`;
      return [...quotaResourceErrors(name, at), ...valueErrors(name, text(amounts, name), at)];
    });
}

function valueErrors(name: string, amount: string, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  // A canonical amount has a sign only below nothing.
  if (amount.startsWith("-")) errors.push(invalidField(at, amount, "must be greater than or equal to 0"));
  // A canonical amount is whole unless it counts thousandths or less.
  if ((COUNTED_RESOURCES.has(name) || isExtendedResource(name)) && /[mnu]$|e-/.test(amount))
    errors.push(invalidField(at, amount, "must be an integer"));
  return errors;
}

const COUNTS = ["pods"];
const COMPUTED = ["cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
const OF_PODS = new Set([...COUNTS, ...COMPUTED]);
const OF_CLAIMS = new Set(["persistentvolumeclaims", "requests.storage"]);

/** What a quota of a scope can limit. */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["Terminating", OF_PODS],
  ["NotTerminating", OF_PODS],
  ["BestEffort", new Set(COUNTS)],
  ["NotBestEffort", OF_PODS],
  ["PriorityClass", OF_PODS],
  ["CrossNamespacePodAffinity", OF_PODS],
  ["VolumeAttributesClass", OF_CLAIMS],
]);

const OPPOSITES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

/** The resources of a quota that a scope knows nothing of. */
function foreignTo(scope: string, spec: JsonObject): readonly string[] {
  const known = SCOPES.get(scope);
  if (known === undefined) return [];
  return Object.keys(child(spec, "hard") ?? {}).filter((name) => isQuotaResource(name) && !known.has(name));
}

function countOpposites(scopes: readonly string[]): number {
  return OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope))).length;
}

function scopeErrors(spec: JsonObject): readonly FieldError[] {
  const scopes = strings(spec, "scopes");
  const refuse = (detail: string): FieldError => invalidField("spec.scopes", scopes, detail);
  const errors = scopes.flatMap((scope) => [
    ...(SCOPES.has(scope) ? [] : [refuse("unsupported scope")]),
    ...foreignTo(scope, spec).map(() => refuse("unsupported scope applied to resource")),
  ]);
  for (let count = countOpposites(scopes); count > 0; count -= 1) errors.push(refuse("conflicting scopes"));
  return errors;
}

const EXISTS_ALONE =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
const WITHOUT_VALUES = new Set([
  "BestEffort",
  "NotBestEffort",
  "Terminating",
  "NotTerminating",
  "CrossNamespacePodAffinity",
]);

function selectorErrors(spec: JsonObject, selector: JsonObject | undefined): readonly FieldError[] {
  if (selector === undefined) return [];
  const at = "spec.scopeSelector.matchExpressions";
  const expressions = children(selector, "matchExpressions");
  const errors = expressions.flatMap((expression) => {
    const scope = text(expression, "scopeName");
    const shown = { type: "ScopeSelector", value: selector };
    return [
      ...(SCOPES.has(scope) ? [] : [invalidField(`${at}.scopeName`, scope, "unsupported scope")]),
      ...foreignTo(scope, spec).map(() =>
        invalidGoStruct(at, shown, "unsupported scope applied to resource"),
      ),
      ...operatorErrors(expression, scope, at),
    ];
  });
  // Upstream shows the scopes that stand beside the selector.
  const scopes = list(spec, "scopes").length === 0 ? null : strings(spec, "scopes");
  const names = expressions.map((expression) => text(expression, "scopeName"));
  for (let count = countOpposites(names); count > 0; count -= 1)
    errors.push(invalidField(at, scopes, "conflicting scopes"));
  return errors;
}

function operatorErrors(expression: JsonObject, scope: string, at: string): readonly FieldError[] {
  const operator = text(expression, "operator");
  const values = strings(expression, "values");
  const errors: FieldError[] = [];
  if (WITHOUT_VALUES.has(scope) && operator !== "Exists")
    errors.push(invalidField(`${at}.operator`, operator, EXISTS_ALONE));
  if (operator === "In" || operator === "NotIn") {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(requiredField(`${at}.values`, detail));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalidField(`${at}.values`, values, detail));
  } else errors.push(invalidField(`${at}.operator`, operator, "not a valid selector operator"));
  return errors;
}

/** Nobody can be given more than all may use. */
function orderWarnings(object: JsonObject): readonly string[] {
  const hard = child(child(object, "spec"), "hard") ?? {};
  return ["cpu", "memory", "storage", "ephemeral-storage"].flatMap((name) => {
    const isBare = (name === "cpu" || name === "memory") && hard[`requests.${name}`] === undefined;
    const asked = isBare ? name : `requests.${name}`;
    const [request, limit] = [hard[asked], hard[`limits.${name}`]];
    if (request === undefined || limit === undefined) return [];
    const [less, more] = [quantityFromJson(request), quantityFromJson(limit)];
    if (compareQuantities(less, more) <= 0) return [];
    const shown = `limits.${name} (${formatQuantity(more)})`;
    return [`ResourceQuota ${asked} (${formatQuantity(less)}) should be less than ${shown}`];
  });
}
