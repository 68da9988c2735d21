import type { JsonObject } from "@weir/core";
import {
  badRequestError,
  forbiddenError,
  jsonEqual,
  type KubeObject,
  notFoundError,
  unknownError,
} from "@weir/objects";
import { quoteGo } from "@weir/text";
import type { Access } from "../auth/access.ts";
import { allows } from "../auth/rbac.ts";
import { asJson, child, children, strings, text } from "../resources/draft-access.ts";
import { type Draft, groupResource } from "../resources/resource.ts";
import type { AdmissionRequest } from "./admission.ts";

const RBAC = "rbac.authorization.k8s.io";

/** Fields of metadata that the garbage collector changes, or that change with them. */
const COLLECTED = ["ownerReferences", "finalizers", "managedFields", "resourceVersion"];

/** Nobody grants what they do not hold themselves, unless they may escalate or bind. */
export async function checkEscalation(
  access: Access,
  request: AdmissionRequest,
  object: Draft,
  old: KubeObject | undefined,
): Promise<void> {
  const { resource, context } = request;
  if (resource.group !== RBAC || request.operation === "delete") return;
  if (!access.enforcesRbac || context.user.groups.includes("system:masters")) return;
  if (old !== undefined && isForCollector(object, asJson(old))) return;
  const isRole = resource.plural === "roles" || resource.plural === "clusterroles";
  if (await mayAnyway(access, request, object, isRole)) return;
  const granted = isRole
    ? children(object, "rules")
    : await rulesOfRole(access, request, child(object, "roleRef"));
  await requireHeld(access, request, granted);
}

/** Whether nothing changes but what the garbage collector writes. */
function isForCollector(object: Draft, old: JsonObject): boolean {
  return jsonEqual(withoutOwners(object), withoutOwners(old));
}

function withoutOwners(object: Draft | JsonObject): JsonObject {
  const metadata = Object.entries(child(object, "metadata") ?? {}).filter(
    ([field]) => !COLLECTED.includes(field),
  );
  return { ...object, metadata: Object.fromEntries(metadata) };
}

/** What a binding grants; this is asked before the binding itself is checked. */
async function rulesOfRole(
  access: Access,
  { resource, namespace }: AdmissionRequest,
  roleRef: JsonObject | undefined,
): Promise<readonly JsonObject[]> {
  const kind = text(roleRef, "kind");
  const name = text(roleRef, "name");
  if (kind !== "Role" && kind !== "ClusterRole")
    throw unknownError(`unsupported role reference kind: ${quoteGo(kind)}`);
  if (name === "") throw badRequestError("Name parameter required.");
  const rules = await access.rbac.rulesOf(namespace, roleRef);
  // Upstream names the binding's resource here, not the role's.
  if (rules === undefined) throw notFoundError(groupResource(resource), name);
  return rules;
}

/** Refuses to grant what the user does not hold. */
async function requireHeld(
  access: Access,
  request: AdmissionRequest,
  granted: readonly JsonObject[],
): Promise<void> {
  const { resource, context } = request;
  const missing = await notHeld(access, request, granted);
  if (missing.length === 0) return;
  const groups = context.user.groups.map((group) => JSON.stringify(group)).join(" ");
  const who = `user ${JSON.stringify(context.user.name)} (groups=[${groups}])`;
  const because = `${who} is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).sort().join("\n")}`;
  throw forbiddenError(groupResource(resource), request.name, because);
}

// oxlint-disable-next-line max-params -- one question about one write
async function mayAnyway(
  access: Access,
  request: AdmissionRequest,
  object: Draft,
  isRole: boolean,
): Promise<boolean> {
  const { resource, context, namespace, name } = request;
  const role = child(object, "roleRef");
  const kind = text(role, "kind");
  if (!isRole && kind !== "Role" && kind !== "ClusterRole") return false;
  const target = kind === "ClusterRole" ? "clusterroles" : "roles";
  const decision = await access.decide({
    user: context.user,
    verb: isRole ? "escalate" : "bind",
    group: isRole ? RBAC : text(role, "apiGroup"),
    resource: isRole ? resource.plural : target,
    subresource: "",
    namespace,
    name: isRole ? name : text(role, "name"),
  });
  return decision.isAllowed;
}

/** The granted rules, each cut down to what the user does not hold. */
async function notHeld(
  access: Access,
  request: AdmissionRequest,
  granted: readonly JsonObject[],
): Promise<readonly JsonObject[]> {
  const { context, namespace } = request;
  const held: JsonObject[] = [];
  for await (const { rule } of access.rbac.rulesFor(context.user, namespace)) held.push(rule);
  return granted.flatMap((rule) => {
    const missing = atomsOf(rule).filter((atom) => !held.some((own) => covers(own, atom, request)));
    return missing.length === 0 ? [] : compact(missing);
  });
}

/** A rule of one verb on one resource of one group. */
interface Atom {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly name: string;
  readonly url: string;
}

function atomsOf(rule: JsonObject): readonly Atom[] {
  const verbs = strings(rule, "verbs");
  const urls = strings(rule, "nonResourceURLs").flatMap((url) =>
    verbs.map((verb) => ({ verb, group: "", resource: "", name: "", url })),
  );
  const names = strings(rule, "resourceNames").length === 0 ? [""] : strings(rule, "resourceNames");
  const resources = strings(rule, "apiGroups").flatMap((group) =>
    strings(rule, "resources").flatMap((resource) =>
      names.flatMap((name) => verbs.map((verb) => ({ verb, group, resource, name, url: "" }))),
    ),
  );
  return [...resources, ...urls];
}

function covers(rule: JsonObject, atom: Atom, { context, namespace }: AdmissionRequest): boolean {
  const [resource = "", subresource = ""] = atom.resource.split("/");
  const about = {
    user: context.user,
    verb: atom.verb,
    group: atom.group,
    resource,
    subresource,
    namespace,
    name: atom.name,
  };
  return allows(rule, atom.url === "" ? about : { ...about, path: atom.url });
}

/** Atoms of one resource are one rule again, with all their verbs. */
function compact(atoms: readonly Atom[]): readonly JsonObject[] {
  const groups = Map.groupBy(atoms, ({ group, resource, name, url }) =>
    JSON.stringify([group, resource, name, url]),
  );
  return [...groups.values()].map((list): JsonObject => {
    const [{ group, resource, name, url } = { group: "", resource: "", name: "", url: "" }] = list;
    const verbs = list.map((atom) => atom.verb);
    if (url !== "") return { nonResourceURLs: [url], verbs };
    return {
      apiGroups: [group],
      resources: [resource],
      ...(name === "" ? {} : { resourceNames: [name] }),
      verbs,
    };
  });
}

/** A rule as Kubernetes prints it. */
function ruleText(rule: JsonObject): string {
  const part = (title: string, field: string): readonly string[] => {
    const items = strings(rule, field);
    return items.length === 0 ? [] : [`${title}:[${items.map((item) => JSON.stringify(item)).join(" ")}]`];
  };
  const parts = [
    ...part("APIGroups", "apiGroups"),
    ...part("Resources", "resources"),
    ...part("ResourceNames", "resourceNames"),
    ...part("NonResourceURLs", "nonResourceURLs"),
    ...part("Verbs", "verbs"),
  ];
  return `{${parts.join(", ")}}`;
}
