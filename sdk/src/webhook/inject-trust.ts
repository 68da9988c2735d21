import { isApiError, type Kind, type KubeClient } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { JsonPatchOperation } from "./json-patch-between.ts";

/** Whose `caBundle` follows a server's authority: objects by name. */
export interface TrustTargets {
  readonly validating?: readonly string[];
  readonly mutating?: readonly string[];
  /** CRDs whose conversion webhook it is. */
  readonly crds?: readonly string[];
}

type Target = Kind<KubeObject & JsonObject, JsonObject>;

const registration = (name: string): Target => ({
  group: "admissionregistration.k8s.io",
  version: "v1",
  kind: name,
  scope: "Cluster",
});
/** The kinds that hold what an API server trusts of webhooks. */
export const TRUST_KINDS = {
  validating: {
    ...registration("ValidatingWebhookConfiguration"),
    plural: "validatingwebhookconfigurations",
  },
  mutating: { ...registration("MutatingWebhookConfiguration"), plural: "mutatingwebhookconfigurations" },
  crds: {
    group: "apiextensions.k8s.io",
    version: "v1",
    kind: "CustomResourceDefinition",
    plural: "customresourcedefinitions",
    scope: "Cluster",
  } as Target,
} as const;

/** A kind of target, as `TrustTargets` names it. */
export type TrustKind = keyof typeof TRUST_KINDS;

const MAX_ATTEMPTS = 5;

/**
 * Writes an authority into every webhook of one object; nothing where it is there already or the object is not.
 *
 * A JSON patch whose tests name what was read: the rest of the object stays its owner's.
 */
export async function injectTrust(
  client: KubeClient,
  target: { readonly kind: TrustKind; readonly name: string },
  trust: string,
): Promise<boolean> {
  const kind: Target = TRUST_KINDS[target.kind];
  const bundle = Buffer.from(trust).toString("base64");
  for (let attempt = 1; ; attempt += 1) {
    const object = await client.get(kind, { name: target.name });
    if (object === undefined) return false;
    const found = target.kind === "crds" ? conversionPatch(object, bundle) : webhookPatch(object, bundle);
    if (found.length === 0) return false;
    const operations = [
      { op: "test", path: "/metadata/resourceVersion", value: object.metadata.resourceVersion ?? "" },
      ...found,
    ] as unknown as JsonValue[];
    try {
      await client.patch(kind, { name: target.name }, { type: "json", operations } as never);
      return true;
    } catch (error) {
      // The test failed: somebody else wrote in between.
      const isRace = isApiError(error, "Conflict") || isApiError(error, "Invalid");
      if (!isRace || attempt >= MAX_ATTEMPTS) throw error;
    }
  }
}

function webhookPatch(object: JsonObject, bundle: string): readonly JsonPatchOperation[] {
  const webhooks = Array.isArray(object["webhooks"]) ? (object["webhooks"] as readonly JsonObject[]) : [];
  return webhooks.flatMap((webhook, index): readonly JsonPatchOperation[] => {
    const client = webhook["clientConfig"] as JsonObject | undefined;
    if (client?.["caBundle"] === bundle) return [];
    return [{ op: "add", path: `/webhooks/${index}/clientConfig/caBundle`, value: bundle }];
  });
}

function conversionPatch(object: JsonObject, bundle: string): readonly JsonPatchOperation[] {
  const spec = object["spec"] as JsonObject | undefined;
  const conversion = spec?.["conversion"] as JsonObject | undefined;
  const webhook = conversion?.["webhook"] as JsonObject | undefined;
  const client = webhook?.["clientConfig"] as JsonObject | undefined;
  if (client === undefined || client["caBundle"] === bundle) return [];
  return [{ op: "add", path: "/spec/conversion/webhook/clientConfig/caBundle", value: bundle }];
}
