import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import { asJson, asObject, child, copyForMeta, text } from "../resources/draft-access.ts";
import { apiVersionOf, type Draft, fromStored, type Resource, toStored } from "../resources/resource.ts";
import type { MatchedWrite } from "./match-hook.ts";
import { typed } from "./review.ts";

/** An object of one version of a resource in another one. */
export async function viewAs(from: Resource, to: Resource, object: JsonObject): Promise<JsonObject> {
  if (from.version === to.version) return typed(object, to);
  const given = asObject(typed(object, from));
  if (from.convertTo !== undefined) return asJson(await from.convertTo(given, apiVersionOf(to)));
  return asJson(await fromStored(to, await toStored(from, given)));
}

/** What is written to a resource, be it another kind's, as who reviews it in some version sees it. */
export async function viewFor(
  { resource, part }: AdmissionRequest,
  seenAs: Resource,
  object: JsonObject,
): Promise<JsonObject> {
  return part === undefined ? viewAs(resource, seenAs, object) : typed(object, part);
}

/** A write as those who review it see it. */
export function matchedWrite(
  request: AdmissionRequest,
  object: JsonObject | undefined,
  old: KubeObject | undefined,
): MatchedWrite {
  const { resource } = request;
  const isNamespace = resource.group === "" && resource.plural === "namespaces";
  const name = request.name || text(child(object, "metadata"), "name");
  const namespace = isNamespace ? name : request.namespace;
  return { request, namespace, object: withRevision(object, old), old };
}

/** A draft becomes another object and stays the same value, which others hold. */
export function replaceContent(draft: Draft, content: JsonObject): void {
  for (const key of Object.keys(draft)) delete draft[key];
  Object.assign(draft, content);
  draft["metadata"] = { ...child(draft, "metadata") };
}

/** The server keeps the revision apart while it works; who reviews an update expects it in the object. */
function withRevision(object: JsonObject | undefined, old: KubeObject | undefined): JsonObject | undefined {
  const resourceVersion = old?.metadata.resourceVersion;
  if (object === undefined || resourceVersion === undefined) return object;
  const copy = copyForMeta(object);
  return { ...copy, metadata: { ...child(copy, "metadata"), resourceVersion } };
}
