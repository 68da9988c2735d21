import { tokenRequestVerb } from "../auth/token-request.ts";
import type { ApiResponse } from "../http/api-request.ts";
import { methodNotSupportedError } from "@weir/objects";
import { methodNotAllowedError, noSuchResourceError } from "../http/respond.ts";
import type { Call } from "../resources/call.ts";
import { groupResource } from "../resources/resource.ts";
import { statusStrategy } from "../resources/status-strategy.ts";
import { approvalVerb } from "./approve.ts";
import { finalizeVerb } from "./finalize.ts";
import { getVerb } from "./get.ts";
import { patchVerb } from "./patch.ts";
import { podPartVerb } from "./pod-parts.ts";
import { evictionVerb } from "./eviction.ts";
import { bindingVerb, kubeletVerb } from "./pod-subresources.ts";
import { proxyVerb } from "./proxy.ts";
import { scaleVerb } from "./scale.ts";
import { updateVerb } from "./update.ts";

/** A request to a subresource. */
export function subresourceVerb(call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  const subresource = resource.subresources.get(info.subresource);
  if (subresource === undefined) throw noSuchResourceError();
  if (!isServed(call, subresource.verbs)) {
    throw resource.isCustom
      ? methodNotSupportedError(groupResource(resource), info.verb)
      : methodNotAllowedError();
  }
  const handler =
    handlers.get(`${resource.isCustom ? "" : resource.plural}/${info.subresource}`) ??
    general[info.subresource];
  if (handler === undefined) throw noSuchResourceError();
  return handler(call);
}

/** What is passed on is passed on with any usual method; else the router of built-in kinds knows no HEAD. */
function isServed({ info, resource, request }: Call, verbs: readonly string[]): boolean {
  if (info.subresource === "proxy") return PROXIED.has(request.method);
  return verbs.includes(info.verb) && (resource.isCustom || request.method !== "HEAD");
}

const PROXIED = new Set(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]);

type Handler = (call: Call) => Promise<ApiResponse>;

/** Subresources that many kinds have. */
const general: Readonly<Record<string, Handler>> = {
  scale: scaleVerb,
  status: (call) => objectSubresource({ ...call, strategy: statusStrategy(call.strategy, call.resource) }),
};

/** Subresources of one kind. */
const handlers: ReadonlyMap<string, Handler> = new Map([
  ["certificatesigningrequests/approval", approvalVerb],
  ["namespaces/finalize", finalizeVerb],
  ["pods/binding", bindingVerb],
  ["pods/eviction", evictionVerb],
  ["pods/ephemeralcontainers", podPartVerb],
  ["pods/resize", podPartVerb],
  ["pods/log", kubeletVerb],
  ["pods/exec", kubeletVerb],
  ["pods/attach", kubeletVerb],
  ["pods/portforward", kubeletVerb],
  ["pods/proxy", proxyVerb],
  ["services/proxy", proxyVerb],
  ["nodes/proxy", proxyVerb],
  ["serviceaccounts/token", tokenRequestVerb],
]);

/** A subresource that is the object itself under other rules. */
function objectSubresource(call: Call): Promise<ApiResponse> {
  if (call.info.verb === "update") return updateVerb(call);
  if (call.info.verb === "patch") return patchVerb(call);
  return getVerb(call);
}
