import { type FieldError, requiredField } from "../field/field-error.ts";
import { fieldChild, fieldIndex, fieldKey } from "../field/field-path.ts";
import { ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";
import { propertiesOf } from "./crd-schema.ts";

/** The two places that are compared: where the type is said, and where the value is validated. */
interface Places {
  readonly structure: string;
  readonly validation: string;
}

function missing(places: Places): FieldError {
  return requiredField(places.structure, `because it is defined in ${places.validation}`);
}

/** The schemas under the junctors of a node, with their places. */
function junctorParts(node: SchemaNode, path: string): readonly (readonly [SchemaNode, string])[] {
  const parts: (readonly [SchemaNode, string])[] = [];
  if (node.not !== undefined) parts.push([node.not, fieldChild(path, "not")]);
  for (const keyword of ["allOf", "anyOf", "oneOf"] as const) {
    for (const [index, part] of (node[keyword] ?? []).entries()) {
      parts.push([part, fieldIndex(fieldChild(path, keyword), index)]);
    }
  }
  return parts;
}

function checkJunctors(
  validation: SchemaNode,
  structure: SchemaNode | undefined,
  places: Places,
): readonly FieldError[] {
  return junctorParts(validation, places.validation).flatMap(([part, path]) =>
    checkNested(part, structure, { ...places, validation: path }),
  );
}

function checkNested(
  validation: SchemaNode,
  structure: SchemaNode | undefined,
  places: Places,
): readonly FieldError[] {
  if (structure === undefined) return [missing(places)];
  const errors: FieldError[] = [...checkJunctors(validation, structure, places)];
  if (validation.items !== undefined) {
    errors.push(
      ...checkNested(validation.items, structure.items, {
        structure: fieldChild(places.structure, "items"),
        validation: fieldChild(places.validation, "items"),
      }),
    );
  }
  for (const [name, property] of propertiesOf(validation)) {
    errors.push(
      ...checkNested(property, ownValue(structure.properties, name), {
        structure: fieldKey(fieldChild(places.structure, "properties"), name),
        validation: fieldKey(fieldChild(places.validation, "properties"), name),
      }),
    );
  }
  return errors;
}

/** Checks that every field that a junctor of the root validates is also declared outside of it; upstream looks no deeper. */
export function checkCompleteness(schema: SchemaNode, path: string): readonly FieldError[] {
  return checkJunctors(schema, schema, { structure: path, validation: path });
}
