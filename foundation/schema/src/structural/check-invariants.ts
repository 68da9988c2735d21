import { type FieldError, forbiddenField, invalidField, requiredField } from "../field/field-error.ts";
import { fieldChild, fieldKey } from "../field/field-path.ts";
import { ownValue } from "../json-shape.ts";
import { checkValueKeywords } from "./check-value-keywords.ts";
import { type CrdNode, isFilled, propertiesOf } from "./crd-schema.ts";

/** Where a node stands, which decides what it must say. */
type Level = "root" | "item" | "field";

const NO_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields",
};

function checkTypeKeyword(node: CrdNode, level: Level, path: string): readonly FieldError[] {
  const typePath = fieldChild(path, "type");
  const type = node.type ?? "";
  const isEmbedded = node["x-kubernetes-embedded-resource"] === true;
  const errors: FieldError[] = [];
  const isOpen =
    node["x-kubernetes-int-or-string"] === true || node["x-kubernetes-preserve-unknown-fields"] === true;
  if (isEmbedded && type !== "object") {
    const problem = "must be object if x-kubernetes-embedded-resource is true";
    errors.push(type === "" ? requiredField(typePath, problem) : invalidField(typePath, type, problem));
  } else if (type === "" && !isOpen) {
    errors.push(requiredField(typePath, NO_TYPE[level]));
  }
  if (level === "root" && type !== "" && type !== "object") {
    errors.push(invalidField(typePath, type, "must be object at the root"));
  }
  return errors;
}

function checkExtensions(node: CrdNode, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const problem = "must be false if x-kubernetes-int-or-string is true";
  if (node["x-kubernetes-int-or-string"] !== true) return errors;
  for (const keyword of ["x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource"] as const) {
    if (node[keyword] === true) errors.push(invalidField(fieldChild(path, keyword), true, problem));
  }
  return errors;
}

/** What a metadata schema may say at the root: nothing but restrict the name. */
function isBareMetadata(metadata: CrdNode): boolean {
  const names = Object.keys(metadata.properties ?? {});
  const isNameOnly = names.every((name) => name === "name" || name === "generateName");
  const said = Object.entries(metadata).filter(
    ([keyword, value]) => keyword !== "type" && keyword !== "default" && isSaid(value),
  );
  return said.every(([keyword]) => keyword === "properties" && isNameOnly);
}

function isSaid(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "") return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function checkTypeMeta(node: CrdNode, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const name of ["kind", "apiVersion"]) {
    const property = ownValue(node.properties, name);
    if (property === undefined || property.type === "string") continue;
    const place = fieldChild(fieldKey(fieldChild(path, "properties"), name), "type");
    errors.push(invalidField(place, property.type ?? "", "must be string"));
  }
  return errors;
}

function checkMetadata(node: CrdNode, level: Level, path: string): readonly FieldError[] {
  const isObject = level === "root" || node["x-kubernetes-embedded-resource"] === true;
  const errors: FieldError[] = isObject ? [...checkTypeMeta(node, path)] : [];
  const metadata = ownValue(node.properties, "metadata");
  if (metadata === undefined) return errors;
  const place = fieldKey(fieldChild(path, "properties"), "metadata");
  if (isObject && metadata.type !== "object") {
    errors.push(invalidField(fieldChild(place, "type"), metadata.type ?? "", "must be object"));
  }
  if (level === "root" && !isBareMetadata(metadata)) {
    const problem =
      "must not specify anything other than name and generateName, but metadata is implicitly specified";
    errors.push(forbiddenField(place, problem));
  }
  return errors;
}

function checkEmbedded(node: CrdNode, path: string): readonly FieldError[] {
  if (node["x-kubernetes-embedded-resource"] !== true) return [];
  const errors: FieldError[] = [];
  if (node.additionalProperties !== undefined) {
    const problem = "must not be used if x-kubernetes-embedded-resource is set";
    errors.push(forbiddenField(fieldChild(path, "additionalProperties"), problem));
  }
  if (node["x-kubernetes-preserve-unknown-fields"] !== true && !isFilled(node.properties)) {
    const problem =
      "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields";
    errors.push(requiredField(fieldChild(path, "properties"), problem));
  }
  return errors;
}

function checkChildren(node: CrdNode, level: Level, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  const itemsPath = fieldChild(path, "items");
  if (node.type === "array" && node.items === undefined) {
    errors.push(requiredField(itemsPath, "must be specified"));
  }
  if (node.items !== undefined) errors.push(...walk(node.items, "item", itemsPath));
  for (const [name, property] of propertiesOf(node)) {
    errors.push(...walk(property, "field", fieldKey(fieldChild(path, "properties"), name)));
  }
  const { additionalProperties: others } = node;
  if (others === undefined) return errors;
  const othersPath = fieldChild(path, "additionalProperties");
  if (level === "root") errors.push(forbiddenField(othersPath, "must not be used at the root"));
  if (typeof others === "object") errors.push(...walk(others, "field", othersPath));
  return errors;
}

function walk(node: CrdNode, level: Level, path: string): readonly FieldError[] {
  return [
    ...checkChildren(node, level, path),
    ...checkExtensions(node, path),
    ...checkValueKeywords(node, path),
    ...checkTypeKeyword(node, level, path),
    ...checkEmbedded(node, path),
    ...checkMetadata(node, level, path),
  ];
}

/** Checks that a schema says the type of everything it names, once and outside of junctors. */
export function checkInvariants(schema: CrdNode, path: string): readonly FieldError[] {
  return walk(schema, "root", path);
}
