import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { selectorErrors } from "../../validation/label-selector.ts";
import { dns1123Subdomain, pathSegmentName } from "../../validation/names.ts";
import { invalidStruct } from "../../validation/struct-field.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, strings, text } from "../draft-access.ts";

const GROUP = "rbac.authorization.k8s.io";

/** What a role grants names verbs, and either resources or paths. */
export const roleRules: KindRules = { validate: roleErrors, updateChecks: ["whole", "object", "changes"] };

function roleErrors(object: JsonObject): readonly FieldError[] {
  const isNamespaced = object["kind"] === "Role";
  return [
    ...children(object, "rules").flatMap((rule, index) => ruleErrors(rule, `rules[${index}]`, isNamespaced)),
    ...aggregationErrors(child(object, "aggregationRule")),
  ];
}

function ruleErrors(rule: JsonObject, at: string, isNamespaced: boolean): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (strings(rule, "verbs").length === 0)
    errors.push(requiredField(`${at}.verbs`, "verbs must contain at least one value"));
  const paths = strings(rule, "nonResourceURLs");
  const has = (name: string): boolean => strings(rule, name).length > 0;
  if (paths.length > 0) {
    const refuse = (why: string): void =>
      void errors.push(invalidField(`${at}.nonResourceURLs`, [...paths], why));
    if (isNamespaced) refuse("namespaced rules cannot apply to non-resource URLs");
    if (["apiGroups", "resources", "resourceNames"].some(has))
      refuse("rules cannot apply to both regular resources and non-resource URLs");
    return errors;
  }
  if (!has("apiGroups"))
    errors.push(requiredField(`${at}.apiGroups`, "resource rules must supply at least one api group"));
  if (!has("resources"))
    errors.push(requiredField(`${at}.resources`, "resource rules must supply at least one resource"));
  return errors;
}

function aggregationErrors(rule: JsonObject | undefined): readonly FieldError[] {
  if (rule === undefined) return [];
  const field = "aggregationRule.clusterRoleSelectors";
  const selectors = children(rule, "clusterRoleSelectors");
  if (selectors.length === 0)
    return [requiredField(field, "at least one clusterRoleSelector required if aggregationRule is non-nil")];
  return selectors.flatMap((selector, index) => {
    const errors = selectorErrors(selector, `${field}[${index}]`);
    return errors.length === 0
      ? []
      : [...errors, invalidField(`${field}[${index}]`, null, "invalid label selector.")];
  });
}

/** What a binding binds never changes. */
export const bindingRules: KindRules = {
  validate: bindingErrors,
  updateChecks: ["whole", "object", "changes", "update"],
  validateUpdate: (object, old) => {
    const now = child(object, "roleRef") ?? {};
    if (jsonEqual(now, child(old, "roleRef") ?? {})) return [];
    const shown = { APIGroup: text(now, "apiGroup"), Kind: text(now, "kind"), Name: text(now, "name") };
    return [invalidStruct("roleRef", shown, "cannot change roleRef")];
  },
};

function bindingErrors(object: JsonObject): readonly FieldError[] {
  const role = child(object, "roleRef") ?? {};
  const isNamespaced = object["kind"] !== "ClusterRoleBinding";
  const roles = isNamespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  const errors: FieldError[] = [];
  const { apiGroup, kind, name } = {
    apiGroup: text(role, "apiGroup"),
    kind: text(role, "kind"),
    name: text(role, "name"),
  };
  if (apiGroup !== GROUP) errors.push(unsupportedField("roleRef.apiGroup", apiGroup, [GROUP]));
  if (!roles.includes(kind)) errors.push(unsupportedField("roleRef.kind", kind, roles));
  if (name === "") errors.push(requiredField("roleRef.name"));
  else errors.push(...pathSegmentName(name, false).map((why) => invalidField("roleRef.name", name, why)));
  children(object, "subjects").forEach((subject, index) => {
    errors.push(...subjectErrors(subject, `subjects[${index}]`, isNamespaced));
  });
  return errors;
}

const KINDS = ["ServiceAccount", "User", "Group"];

function subjectErrors(subject: JsonObject, at: string, isNamespaced: boolean): readonly FieldError[] {
  const name = text(subject, "name");
  const kind = text(subject, "kind");
  const group = text(subject, "apiGroup");
  const errors: FieldError[] = name === "" ? [requiredField(`${at}.name`)] : [];
  if (!KINDS.includes(kind)) return [...errors, unsupportedField(`${at}.kind`, kind, KINDS)];
  if (kind !== "ServiceAccount")
    return group === GROUP ? errors : [...errors, unsupportedField(`${at}.apiGroup`, group, [GROUP])];
  if (name !== "")
    errors.push(...dns1123Subdomain(name, false).map((why) => invalidField(`${at}.name`, name, why)));
  if (group !== "") errors.push(unsupportedField(`${at}.apiGroup`, group, [""]));
  if (!isNamespaced && text(subject, "namespace") === "") errors.push(requiredField(`${at}.namespace`));
  return errors;
}
