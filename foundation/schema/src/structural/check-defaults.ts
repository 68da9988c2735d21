import type { JsonValue } from "@weir/core";
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

/** Looks at a default that its schema allows, such as by the rules in CEL of that schema. */
export type DefaultCheck = (node: SchemaNode, value: JsonValue, path: string) => readonly FieldError[];

const allowsAll: DefaultCheck = () => [];

interface Walk {
  readonly isInsideMeta: boolean;
  readonly check: DefaultCheck;
}

function checkDefault(node: SchemaNode, path: string, { isInsideMeta, check }: Walk): readonly FieldError[] {
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
  // Upstream builds the schema of a default without the types of int-or-string.
  const refused = validateValue(node, value, place, undefined).filter(
    ({ detail }) => !detail.includes("must be of type integer,string:"),
  );
  return [...errors, ...(refused.length > 0 ? refused : check(node, value, place))];
}

function walk(node: SchemaNode, path: string, { isInsideMeta, check }: Walk): readonly FieldError[] {
  const isResource = node["x-kubernetes-embedded-resource"] === true;
  const isMetaHere = isInsideMeta && !isResource;
  const here = { isInsideMeta: isMetaHere, check };
  const errors: FieldError[] = [...checkDefault(node, path, here)];
  // Defaults in the values of maps are not looked at; upstream leaves them unchecked.
  if (node.items !== undefined) errors.push(...walk(node.items, fieldChild(path, "items"), here));
  for (const [name, property] of propertiesOf(node)) {
    const place = fieldKey(fieldChild(path, "properties"), name);
    errors.push(
      ...walk(property, place, { ...here, isInsideMeta: isMetaHere || (isResource && isMeta(name)) }),
    );
  }
  return errors;
}

/** Checks that defaults are valid and hold no unknown fields. */
export function checkDefaults(
  schema: SchemaNode,
  path: string,
  check: DefaultCheck = allowsAll,
): readonly FieldError[] {
  return walk({ ...schema, "x-kubernetes-embedded-resource": true }, path, { isInsideMeta: false, check });
}
