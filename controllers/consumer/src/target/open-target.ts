import {
  type ApplyTarget,
  type ClusterTokens,
  openTarget,
  type OpenTarget,
  readKubeconfigSecret,
} from "@weir/apply";
import type { KubeClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import type { LiveReads } from "@weir/sdk";
import { Secret, ServiceAccount } from "../core-kinds.ts";
import { accessByConfigMap } from "./access-by-config-map.ts";

/** An object that may act on another cluster, or as an account. */
export interface Actor extends Pick<KubeObject, "metadata"> {
  readonly spec: {
    readonly serviceAccountName?: string | undefined;
    readonly kubeConfig?:
      | {
          readonly secretRef?: { readonly name: string; readonly key?: string | undefined } | undefined;
          readonly configMapRef?: { readonly name: string } | undefined;
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
  /** The service account whose tokens reach the cluster of a ConfigMap that names none; `""` is the controller's own. */
  readonly defaultKubeconfigServiceAccount: string;
  /** Lets tokens of the service accounts that objects name be used: Flux's gate `ObjectLevelWorkloadIdentity`. */
  readonly objectLevelWorkloadIdentity: boolean;
}

/** What opening a target needs of a run. */
export interface OpenTargetContext {
  readonly client: KubeClient;
  readonly live: Pick<LiveReads, "get">;
  /** The tokens for other clusters, which outlive the run. */
  readonly tokens: ClusterTokens;
}

/**
 * Opens the cluster that an object acts on, as the account that it names.
 *
 * Throws a `ClusterProviderError` for a cloud's identities, and what reading a kubeconfig and reaching by a ConfigMap throw.
 */
export async function openTargetOf(
  actor: Actor,
  ctx: OpenTargetContext,
  rules: TargetRules,
): Promise<OpenTarget> {
  const access = await accessOf(actor, ctx, rules);
  return openTarget(ctx.client, { ...access, serviceAccount: accountOf(actor, rules) });
}

async function accessOf(
  { metadata: { namespace = "" }, spec: { kubeConfig } }: Actor,
  ctx: OpenTargetContext,
  rules: TargetRules,
): Promise<Pick<ApplyTarget, "cluster" | "bearerToken">> {
  const { secretRef, configMapRef } = kubeConfig ?? {};
  if (secretRef !== undefined) {
    const cluster = await readKubeconfigSecret((key) => ctx.live.get(Secret, key), namespace, secretRef, {
      allowExec: rules.insecureKubeconfigExec,
      allowInsecure: rules.insecureKubeconfigTls,
    });
    return { cluster };
  }
  return configMapRef === undefined
    ? {}
    : accessByConfigMap({ namespace, name: configMapRef.name }, ctx, rules);
}

/** Whether the account that an object acts as is there; one that acts as the controller needs none. */
export async function canImpersonate(
  actor: Actor,
  { live }: Pick<OpenTargetContext, "live">,
  rules: Pick<TargetRules, "defaultServiceAccount">,
): Promise<boolean> {
  const account = accountOf(actor, rules);
  return account === undefined || (await live.get(ServiceAccount, account)) !== undefined;
}

function accountOf(
  { metadata, spec }: Actor,
  { defaultServiceAccount }: Pick<TargetRules, "defaultServiceAccount">,
): ApplyTarget["serviceAccount"] {
  const named = spec.serviceAccountName ?? "";
  const name = named === "" ? defaultServiceAccount : named;
  return name === "" ? undefined : { namespace: metadata.namespace ?? "", name };
}
