import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, ensureChild, strings, text } from "../draft-access.ts";

/** A Namespace has the finalizer that waits for its content to go. */
export const namespaceRules: KindRules = {
  prepareForCreate(object) {
    const spec = ensureChild(object, "spec");
    const finalizers = strings(spec, "finalizers");
    if (!finalizers.includes("kubernetes")) spec["finalizers"] = [...finalizers, "kubernetes"];
  },
  prepareForUpdate(object, old) {
    const before = old["spec"];
    if (before !== undefined) object["spec"] = before;
  },
  validate: (object) => finalizerErrors(object, () => "spec.finalizers"),
  updateChecks: ["whole", "object", "changes"],
  validateStatus(object) {
    const phase = text(child(object, "status"), "phase");
    const isLeaving = text(child(object, "metadata"), "deletionTimestamp") !== "";
    const wanted = isLeaving ? "Terminating" : "Active";
    if (phase === wanted) return [];
    const when = isLeaving ? "not empty" : "empty";
    return [
      invalidField("status.Phase", phase, `may only be '${wanted}' if \`deletionTimestamp\` is ${when}`),
    ];
  },
};

const STANDARD = new Set(["kubernetes", "orphan", "foregroundDeletion"]);

/** What is wrong with the finalizers of a Namespace's content. */
export function finalizerErrors(
  object: JsonObject,
  fieldOf: (index: number) => string,
): readonly FieldError[] {
  return strings(child(object, "spec"), "finalizers").flatMap((name, index) => {
    const at = fieldOf(index);
    const isKnown = name.includes("/") || STANDARD.has(name);
    const detail = "name is neither a standard finalizer name nor is it fully qualified";
    return [
      ...qualifiedNameErrors(name).map((why) => invalidField(at, name, why)),
      ...(isKnown ? [] : [invalidField(at, name, detail)]),
    ];
  });
}
