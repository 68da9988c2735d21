import { fieldChild, fieldKey } from "../field/field-path.ts";
import { ownValue } from "../json-shape.ts";
import type { SchemaNode } from "../schema-node.ts";

/** The field that a simple JSON path names, or why it names none. */
export type FieldByPath =
  | { readonly kind: "found"; readonly node: SchemaNode; readonly path: string }
  | { readonly kind: "invalid"; readonly problem: string };

const TOKEN = /\.|\[|\]|'(?:[^'\\]|\\.)*'|[^.[\]]+/gy;

function invalid(problem: string): FieldByPath {
  return { kind: "invalid", problem };
}

/** Goes one step down: to a property, or into the values of a map. */
function descend(node: SchemaNode, name: string, path: string): FieldByPath {
  if (node.properties !== undefined) {
    const property = ownValue(node.properties, name);
    if (property !== undefined) return { kind: "found", node: property, path: fieldChild(path, name) };
  } else if (typeof node.additionalProperties === "object") {
    return { kind: "found", node: node.additionalProperties, path: fieldKey(path, name) };
  }
  return invalid("does not refer to a valid field");
}

function unquote(token: string | undefined): string | undefined {
  if (token === undefined || token.length < 2 || !token.startsWith("'") || !token.endsWith("'"))
    return undefined;
  return token.slice(1, -1).replace(/\\(.)/g, "$1");
}

/**
 * Finds the field that a path such as `.spec.replicas` or `.labels['app']` names, as the API server reads the paths of
 * CEL rules and selectable fields: field names and keys of maps, no items of lists.
 */
export function findFieldByPath(schema: SchemaNode, jsonPath: string): FieldByPath {
  const tokens = jsonPath.match(TOKEN) ?? [];
  let at: FieldByPath = { kind: "found", node: schema, path: "" };
  for (let index = 0; index < tokens.length && at.kind === "found"; ) {
    const name = tokens[index] === "[" ? unquote(tokens[index + 1]) : tokens[index + 1];
    if (tokens[index] === "[") {
      if (name === undefined)
        return invalid(`expected single quoted string but got ${tokens[index + 1] ?? ""}`);
      if (tokens[index + 2] !== "]") return invalid(`expected ] but got ${tokens[index + 2] ?? ""}`);
      index += 3;
    } else {
      if (tokens[index] !== ".") return invalid(`expected [ or . but got: ${tokens[index]}`);
      if (name === undefined) return invalid("unexpected end of JSON path");
      index += 2;
    }
    at = descend(at.node, name, at.path);
  }
  return at;
}
