import { type JsonObject, parseJson } from "@weir/core";
import { FieldSet } from "../fields/field-set.ts";
import { byteLength, marshalGoJson } from "../go-text.ts";
import { isJsonObject, type MutableJsonObject, ownValue, setOwn } from "../json-object.ts";
import { checkTyped } from "../typed/check-typed.ts";
import { compareTyped } from "../typed/compare-typed.ts";
import { fieldSetOfValue } from "../typed/field-set-of-value.ts";
import type { FieldType } from "../typed/field-type.ts";
import { metadataOf } from "./managers.ts";

/** The annotation in which `kubectl apply` keeps what it applied from the client's side. */
export const lastAppliedAnnotation = "kubectl.kubernetes.io/last-applied-configuration";

/** All annotations of an object together. */
const maxAnnotationBytes = 256 * 1024;

/**
 * The fields that `kubectl apply` set from the client's side and that still are as it set them: kubectl may take those
 * without force when it moves to server-side apply. None where the annotation is missing or cannot be used.
 */
export function fieldsLastApplied(type: FieldType, live: JsonObject, apiVersion: string): FieldSet {
  const text = lastAppliedOf(live);
  if (text === undefined) return FieldSet.empty;
  try {
    const applied = parseJson(text);
    if (!isJsonObject(applied) || applied["apiVersion"] !== apiVersion) return FieldSet.empty;
    checkTyped(type, live, { allowDuplicates: false });
    checkTyped(type, applied, { allowDuplicates: false });
    const { modified, added, removed } = compareTyped(type, applied, live);
    return fieldSetOfValue(type, applied).difference(modified.union(added).union(removed));
  } catch {
    // The annotation is anyone's to write: one that cannot be used allows nothing.
    return FieldSet.empty;
  }
}

function lastAppliedOf(object: JsonObject): string | undefined {
  const annotations = annotationsOf(object);
  const text = ownValue(annotations, lastAppliedAnnotation);
  return typeof text === "string" && text !== "" ? text : undefined;
}

function annotationsOf(object: JsonObject): JsonObject {
  const annotations = metadataOf(object)["annotations"];
  return isJsonObject(annotations) ? annotations : {};
}

/** Brings the annotation, where an object has it, up to what was applied now; it is dropped when it gets too big. */
export function refreshLastApplied(object: JsonObject, applied: JsonObject): JsonObject {
  if (lastAppliedOf(object) === undefined) return object;
  const annotations: MutableJsonObject = { ...annotationsOf(object) };
  annotations[lastAppliedAnnotation] = `${marshalGoJson(withoutLastApplied(applied))}\n`;
  if (annotationBytes(annotations) > maxAnnotationBytes) delete annotations[lastAppliedAnnotation];
  return { ...object, metadata: { ...metadataOf(object), annotations } };
}

function withoutLastApplied(applied: JsonObject): JsonObject {
  const metadata: MutableJsonObject = { ...metadataOf(applied) };
  const annotations = metadata["annotations"];
  if (!isJsonObject(annotations)) return applied;
  const rest: MutableJsonObject = {};
  for (const key of Object.keys(annotations)) {
    if (key !== lastAppliedAnnotation) setOwn(rest, key, annotations[key] ?? null);
  }
  metadata["annotations"] = rest;
  return { ...applied, metadata };
}

function annotationBytes(annotations: JsonObject): number {
  let bytes = 0;
  for (const key of Object.keys(annotations)) bytes += byteLength(key) + byteLength(String(annotations[key]));
  return bytes;
}
