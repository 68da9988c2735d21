import { type FieldError, invalidField } from "../field/field-error.ts";
import { fieldChild, fieldKey } from "../field/field-path.ts";
import { jsonEqual } from "../json-shape.ts";
import { pruneUnknown } from "../prune.ts";
import type { SchemaNode } from "../schema-node.ts";
import { validateEmbeddedResources } from "../validate/embedded-resource.ts";
import { validateValue } from "../validate/validate-value.ts";
import { propertiesOf } from "./crd-schema.ts";

function isMeta(name: string): boolean {
  return name === "apiVersion" || name === "kind" || name === "metadata";
}

function checkDefault(node: SchemaNode, path: string, isInsideMeta: boolean): readonly FieldError[] {
  const value = node.default ?? null;
  if (value === null) return [];
  const place = fieldChild(path, "default");
  const errors: FieldError[] = [];
  if (!isInsideMeta) {
    const isResourceRoot = node["x-kubernetes-embedded-resource"] === true;
    if (!jsonEqual(pruneUnknown(node, value, { isResourceRoot }), value)) {
      errors.push(invalidField(place, value, "must not have unknown fields"));
    }
    const embedded = validateEmbeddedResources(node, value, place);
    if (embedded.length > 0) return [...errors, ...embedded];
  }
  return [...errors, ...validateValue(node, value, place, undefined)];
}

function walk(node: SchemaNode, path: string, isInsideMeta: boolean): readonly FieldError[] {
  const isResource = node["x-kubernetes-embedded-resource"] === true;
  const isMetaHere = isInsideMeta && !isResource;
  const errors: FieldError[] = [...checkDefault(node, path, isMetaHere)];
  // Defaults in the values of maps are not looked at; upstream leaves them unchecked.
  if (node.items !== undefined) errors.push(...walk(node.items, fieldChild(path, "items"), isMetaHere));
  for (const [name, property] of propertiesOf(node)) {
    const place = fieldKey(fieldChild(path, "properties"), name);
    errors.push(...walk(property, place, isMetaHere || (isResource && isMeta(name))));
  }
  return errors;
}

/** Checks that defaults are valid and hold no unknown fields. */
export function checkDefaults(schema: SchemaNode, path: string): readonly FieldError[] {
  return walk({ ...schema, "x-kubernetes-embedded-resource": true }, path, false);
}
