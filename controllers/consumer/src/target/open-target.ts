import { type ApplyTarget, openTarget, type OpenTarget, readKubeconfigSecret } from "@weir/apply";
import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { LiveReads } from "@weir/sdk";
import { Secret, ServiceAccount } from "../core-kinds.ts";

/** An object that may act on another cluster, or as an account. */
export interface Actor extends Pick<KubeObject, "metadata"> {
  readonly spec: {
    readonly serviceAccountName?: string | undefined;
    readonly kubeConfig?:
      | {
          readonly secretRef?: { readonly name: string; readonly key?: string | undefined } | undefined;
        }
      | undefined;
  };
}

/** What an object may do beyond what it says. */
export interface TargetRules {
  /** The service account that an object acts as that names none; `""` is the controller's own. */
  readonly defaultServiceAccount: string;
  /** Lets a kubeconfig of a Secret run programs. */
  readonly insecureKubeconfigExec: boolean;
  /** Lets a kubeconfig of a Secret skip the verification of its server. */
  readonly insecureKubeconfigTls: boolean;
}

/** What opening a target needs of a run. */
export interface OpenTargetContext {
  readonly client: KubeClient;
  readonly live: Pick<LiveReads, "get">;
}

/** Opens the cluster that an object acts on, as the account that it names. */
export async function openTargetOf(
  actor: Actor,
  { client, live }: OpenTargetContext,
  rules: TargetRules,
): Promise<OpenTarget> {
  const namespace = actor.metadata.namespace ?? "";
  const reference = actor.spec.kubeConfig?.secretRef;
  const cluster =
    reference === undefined
      ? undefined
      : await readKubeconfigSecret((key) => live.get(Secret, key), namespace, reference, {
          allowExec: rules.insecureKubeconfigExec,
          allowInsecure: rules.insecureKubeconfigTls,
        });
  return openTarget(client, { cluster, serviceAccount: accountOf(actor, rules) });
}

/** Whether the account that an object acts as is there; one that acts as the controller needs none. */
export async function canImpersonate(
  actor: Actor,
  { live }: Pick<OpenTargetContext, "live">,
  rules: TargetRules,
): Promise<boolean> {
  const account = accountOf(actor, rules);
  return account === undefined || (await live.get(ServiceAccount, account)) !== undefined;
}

function accountOf(
  { metadata, spec }: Actor,
  { defaultServiceAccount }: TargetRules,
): ApplyTarget["serviceAccount"] {
  const named = spec.serviceAccountName ?? "";
  const name = named === "" ? defaultServiceAccount : named;
  return name === "" ? undefined : { namespace: metadata.namespace ?? "", name };
}
