import type { KindRules } from "../builtin-strategy.ts";
import { ensureChild, metaOf, strings } from "../draft-access.ts";
import type { Draft } from "../resource.ts";

/** A volume or claim does not go while a Pod uses it. */
function protect(object: Draft, finalizer: string): void {
  const metadata = metaOf(object);
  const finalizers = strings(metadata, "finalizers");
  if (!finalizers.includes(finalizer)) metadata["finalizers"] = [...finalizers, finalizer];
}

export const volumeClaimRules: KindRules = {
  prepareForCreate: (object) => protect(object, "kubernetes.io/pvc-protection"),
};

export const volumeRules: KindRules = {
  prepareForCreate: (object, { now }) => {
    protect(object, "kubernetes.io/pv-protection");
    ensureChild(object, "status")["lastPhaseTransitionTime"] = now;
  },
};
