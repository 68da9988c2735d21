import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import {
  checkStructural,
  duplicateField,
  type FieldError,
  findFieldByPath,
  invalidField,
  parseSchemaNode,
  requiredField,
  SchemaSyntaxError,
  tooManyField,
} from "@weir/schema";
import { ruleErrors } from "../../crd/rules/compile-rules.ts";
import { defaultRuleErrors } from "../../crd/rules/default-rules.ts";
import { child, children, text } from "../draft-access.ts";

/** What a version of a CRD may say for itself, or all of them at once. */
export interface VersionParts {
  readonly schema: JsonObject | undefined;
  readonly subresources: JsonObject | undefined;
  readonly columns: readonly JsonObject[];
  readonly selectableFields: readonly JsonObject[];
  /** Whether the version, or for all of them any, has a status by itself. */
  readonly hasStatus: boolean;
}

/** The parts of a CRD as the internal form has them: what all versions say alike stands once, and in none of them. */
export interface HoistedParts {
  readonly whole: VersionParts;
  readonly versions: readonly VersionParts[];
}

const NOTHING: VersionParts = {
  schema: undefined,
  subresources: undefined,
  columns: [],
  selectableFields: [],
  hasStatus: false,
};

/** Takes apart what versions have in common and what each has for itself, part by part. */
export function hoistParts(versions: readonly JsonObject[]): HoistedParts {
  const [first] = versions;
  if (first === undefined) return { whole: NOTHING, versions: [] };
  const isAlike = (field: string): boolean =>
    versions.every((version) => jsonEqual(partOf(version, field), partOf(first, field)));
  const alike = new Set(PARTS.filter(isAlike));
  const anyStatus = versions.some(hasStatus);
  return {
    whole: { ...partsOf(first, (field) => alike.has(field)), hasStatus: anyStatus },
    versions: versions.map((version) => partsOf(version, (field) => !alike.has(field))),
  };
}

const PARTS = ["schema", "subresources", "additionalPrinterColumns", "selectableFields"];

/** No list is as good as an empty one. */
function partOf(version: JsonObject, field: string): JsonValue {
  const value = version[field] ?? null;
  return Array.isArray(value) && value.length === 0 ? null : value;
}

function hasStatus(version: JsonObject): boolean {
  return child(child(version, "subresources"), "status") !== undefined;
}

function partsOf(version: JsonObject, isWanted: (field: string) => boolean): VersionParts {
  const listOf = (field: string): readonly JsonObject[] => (isWanted(field) ? children(version, field) : []);
  return {
    schema: isWanted("schema") ? child(child(version, "schema"), "openAPIV3Schema") : undefined,
    subresources: isWanted("subresources") ? child(version, "subresources") : undefined,
    columns: listOf("additionalPrinterColumns"),
    selectableFields: listOf("selectableFields"),
    hasStatus: hasStatus(version),
  };
}

/** What is wrong with the parts of a version, or with those of all of them, which stand right below `spec`. */
export function partErrors(parts: VersionParts, at: string): readonly FieldError[] {
  const { schema, subresources, columns, selectableFields } = parts;
  const isWhole = at === "spec";
  const schemaField = isWhole ? "spec.validation.openAPIV3Schema" : `${at}.schema.openAPIV3Schema`;
  return [
    ...(schema === undefined ? [] : schemaErrors(schema, schemaField, parts.hasStatus)),
    ...scaleErrors(child(subresources, "scale"), `${at}.subresources.scale`),
    ...columns.flatMap((column, index) => columnErrors(column, `${at}.additionalPrinterColumns[${index}]`)),
    ...selectableListErrors(selectableFields, schema, `${at}.selectableFields`),
  ];
}

function schemaErrors(
  schema: JsonObject,
  field: string,
  hasStatusSubresource: boolean,
): readonly FieldError[] {
  const errors = rootErrors(schema, field);
  return errors.length > 0 ? errors : structuralErrors(schema, { path: field, hasStatusSubresource });
}

const MOST_SELECTABLE = 8;

function selectableListErrors(
  fields: readonly JsonObject[],
  schema: JsonObject | undefined,
  at: string,
): readonly FieldError[] {
  if (fields.length === 0) return [];
  if (schema === undefined) {
    const detail =
      at === "spec.selectableFields"
        ? "may only be set when validations.schema is included"
        : "may only be set when `version.schema.openAPIV3Schema` is not included";
    return [invalidField(at, "", detail)];
  }
  const seen = new Set<string>();
  const errors = fields.flatMap((field, index) =>
    selectableErrors(field, schema, { at: `${at}[${index}].jsonPath`, seen }),
  );
  return seen.size > MOST_SELECTABLE ? [...errors, tooManyField(at, seen.size, MOST_SELECTABLE)] : errors;
}

function rootErrors(schema: JsonObject, field: string): readonly FieldError[] {
  const type = text(schema, "type");
  if (type === "") return [requiredField(`${field}.type`, "must not be empty at the root")];
  return type === "object" ? [] : [invalidField(`${field}.type`, type, "must be object at the root")];
}

function structuralErrors(
  json: JsonObject,
  options: { readonly path: string; readonly hasStatusSubresource: boolean },
): readonly FieldError[] {
  try {
    // The check looks at keywords that a parsed schema no longer has, so it is given the schema as written.
    const schema = parseSchemaNode(json);
    return checkStructural(json as Parameters<typeof checkStructural>[0], {
      ...options,
      checkDefault: defaultRuleErrors,
      checkRules: (refused) => ruleErrors(schema, options.path, refused),
    });
  } catch (error) {
    if (error instanceof SchemaSyntaxError) return [invalidField(options.path, "", error.message)];
    throw error;
  }
}

function scaleErrors(scale: JsonObject | undefined, field: string): readonly FieldError[] {
  if (scale === undefined) return [];
  const errors: FieldError[] = [];
  const check = (key: string, roots: readonly string[], isRequired: boolean): void => {
    const path = text(scale, key);
    if (path === "") {
      if (isRequired) errors.push(requiredField(`${field}.${key}`));
      return;
    }
    if (!roots.some((root) => path.startsWith(`${root}.`))) {
      errors.push(invalidField(`${field}.${key}`, path, `should be a json path under ${roots.join(" or ")}`));
    }
  };
  check("specReplicasPath", [".spec"], true);
  check("statusReplicasPath", [".status"], true);
  check("labelSelectorPath", [".spec", ".status"], false);
  return errors;
}

const columnTypes = ["boolean", "date", "integer", "number", "string"];
const columnFormats = ["byte", "date", "date-time", "double", "float", "int32", "int64", "password"];

function columnErrors(column: JsonObject, field: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const type = text(column, "type");
  const format = text(column, "format");
  const path = text(column, "jsonPath");
  if (text(column, "name") === "") errors.push(requiredField(`${field}.name`));
  if (type === "") errors.push(requiredField(`${field}.type`, `must be one of ${columnTypes.join(",")}`));
  else if (!columnTypes.includes(type))
    errors.push(invalidField(`${field}.type`, type, `must be one of ${columnTypes.join(",")}`));
  if (format !== "" && !columnFormats.includes(format)) {
    errors.push(invalidField(`${field}.format`, format, `must be one of ${columnFormats.join(",")}`));
  }
  if (path === "") errors.push(requiredField(`${field}.JSONPath`));
  else if (!path.startsWith("."))
    errors.push(invalidField(`${field}.JSONPath`, path, "must be a simple json path starting with ."));
  return errors;
}

const SELECTABLE =
  "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";

function selectableErrors(
  field: JsonObject,
  schema: JsonObject,
  { at, seen }: { readonly at: string; readonly seen: Set<string> },
): readonly FieldError[] {
  const path = text(field, "jsonPath");
  if (path === "") return [requiredField(at)];
  const found = findFieldByPath(parseSchemaNode(schema), path);
  if (found.kind !== "found") return [invalidField(at, path, `is an invalid path: ${found.problem}`)];
  const errors: FieldError[] = [];
  if (/^metadata(?![^.[])/.test(found.path))
    errors.push(invalidField(at, path, "must not point to fields in metadata"));
  if (!["string", "boolean", "integer"].includes(found.node.type ?? ""))
    errors.push(invalidField(at, path, SELECTABLE));
  if (seen.has(found.path)) errors.push(duplicateField(at, path));
  seen.add(found.path);
  return errors;
}
