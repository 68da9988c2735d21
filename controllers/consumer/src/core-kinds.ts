import type { Kind } from "@weir/client";
import type { KubeObject } from "@weir/objects";

/** Kinds of the core group that a Kustomization reads by name. */
export const ConfigMap = coreKind("ConfigMap", "configmaps");
export const Secret = coreKind("Secret", "secrets");
export const ServiceAccount = coreKind("ServiceAccount", "serviceaccounts");

function coreKind(kind: string, plural: string): Kind<KubeObject> & { readonly plural: string } {
  return { group: "", version: "v1", kind, plural, scope: "Namespaced" };
}
