import { type GitRepository, SourceReason } from "@weir/api";
import type { Outcome } from "@weir/core";

/** Why a GitRepository cannot be reconciled as it is declared; `undefined` where it can. Nothing declared is ignored. */
export function refuseUnbuilt(
  repository: GitRepository,
): Extract<Outcome, { readonly kind: "stalled" }> | undefined {
  const { spec }: Partial<GitRepository> = repository;
  if (spec === undefined) {
    // The kind's schema does not ask for a spec.
    return { kind: "stalled", reason: SourceReason.URLInvalid, message: "spec.url: required value" };
  }
  if (spec.provider === "github" && spec.secretRef === undefined) {
    return refuse("secretRef with github app data must be specified when provider is set to github");
  }
  if (spec.provider !== undefined && spec.provider !== "generic") {
    return refuse(`spec.provider: logging in with '${spec.provider}' is not supported yet`);
  }
  if (spec.serviceAccountName !== undefined) {
    return refuse("spec.serviceAccountName: logging in by a workload identity is not supported yet");
  }
  return undefined;
}

function refuse(message: string): Extract<Outcome, { readonly kind: "stalled" }> {
  return { kind: "stalled", reason: SourceReason.InvalidProviderConfiguration, message };
}
