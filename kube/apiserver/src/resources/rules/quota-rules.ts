import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, strings, text } from "../draft-access.ts";
import { COUNTED_RESOURCES } from "../../validation/pod/resources.ts";

/** A quota limits resources that are known or qualified, by amounts that are no less than nothing. */
export const resourceQuotaRules: KindRules = {
  validate: (object) => amountErrors(child(child(object, "spec"), "hard"), "spec.hard"),
  validateUpdate: (object, old) => [
    ...amountErrors(child(child(object, "spec"), "hard"), "spec.hard"),
    ...scopeErrors(object, old),
  ],
  validateStatus: (object) =>
    ["hard", "used"].flatMap((field) =>
      amountErrors(child(child(object, "status"), field), `status.${field}`),
    ),
};

/** What a quota counts stays the same. */
function scopeErrors(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const scopes = strings(child(object, "spec"), "scopes");
  const [now, before] = [new Set(scopes), new Set(strings(child(old, "spec"), "scopes"))];
  if (now.size === before.size && [...now].every((scope) => before.has(scope))) return [];
  const shown = child(object, "spec")?.["scopes"] ?? null;
  return [invalidField("spec.scopes", shown, "field is immutable")];
}

function amountErrors(amounts: JsonObject | undefined, path: string): readonly FieldError[] {
  return Object.keys(amounts ?? {})
    .sort()
    .flatMap((name) => {
      const at = `${path}[${name}]`;
      return [...nameErrors(name, at), ...valueErrors(name, text(amounts, name), at)];
    });
}

function nameErrors(name: string, at: string): readonly FieldError[] {
  const problems = qualifiedNameErrors(name);
  const errors = problems.map((detail) => invalidField(at, name, detail));
  if (name.includes("/")) return errors;
  if (errors.length === 0 && !isStandard(name) && !isHugePages(name))
    errors.push(invalidField(at, name, "must be a standard resource type or fully qualified"));
  if (!quotaResources.has(name) && !isHugePages(name))
    errors.push(invalidField(at, name, "must be a standard resource for quota"));
  return errors;
}

function valueErrors(name: string, amount: string, at: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  // A canonical amount has a sign only below nothing.
  if (amount.startsWith("-")) errors.push(invalidField(at, amount, "must be greater than or equal to 0"));
  // A canonical amount is whole unless it counts thousandths or less.
  if (isCounted(name) && /[mnu]$|e-/.test(amount))
    errors.push(invalidField(at, amount, "must be an integer"));
  return errors;
}

const measured = ["cpu", "memory", "ephemeral-storage"];
const quotaResources = new Set([
  ...COUNTED_RESOURCES,
  ...measured.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  "requests.storage",
]);

function isStandard(name: string): boolean {
  return quotaResources.has(name) || name === "storage";
}

function isHugePages(name: string): boolean {
  return name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
}

/** Extended resources are counted, too: those that another domain names. */
function isCounted(name: string): boolean {
  if (COUNTED_RESOURCES.has(name)) return true;
  const isExtended = name.includes("/") && !/(?:^|\.)kubernetes\.io\//.test(name);
  return isExtended && !name.startsWith("requests.") && qualifiedNameErrors(`requests.${name}`).length === 0;
}
