import type { JsonObject, JsonValue } from "@weir/core";
import {
  type FieldError,
  invalidField,
  parseSchemaNode,
  requiredField,
  unrecognizedFormats,
  unsupportedField,
} from "@weir/schema";
import { invalidStruct } from "../../validation/struct-field.ts";
import { dns1035Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, strings, text } from "../draft-access.ts";
import { hoistParts, partErrors, type VersionParts } from "./definition-part-rules.ts";

const IMMUTABLE = "field is immutable";

/** CRDs: names, versions, schemas, columns and subresources as apiextensions checks them. */
export const definitionRules: KindRules = {
  prepareForCreate(object) {
    const stored = children(child(object, "spec"), "versions").find((version) => version["storage"] === true);
    object["status"] = {
      conditions: null,
      acceptedNames: { plural: "", kind: "" },
      storedVersions: stored === undefined ? null : [text(stored, "name")],
    };
  },
  prepareForUpdate(object) {
    const status = child(object, "status");
    const stored = children(child(object, "spec"), "versions").find((version) => version["storage"] === true);
    const name = text(stored, "name");
    if (status === undefined || name === "" || strings(status, "storedVersions").includes(name)) return;
    object["status"] = { ...status, storedVersions: [...strings(status, "storedVersions"), name] };
  },
  validate: (object) => validateDefinition(object),
  warnings: (object) =>
    children(child(object, "spec"), "versions").flatMap((version) => {
      const schema = child(child(version, "schema"), "openAPIV3Schema");
      const formats = schema === undefined ? [] : unrecognizedFormats(parseSchemaNode(schema));
      return formats.map((format) => `unrecognized format ${JSON.stringify(format)}`);
    }),
  validateUpdate: (object, old) => [...immutables(object, old), ...validateContent(object)],
};

function immutables(object: JsonObject, old: JsonObject): readonly FieldError[] {
  const established = children(child(old, "status"), "conditions").some(
    (condition) => condition["type"] === "Established" && condition["status"] === "True",
  );
  if (!established) return [];
  const now = child(object, "spec");
  const before = child(old, "spec");
  const errors: FieldError[] = [];
  for (const field of ["group", "scope"]) {
    if (text(now, field) !== text(before, field))
      errors.push(invalidField(`spec.${field}`, text(now, field), IMMUTABLE));
  }
  for (const field of ["kind", "plural"]) {
    const value = text(child(now, "names"), field);
    if (value !== text(child(before, "names"), field))
      errors.push(invalidField(`spec.names.${field}`, value, IMMUTABLE));
  }
  return errors;
}

function validateDefinition(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const name = text(child(object, "metadata"), "name");
  const isNamed = name === `${text(child(spec, "names"), "plural")}.${text(spec, "group")}`;
  const errors = isNamed
    ? []
    : [invalidField("metadata.name", name, 'must be spec.names.plural+"."+spec.group')];
  return [...errors, ...validateContent(object)];
}

function validateContent(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const names = child(spec, "names") ?? {};
  const parts = hoistParts(children(spec, "versions"));
  const errors: FieldError[] = [];
  errors.push(...groupErrors(spec), ...scopeErrors(spec), ...missingSchemas(parts));
  errors.push(...versionErrors(spec, parts.versions), ...nameErrors(names));
  errors.push(
    ...partErrors(parts.whole, "spec"),
    ...conversionErrors(spec),
    ...approvalErrors(object, text(spec, "group")),
    ...storedErrors(object, spec),
  );
  return errors;
}

function conversionErrors(spec: JsonObject): readonly FieldError[] {
  const errors: FieldError[] = [];
  const conversion = child(spec, "conversion") ?? {};
  const strategy = text(conversion, "strategy");
  if (!["", "None", "Webhook"].includes(strategy))
    errors.push(unsupportedField("spec.conversion.strategy", strategy, ["None", "Webhook"]));
  if (strategy === "Webhook") {
    const webhook = child(conversion, "webhook");
    const detail = "required when strategy is set to Webhook";
    if (child(webhook, "clientConfig") === undefined)
      errors.push(requiredField("spec.conversion.webhookClientConfig", detail));
    if (strings(webhook, "conversionReviewVersions").length === 0)
      errors.push(requiredField("spec.conversion.conversionReviewVersions"));
  }
  if (spec["preserveUnknownFields"] === true) {
    const detail =
      "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead";
    errors.push(invalidField("spec.preserveUnknownFields", true, detail));
  }
  return errors;
}

function groupErrors(spec: JsonObject): readonly FieldError[] {
  const group = text(spec, "group");
  if (group === "") return [requiredField("spec.group")];
  const errors = dns1123Subdomain(group, false).map((message) => invalidField("spec.group", group, message));
  if (!group.includes("."))
    errors.push(invalidField("spec.group", group, "should be a domain with at least one dot"));
  return errors;
}

function scopeErrors(spec: JsonObject): readonly FieldError[] {
  const scope = text(spec, "scope");
  if (scope === "Namespaced" || scope === "Cluster") return [];
  return scope === "" ? [requiredField("spec.scope")] : [unsupportedScope(scope)];
}

function unsupportedScope(scope: string): FieldError {
  const message = `Unsupported value: ${JSON.stringify(scope)}: supported values: "Cluster", "Namespaced"`;
  return {
    type: "Unsupported value",
    reason: "FieldValueNotSupported",
    field: "spec.scope",
    badValue: scope,
    detail: "",
    message,
  };
}

/** The versions as the message prints them: the Go structs, with what single-version CRDs hoist out left empty. */
function goVersions(versions: readonly JsonObject[]): JsonValue {
  if (versions.length === 0) return null;
  return versions.map((version) => ({
    Name: text(version, "name"),
    Served: version["served"] === true,
    Storage: version["storage"] === true,
    Deprecated: version["deprecated"] === true,
    DeprecationWarning: version["deprecationWarning"] ?? null,
    Schema: null,
    Subresources: null,
    AdditionalPrinterColumns: null,
    SelectableFields: null,
  }));
}

function missingSchemas({ whole, versions }: ReturnType<typeof hoistParts>): readonly FieldError[] {
  if (whole.schema !== undefined) return [];
  return versions.flatMap(({ schema }, index) =>
    schema === undefined ? [requiredField(`spec.versions[${index}].schema.openAPIV3Schema`)] : [],
  );
}

function versionErrors(spec: JsonObject, parts: readonly VersionParts[]): readonly FieldError[] {
  const versions = children(spec, "versions");
  const errors: FieldError[] = [];
  versions.forEach((version, index) => {
    const name = text(version, "name");
    for (const message of dns1035Label(name, false))
      errors.push(invalidField(`spec.versions[${index}].name`, name, message));
    const warning = text(version, "deprecationWarning");
    if (warning !== "" && version["deprecated"] !== true) {
      const at = `spec.versions[${index}].deprecationWarning`;
      errors.push(invalidField(at, warning, "can only be set for deprecated versions"));
    }
    const own = parts[index];
    if (own !== undefined) errors.push(...partErrors(own, `spec.versions[${index}]`));
  });
  const list = goVersions(versions);
  const first = text(versions[0], "name");
  const isUnique = new Set(versions.map((version) => text(version, "name"))).size === versions.length;
  if (!isUnique) errors.push(invalidStruct("spec.versions", list, "must contain unique version names"));
  if (versions.filter((version) => version["storage"] === true).length !== 1) {
    errors.push(
      invalidStruct("spec.versions", list, "must have exactly one version marked as storage version"),
    );
  }
  if (first !== "")
    for (const message of dns1035Label(first, false))
      errors.push(invalidField("spec.version", first, message));
  return errors;
}

function labelFieldErrors(field: string, value: string): readonly FieldError[] {
  return dns1035Label(value, false).map((message) => invalidField(`spec.names.${field}`, value, message));
}

/** Kinds are labels but for their case. */
function kindErrors(field: string, value: string): readonly FieldError[] {
  const [words] = dns1035Label(value.toLowerCase(), false);
  if (words === undefined) return [];
  return [
    invalidField(`spec.names.${field}`, value, `may have mixed case, but should otherwise match: ${words}`),
  ];
}

function nameErrors(names: JsonObject): readonly FieldError[] {
  const plural = text(names, "plural");
  const singular = text(names, "singular");
  const kind = text(names, "kind");
  const listKind = text(names, "listKind");
  const isSame = listKind !== "" && listKind === kind;
  return [
    ...(plural === "" ? [requiredField("spec.names.plural")] : labelFieldErrors("plural", plural)),
    ...(singular === "" ? [requiredField("spec.names.singular")] : labelFieldErrors("singular", singular)),
    ...(kind === "" ? [requiredField("spec.names.kind")] : kindErrors("kind", kind)),
    ...strings(names, "shortNames").flatMap((name, index) => labelFieldErrors(`shortNames[${index}]`, name)),
    ...(listKind === "" ? [requiredField("spec.names.listKind")] : kindErrors("listKind", listKind)),
    ...(isSame
      ? [invalidField("spec.names.listKind", listKind, "kind and listKind may not be the same")]
      : []),
    ...strings(names, "categories").flatMap((name, index) => labelFieldErrors(`categories[${index}]`, name)),
  ];
}

const APPROVAL = "api-approved.kubernetes.io";
const SEE = "see https://github.com/kubernetes/enhancements/pull/1111";

/** Groups of Kubernetes' own domains need its approval. */
function approvalErrors(object: JsonObject, group: string): readonly FieldError[] {
  const isProtected = ["k8s.io", "kubernetes.io"].some(
    (domain) => group === domain || group.endsWith(`.${domain}`),
  );
  if (!isProtected) return [];
  const annotations = child(child(object, "metadata"), "annotations");
  const approval = text(annotations, APPROVAL);
  const field = `metadata.annotations[${APPROVAL}]`;
  const words = `protected groups must have approval annotation ${JSON.stringify(APPROVAL)}`;
  if (approval === "") return [requiredField(field, `${words}, ${SEE}`)];
  if (approval.startsWith("unapproved") || URL.canParse(approval)) return [];
  return [
    invalidField(
      field,
      approval,
      `${words} with either a URL or a reason starting with "unapproved", ${SEE}`,
    ),
  ];
}

function storedErrors(object: JsonObject, spec: JsonObject): readonly FieldError[] {
  const stored = child(object, "status")?.["storedVersions"] ?? null;
  const list = strings(child(object, "status"), "storedVersions");
  if (list.length === 0)
    return [invalidField("status.storedVersions", stored, "must have at least one stored version")];
  const versions = children(spec, "versions");
  const current = text(
    versions.findLast((version) => version["storage"] === true),
    "name",
  );
  if (current !== "" && !list.includes(current))
    return [invalidField("status.storedVersions", stored, `must have the storage version ${current}`)];
  const known = new Set(versions.map((version) => text(version, "name")));
  return list.flatMap((name, index) =>
    known.has(name)
      ? []
      : [
          invalidField(
            `status.storedVersions[${index}]`,
            name,
            `missing from spec.versions; ${name} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${name} and removes ${name} from status.storedVersions`,
          ),
        ],
  );
}
