import type { Kustomization } from "@weir/api";
import { type ApplyTarget, openTarget, type OpenTarget, readKubeconfigSecret } from "@weir/apply";
import { Secret, ServiceAccount } from "../core-kinds.ts";
import type { ResolvedOptions } from "../kustomization/controller-options.ts";
import type { KustomizationContext } from "../kustomization/run.ts";

/** Opens the cluster that a Kustomization applies to, as the account that it names. */
export async function openTargetOf(
  kustomization: Kustomization,
  { client, live }: Pick<KustomizationContext, "client" | "live">,
  options: ResolvedOptions,
): Promise<OpenTarget> {
  const namespace = kustomization.metadata.namespace ?? "";
  const reference = kustomization.spec.kubeConfig?.secretRef;
  const cluster =
    reference === undefined
      ? undefined
      : await readKubeconfigSecret((key) => live.get(Secret, key), namespace, reference, {
          allowExec: options.insecureKubeconfigExec,
          allowInsecure: options.insecureKubeconfigTls,
        });
  return openTarget(client, { cluster, serviceAccount: accountOf(kustomization, options) });
}

/** Whether the account that a Kustomization acts as is there; one that acts as the controller needs none. */
export async function canImpersonate(
  kustomization: Kustomization,
  { live }: Pick<KustomizationContext, "live">,
  options: ResolvedOptions,
): Promise<boolean> {
  const account = accountOf(kustomization, options);
  return account === undefined || (await live.get(ServiceAccount, account)) !== undefined;
}

function accountOf(
  { metadata, spec }: Kustomization,
  { defaultServiceAccount }: ResolvedOptions,
): ApplyTarget["serviceAccount"] {
  const named = spec.serviceAccountName ?? "";
  const name = named === "" ? defaultServiceAccount : named;
  return name === "" ? undefined : { namespace: metadata.namespace ?? "", name };
}
