import { forbiddenError } from "@weir/objects";
import type { Attributes } from "./rbac.ts";

/** The 403 that names who cannot do what, and where. */
export function forbidden(attributes: Attributes, verb = attributes.verb): Error {
  const { user, group, resource, subresource, namespace, name, path } = attributes;
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`;
  if (path !== undefined)
    return forbiddenError({ group: "", resource: "" }, "", `${who} path ${JSON.stringify(path)}`);
  const what = subresource === "" ? resource : `${resource}/${subresource}`;
  const where = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  const because = `${who} resource ${JSON.stringify(what)} in API group ${JSON.stringify(group)} ${where}`;
  return forbiddenError({ group, resource }, name, because);
}
