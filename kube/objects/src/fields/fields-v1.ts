import type { JsonObject, JsonValue } from "@weir/core";
import { isJsonObject, type MutableJsonObject, setOwn } from "../json-object.ts";
import { type FieldNode, FieldSet } from "./field-set.ts";
import { ManagedFieldsError } from "./managed-fields-error.ts";
import { parsePathElement } from "./path-element.ts";

/** Deeper than any schema goes; it keeps a hostile entry from exhausting the stack. */
const maxDepth = 512;

/** Writes a set as FieldsV1, with the steps of each level in canonical order. */
export function writeFieldsV1(set: FieldSet): JsonObject {
  return writeLevel(set, false);
}

function writeLevel(set: FieldSet, isMember: boolean): JsonObject {
  const written: MutableJsonObject = {};
  if (set.isEmpty) return written;
  if (isMember) written["."] = {};
  for (const node of set.sortedNodes())
    setOwn(written, node.element.text, writeLevel(node.children, node.isMember));
  return written;
}

/**
 * Reads a FieldsV1 tree. Types of steps that are not known are skipped with all below them, as
 * structured-merge-diff does. Throws `ManagedFieldsError` where the tree is malformed.
 */
export function readFieldsV1(fields: JsonValue): FieldSet {
  return readLevel(fields, 0).children;
}

function readLevel(
  fields: JsonValue,
  depth: number,
): { readonly isMember: boolean; readonly children: FieldSet } {
  if (fields === null) return { isMember: true, children: FieldSet.empty };
  if (!isJsonObject(fields)) throw new ManagedFieldsError("expected an object of fields");
  if (depth > maxDepth) throw new ManagedFieldsError(`fields nest deeper than ${maxDepth} levels`);
  let isMember = false;
  const nodes: FieldNode[] = [];
  for (const key of Object.keys(fields)) {
    if (key === ".") {
      isMember = true;
      continue;
    }
    const element = parsePathElement(key);
    if (element !== undefined) nodes.push({ element, ...readLevel(fields[key] ?? null, depth + 1) });
  }
  const children = FieldSet.of(nodes);
  return { isMember: isMember || children.isEmpty, children };
}
