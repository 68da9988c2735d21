import { invalidField } from "@weir/schema";
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
