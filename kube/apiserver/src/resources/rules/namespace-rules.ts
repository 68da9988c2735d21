import type { KindRules } from "../builtin-strategy.ts";
import { ensureChild, strings } from "../draft-access.ts";

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
};
