import type { ApiResponse } from "./api-request.ts";
import { notFoundError } from "@weir/objects";
import { groupResource } from "../resources/resource.ts";
import type { Call } from "../resources/call.ts";
import { isReview, reviewVerb } from "../auth/reviews.ts";
import { createVerb } from "../verbs/create.ts";
import { deleteCollectionVerb } from "../verbs/delete-collection.ts";
import { deleteVerb } from "../verbs/delete.ts";
import { getVerb } from "../verbs/get.ts";
import { listVerb } from "../verbs/list.ts";
import { patchVerb } from "../verbs/patch.ts";
import { updateVerb } from "../verbs/update.ts";
import { watchVerb } from "../watch/watch.ts";
import { subresourceVerb } from "../verbs/subresource.ts";
import { NoSuchPageError } from "./no-such-page.ts";
import { methodNotAllowedError, noSuchResourceError } from "./respond.ts";

type Handler = (call: Call) => Promise<ApiResponse>;

const onCollection: Readonly<Record<string, Handler>> = {
  list: listVerb,
  watch: watchVerb,
  create: createVerb,
  deletecollection: deleteCollectionVerb,
};

const onObject: Readonly<Record<string, Handler>> = {
  get: getVerb,
  watch: watchVerb,
  update: updateVerb,
  patch: patchVerb,
  delete: deleteVerb,
};

/** Sends a request to the handler of its verb; a path or a method that the resource lacks is 404 or 405. */
export function dispatch(call: Call): Promise<ApiResponse> {
  const { info, resource } = call;
  checkScope(call);
  if (info.subresource === "") return handlerOf(call)(call);
  if (resource.subresources.has(info.subresource)) return subresourceVerb(call);
  // A custom resource's missing subresource is told as a missing object.
  if (resource.isCustom) throw notFoundError(groupResource(resource), info.name);
  throw noSuchResourceError();
}

function handlerOf(call: Call): Handler {
  const { info, resource } = call;
  const handlers = info.name === "" ? onCollection : onObject;
  const handler = Object.hasOwn(handlers, info.verb) ? handlers[info.verb] : undefined;
  const acrossNamespaces = resource.isNamespaced && info.namespace === "";
  const isAllowed =
    call.request.method !== "HEAD" &&
    resource.verbs.includes(info.verb) &&
    (!acrossNamespaces || info.verb === "list" || info.verb === "watch");
  if (handler === undefined || !isAllowed) throw methodNotAllowedError();
  return info.verb === "create" && isReview(call) ? reviewVerb : handler;
}

/** An object of a namespaced kind lies in a namespace, one of the cluster's does not. */
function checkScope(call: Call): void {
  const { info, resource } = call;
  const isNamespacesOwn = resource.group === "" && resource.plural === "namespaces";
  const isOutside = resource.isNamespaced && info.namespace === "" && info.name !== "";
  const isInside = !resource.isNamespaced && info.namespace !== "" && !isNamespacesOwn;
  const isNested = isNamespacesOwn && info.namespace !== info.name;
  if (!isOutside && !isInside && !isNested) return;
  if (resource.isCustom) throw new NoSuchPageError();
  throw noSuchResourceError();
}
