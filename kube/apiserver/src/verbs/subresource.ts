import { tokenRequestVerb } from "../auth/token-request.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { methodNotAllowedError, noSuchResourceError } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { statusStrategy } from "../resources/status-strategy.ts";
import { getVerb } from "./get.ts";
import { patchVerb } from "./patch.ts";
import { updateVerb } from "./update.ts";

/** A request to a subresource. */
export function subresourceVerb(call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  const subresource = resource.subresources.get(info.subresource);
  if (subresource === undefined) throw noSuchResourceError();
  if (!subresource.verbs.includes(info.verb) || call.request.method === "HEAD") throw methodNotAllowedError();
  switch (info.subresource) {
    case "status":
      return objectSubresource({ ...call, strategy: statusStrategy(call.strategy, resource.isCustom) });
    case "token":
      return tokenRequestVerb(call);
    default:
      throw noSuchResourceError();
  }
}

/** A subresource that is the object itself under other rules. */
function objectSubresource(call: Call): Promise<ApiResponse> {
  if (call.info.verb === "update") return updateVerb(call);
  if (call.info.verb === "patch") return patchVerb(call);
  return getVerb(call);
}
