import { forbiddenError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import type { Attributes } from "./rbac.ts";

/** The 403 that names who cannot do what, and where; `reason` says more. */
export function forbidden(attributes: Attributes, reason = ""): Error {
  const { group, resource, name, path } = attributes;
  const message = `${sanitized(messageOf(attributes))}${reason === "" ? "" : `: ${reason}`}`;
  if (path !== undefined) return forbiddenError({ group: "", resource: "" }, "", message);
  return forbiddenError({ group, resource }, name, message);
}

function messageOf({ user, verb, group, resource, subresource, namespace, path }: Attributes): string {
  const who = `User ${quoteGo(user.name)} cannot ${verb}`;
  if (path !== undefined) return `${who} path ${quoteGo(path)}`;
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${quoteGo(namespace)}`;
  return `${who} resource ${quoteGo(what)} in API group ${quoteGo(group)} ${where}`;
}

/** A message that a browser does not take for a page. */
function sanitized(message: string): string {
  return message.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
