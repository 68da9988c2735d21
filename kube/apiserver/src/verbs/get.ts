import { notFoundError, tooLargeResourceVersionError } from "@weir/objects";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate, viewsOf } from "../http/negotiate.ts";
import { plainError, respondText } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { groupResource, storageKey } from "../resources/resource.ts";
import { readRevision } from "./list-options.ts";
import { respondObject, wantsPretty } from "./respond-object.ts";

/** GET of one object. */
export async function getVerb(call: Call): Promise<ApiResponse> {
  const { api, resource, info, request } = call;
  const how = negotiate(request.header("accept"), {
    views: viewsOf(resource, info.subresource),
    isPretty: wantsPretty(request),
    hasProtobuf: !resource.isCustom,
  });
  await checkMinimumVersion(call);
  const stored = await api.store.get(storageKey(resource, info.namespace, info.name), request.asOf);
  if (stored === undefined) throw notFoundError(nameInErrors(resource), info.name);
  await api.store.prepare(resource, [stored]);
  if (how.as !== undefined) return respondObject(call, api.store.object(resource, stored));
  return respondText(api.store.text(resource, stored, false), how, { warnings: call.warnings });
}

/** Upstream names component statuses by their kind where it does not find one. */
function nameInErrors(resource: Call["resource"]): ReturnType<typeof groupResource> {
  const { group, plural } = resource;
  return group === "" && plural === "componentstatuses"
    ? { group, resource: "componentstatus" }
    : groupResource(resource);
}

/** A get at "no older than" a version that does not exist yet is refused, not held. */
async function checkMinimumVersion(call: Call): Promise<void> {
  const version = call.request.query.get("resourceVersion") ?? "";
  if (version === "" || version === "0") return;
  const wanted = readRevision(version, plainError);
  const current = await call.api.store.storage.revision();
  if (wanted > current) throw tooLargeResourceVersionError(wanted, current, 1);
}
