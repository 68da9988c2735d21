import type { JsonObject } from "@weir/core";
import { asJson } from "../resources/draft-access.ts";
import type { AdmissionRequest } from "../admission/admission.ts";
import { type Resource, storageKey } from "../resources/resource.ts";
import type { MatchDeps, MatchedWrite } from "../webhooks/match-hook.ts";
import { requestOf } from "../webhooks/review.ts";
import { viewFor } from "../webhooks/seen-write.ts";
import type { PolicyInput } from "./evaluate-policy.ts";

/** What expressions of a policy look at in a write, besides parameters, and whom they may ask. */
export async function policyInput(
  deps: MatchDeps,
  write: MatchedWrite,
  seenAs: Resource,
): Promise<Omit<PolicyInput, "params" | "authorizer">> {
  const { request, object, old, namespace } = write;
  const see = async (value: JsonObject | undefined): Promise<JsonObject | undefined> =>
    value === undefined ? undefined : viewFor(request, seenAs, value);
  return {
    object: await see(request.operation === "delete" ? undefined : object),
    oldObject: await see(old === undefined ? undefined : asJson(old)),
    request: requestOf({ request, seenAs, namespace }),
    namespaceObject: await namespaceOf(deps, request),
  };
}

async function namespaceOf(
  { registry, store }: MatchDeps,
  { resource, namespace }: AdmissionRequest,
): Promise<JsonObject | undefined> {
  const namespaces = registry.find("", "v1", "namespaces");
  if (namespaces === undefined || namespace === "" || resource === namespaces) return undefined;
  const stored = await store.get(storageKey(namespaces, "", namespace));
  return stored === undefined ? undefined : asJson(store.object(namespaces, stored));
}
