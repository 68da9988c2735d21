import type { JsonObject } from "@weir/core";
import { isSameGoStruct } from "../../validation/go-struct.ts";
import { APP_ARMOR, appArmorProfileOf } from "../../validation/pod/annotations.ts";
import { containersOf } from "../../validation/pod/windows.ts";
import { child, children, ensureChild, list, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

const REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";
const PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution";

/** Writes into a new Pod what its labels and annotations stand for; tells of annotations that are out of date. */
export function preparePod(pod: Draft, spec: Draft, warn: (message: string) => void): void {
  const metadata = child(pod, "metadata");
  const labels = child(metadata, "labels") ?? {};
  const affinity = child(spec, "affinity");
  for (const name of ["podAffinity", "podAntiAffinity"]) {
    const terms = child(affinity, name);
    for (const term of children(terms, PREFERRED)) matchOwnLabels(child(term, "podAffinityTerm"), labels);
    for (const term of children(terms, REQUIRED)) matchOwnLabels(term, labels);
  }
  for (const constraint of children(spec, "topologySpreadConstraints")) matchOwnLabels(constraint, labels);
  const annotations = child(metadata, "annotations");
  if (annotations !== undefined && text(child(spec, "os"), "name") !== "windows")
    applyAppArmor(annotations, spec, warn);
}

/** Keys whose values the Pod's own labels have become a part of the selector. */
function matchOwnLabels(term: Draft | undefined, labels: JsonObject): void {
  const selector = child(term, "labelSelector");
  if (selector === undefined) return;
  const added = [
    ["matchLabelKeys", "In"],
    ["mismatchLabelKeys", "NotIn"],
  ].flatMap(([keys = "", operator = ""]) =>
    strings(term, keys)
      .filter((key) => Object.hasOwn(labels, key))
      .map((key) => ({ key, operator, values: [labels[key] ?? ""] })),
  );
  if (added.length > 0) selector["matchExpressions"] = [...list(selector, "matchExpressions"), ...added];
}

function applyAppArmor(annotations: JsonObject, spec: Draft, warn: (message: string) => void): void {
  const ofPod = child(child(spec, "securityContext"), "appArmorProfile");
  for (const [, container] of containersOf(spec, "spec")) {
    const key = `${APP_ARMOR}${text(container, "name")}`;
    const own = child(child(container, "securityContext"), "appArmorProfile");
    if (own !== undefined || !Object.hasOwn(annotations, key)) continue;
    const profile = appArmorProfileOf(text(annotations, key));
    if (profile !== undefined && isSameGoStruct("?AppArmorProfile", profile, ofPod)) continue;
    if (profile !== undefined && isValid(profile))
      ensureChild(container as Draft, "securityContext")["appArmorProfile"] = profile;
    warn(`metadata.annotations[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
  }
}

function isValid(profile: JsonObject): boolean {
  const path = text(profile, "localhostProfile");
  return path === path.trim() && Buffer.byteLength(path) <= 4095;
}
