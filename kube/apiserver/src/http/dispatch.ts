import type { ApiResponse } from "./api-request.ts";
import { badRequestError, methodNotSupportedError, notFoundError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { groupResource, type Resource } from "../resources/resource.ts";
import type { Call } from "../resources/call.ts";
import { isReview, reviewVerb } from "../auth/reviews.ts";
import { createVerb } from "../verbs/create.ts";
import { deleteCollectionVerb } from "../verbs/delete-collection.ts";
import { deleteVerb } from "../verbs/delete.ts";
import { getVerb } from "../verbs/get.ts";
import { listVerb } from "../verbs/list.ts";
import { patchVerb } from "../verbs/patch.ts";
import { bindingVerb } from "../verbs/pod-subresources.ts";
import { updateVerb } from "../verbs/update.ts";
import { watchVerb } from "../watch/watch.ts";
import { subresourceVerb } from "../verbs/subresource.ts";
import { NoSuchPageError } from "./no-such-page.ts";
import { checkRouted, LIST_TYPES, negotiate, OBJECT_TYPES, viewsOf } from "./negotiate.ts";
import { methodNotAllowedError, noSuchResourceError, plainError } from "./respond.ts";

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
  if (resource.isCustom && info.verb === "create" && info.name !== "" && info.subresource === "") {
    // Who creates a custom resource is not asked where: the name of the path means nothing.
    return dispatch({ ...call, info: { ...info, name: "" } });
  }
  checkScope(call);
  if (info.subresource === "") {
    const handler = handlerOf(call);
    checkRequest(call);
    return handler(call);
  }
  if (resource.subresources.has(info.subresource)) {
    // Nothing lies below a subresource; what a custom resource is asked for there is not looked at.
    if (info.rest.length > 0 && !resource.isCustom && info.subresource !== "proxy")
      throw noSuchResourceError();
    checkRequest(call);
    return subresourceVerb(call);
  }
  // A custom resource's missing subresource is told as a missing object.
  if (resource.isCustom) throw notFoundError(groupResource(resource), info.name);
  throw noSuchResourceError();
}

function handlerOf(call: Call): Handler {
  const { info, resource } = call;
  const handlers = info.name === "" ? onCollection : onObject;
  const handler = Object.hasOwn(handlers, info.verb) ? handlers[info.verb] : undefined;
  const acrossNamespaces = resource.isNamespaced && info.namespace === "";
  const isAllowed = resource.verbs.includes(info.verb) && (!acrossNamespaces || isRead(info.verb));
  if (handler === undefined || !isAllowed || isRefusedMethod(call)) throw notAllowed(call);
  if (info.verb !== "create") return handler;
  if (isBindings(resource)) return bindingVerb;
  return isReview(call) ? reviewVerb : handler;
}

function isRead(verb: string): boolean {
  return verb === "list" || verb === "watch";
}

/** Bindings are made of the Pods that they name, and never stored. */
function isBindings({ group, plural }: Resource): boolean {
  return plural === "bindings" && group === "";
}

/** The router of built-in kinds knows no HEAD, and of the old prefix for watches GET alone. */
function isRefusedMethod({ request, resource, info }: Call): boolean {
  if (resource.isCustom) return false;
  return request.method === "HEAD" || (info.verb === "watch" && request.method !== "GET");
}

function notAllowed({ resource, info, warnings }: Call): Error {
  // Whoever is not served is not warned.
  warnings.length = 0;
  const needsName =
    resource.isCustom && info.name === "" && (info.verb === "update" || info.verb === "patch");
  if (needsName) return badRequestError("name must be provided");
  if (resource.isCustom && (info.verb === "" || info.verb === "proxy"))
    return methodNotSupportedError(groupResource(resource), info.verb);
  return info.verb === "proxy" ? noSuchResourceError() : methodNotAllowedError();
}

/** What is wrong with a request whatever its verb does: what it accepts, its name, its namespace. */
function checkRequest(call: Call): void {
  const { info, resource, request } = call;
  const accept = request.header("accept");
  if (!resource.isCustom) checkRouted(accept, isStreamed(call) ? LIST_TYPES : OBJECT_TYPES);
  // Nothing is written for a client that takes no answer that there is.
  if (accept !== undefined && request.method !== "GET")
    negotiate(accept, {
      views: viewsOf(resource, info.subresource),
      isPretty: false,
      hasProtobuf: !resource.isCustom,
    });
  // An update reads its body first, which has no such name.
  if (info.name !== "" && info.verb !== "update") checkName(info.name);
  if (info.namespace === "." || info.namespace === "..") {
    const prefix = resource.isCustom ? `/${resource.group}/${resource.plural}` : `/${resource.plural}`;
    throw plainError(`invalid key: ${quoteGo(`${prefix}/${info.namespace}`)}`);
  }
}

function isStreamed({ info }: Call): boolean {
  return info.name === "" && isRead(info.verb);
}

/** A name is one part of a path, and none that a path would lose. */
function checkName(name: string): void {
  const problem =
    name === "." || name === ".."
      ? `may not be '${name}'`
      : ["/", "%"]
          .filter((char) => name.includes(char))
          .map((char) => `may not contain '${char}'`)
          .join(";");
  if (problem !== "") throw badRequestError(`Name parameter invalid: ${quoteGo(name)}: ${problem}`);
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
