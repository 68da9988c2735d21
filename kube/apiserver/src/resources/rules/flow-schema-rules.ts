import type { JsonObject } from "@weir/core";
import { type FieldError, forbiddenField, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { invalidGoStruct, isSameGoStruct, unsupportedGoStruct } from "../../validation/go-struct.ts";
import { dns1123Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, strings, text } from "../draft-access.ts";
import { flowConditionErrors } from "./priority-level-rules.ts";

const LAST = 10_000;
const METHODS = ["ByNamespace", "ByUser"];

/** Which requests flow where. */
export const flowSchemaRules: KindRules = {
  validate: schemaErrors,
  updateChecks: ["whole", "object"],
  validateStatus: flowConditionErrors,
};

function schemaErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const precedence = number(spec, "matchingPrecedence") ?? 0;
  const isExempt = text(child(object, "metadata"), "name") === "exempt";
  const at = "spec.matchingPrecedence";
  const errors: FieldError[] = [];
  if (precedence <= 0) errors.push(invalidField(at, precedence, "must be a positive value"));
  if (precedence > LAST) errors.push(invalidField(at, precedence, `must not be greater than ${LAST}`));
  if (precedence === 1 && !isExempt)
    errors.push(invalidField(at, 1, "only the schema named 'exempt' may have matchingPrecedence 1"));
  const method = child(spec, "distinguisherMethod");
  if (method !== undefined && !METHODS.includes(text(method, "type"))) {
    const shown = { type: "FlowDistinguisherMethod", value: method };
    errors.push(unsupportedGoStruct("spec.distinguisherMethod.type", shown, METHODS));
  }
  return [
    ...errors,
    ...levelErrors(text(child(spec, "priorityLevelConfiguration"), "name")),
    ...children(spec, "rules").flatMap((rule, index) => ruleErrors(rule, `spec.rules[${index}]`)),
    ...fixedErrors(text(child(object, "metadata"), "name"), spec),
    ...flowConditionErrors(object),
  ];
}

const EVERYTHING = {
  resourceRules: [
    { verbs: ["*"], apiGroups: ["*"], resources: ["*"], clusterScope: true, namespaces: ["*"] },
  ],
  nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
};

/** What the first and the last schema say, which nobody may change. */
const FIXED: ReadonlyMap<string, JsonObject> = new Map([
  [
    "exempt",
    {
      priorityLevelConfiguration: { name: "exempt" },
      matchingPrecedence: 1,
      rules: [{ subjects: groups("system:masters"), ...EVERYTHING }],
    },
  ],
  [
    "catch-all",
    {
      priorityLevelConfiguration: { name: "catch-all" },
      matchingPrecedence: LAST,
      distinguisherMethod: { type: "ByUser" },
      rules: [{ subjects: groups("system:unauthenticated", "system:authenticated"), ...EVERYTHING }],
    },
  ],
]);

function groups(...names: readonly string[]): readonly JsonObject[] {
  return names.map((name) => ({ kind: "Group", group: { name } }));
}

function fixedErrors(name: string | undefined, spec: JsonObject): readonly FieldError[] {
  const fixed = FIXED.get(name ?? "");
  if (fixed === undefined || isSameGoStruct("FlowSchemaSpec", spec, fixed)) return [];
  const shown = { type: "FlowSchemaSpec", value: spec };
  return [invalidGoStruct("spec", shown, `spec of '${name}' must equal the fixed value`)];
}

function levelErrors(name: string): readonly FieldError[] {
  const at = "spec.priorityLevelConfiguration.name";
  if (name === "") return [requiredField(at, "must reference a priority level")];
  return dns1123Subdomain(name, false).map((why) => invalidField(at, name, why));
}

function ruleErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const subjects = children(rule, "subjects");
  const [resources, others] = [children(rule, "resourceRules"), children(rule, "nonResourceRules")];
  return [
    ...(subjects.length === 0
      ? [requiredField(`${field}.subjects`, "subjects must contain at least one value")]
      : subjects.flatMap((subject, index) => subjectErrors(subject, `${field}.subjects[${index}]`))),
    ...(resources.length === 0 && others.length === 0
      ? [requiredField(field, "at least one of resourceRules and nonResourceRules has to be non-empty")]
      : []),
    ...resources.flatMap((each, index) => resourceErrors(each, `${field}.resourceRules[${index}]`)),
    ...others.flatMap((each, index) => pathRuleErrors(each, `${field}.nonResourceRules[${index}]`)),
  ];
}

/** The kinds of subjects by the fields that describe them, in the order in which upstream looks at the others. */
const SUBJECTS = [
  ["serviceAccount", "ServiceAccount"],
  ["user", "User"],
  ["group", "Group"],
] as const;

function subjectErrors(subject: JsonObject, field: string): readonly FieldError[] {
  const kind = text(subject, "kind");
  const own = SUBJECTS.find(([, name]) => name === kind);
  if (own === undefined)
    return [unsupportedField(`${field}.kind`, kind, ["Group", "ServiceAccount", "User"])];
  const described = child(subject, own[0]);
  const at = `${field}.${own[0]}`;
  const errors =
    described === undefined
      ? [requiredField(at, `${own[0]} is required when subject kind is '${kind}'`)]
      : [...namedErrors(described, own[0], at)];
  for (const [name, other] of SUBJECTS)
    if (name !== own[0] && child(subject, name) !== undefined)
      errors.push(
        forbiddenField(`${field}.${name}`, `${name} is forbidden when subject kind is not '${other}'`),
      );
  return errors;
}

function namedErrors(subject: JsonObject, kind: string, field: string): readonly FieldError[] {
  const name = text(subject, "name");
  const errors: FieldError[] = name === "" ? [requiredField(`${field}.name`)] : [];
  if (kind !== "serviceAccount") return errors;
  if (name !== "" && name !== "*")
    for (const why of dns1123Subdomain(name, false)) errors.push(invalidField(`${field}.name`, name, why));
  const namespace = text(subject, "namespace");
  const at = `${field}.namespace`;
  if (namespace === "") return [...errors, requiredField(at, "must specify namespace for service account")];
  return [...errors, ...dns1123Label(namespace, false).map((why) => invalidField(at, namespace, why))];
}

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

function verbErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const verbs = strings(rule, "verbs");
  const at = `${field}.verbs`;
  if (verbs.length === 0) return [requiredField(at, "verbs must contain at least one value")];
  if (verbs.includes("*")) return aloneErrors(verbs, at, "verbs");
  return verbs.every((verb) => VERBS.includes(verb)) ? [] : [unsupportedField(at, [...verbs], VERBS)];
}

/** Nothing stands beside everything. */
function aloneErrors(items: readonly string[], field: string, others: string): readonly FieldError[] {
  if (items.length === 1 || !items.includes("*")) return [];
  return [invalidField(field, [...items], `if '*' is present, must not specify other ${others}`)];
}

function resourceErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const listed = (name: string, one: string, others: string): readonly FieldError[] => {
    const items = strings(rule, name);
    const at = `${field}.${name}`;
    if (items.length > 0) return aloneErrors(items, at, others);
    return [requiredField(at, `resource rules must supply at least one ${one}`)];
  };
  return [
    ...verbErrors(rule, field),
    ...listed("apiGroups", "api group", "api groups"),
    ...listed("resources", "resource", "resources"),
    ...namespaceErrors(rule, `${field}.namespaces`),
  ];
}

function namespaceErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const names = strings(rule, "namespaces");
  if (names.length === 0 && rule["clusterScope"] !== true) {
    const detail = "resource rules that are not cluster scoped must supply at least one namespace";
    return [requiredField(field, detail)];
  }
  if (names.includes("*")) return aloneErrors(names, field, "namespaces");
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return names.flatMap((name, index) =>
    dns1123Label(name, false).map((why) => invalidField(`${field}[${index}]`, name, intro + why)),
  );
}

function pathRuleErrors(rule: JsonObject, field: string): readonly FieldError[] {
  const paths = strings(rule, "nonResourceURLs");
  const at = `${field}.nonResourceURLs`;
  const errors = [...verbErrors(rule, field)];
  if (paths.length === 0)
    return [...errors, requiredField(at, "nonResourceURLs must contain at least one value")];
  if (paths.includes("*")) return [...errors, ...aloneErrors(paths, at, "non-resource URLs")];
  paths.forEach((path, index) => {
    const why = pathProblem(path);
    if (why !== undefined) errors.push(invalidField(`${at}[${index}]`, path, why));
  });
  return errors;
}

function pathProblem(path: string): string | undefined {
  if (path === "") return "must not be empty";
  if (path === "/") return undefined;
  if (!path.startsWith("/")) return "must start with slash";
  if (path.includes(" ")) return "must not contain white-space";
  if (path.includes("//")) return "must not contain double slash";
  const stars = path.split("*").length - 1;
  return stars > 1 || (stars === 1 && !path.endsWith("/*"))
    ? "wildcard can only do suffix matching"
    : undefined;
}
