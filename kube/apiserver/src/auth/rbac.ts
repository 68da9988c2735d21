import type { JsonObject } from "@weir/core";
import { asJson, child, children, strings, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { storageKey, storageScope } from "../resources/resource.ts";
import type { UserInfo } from "./user-info.ts";

/** What somebody wants to do. */
export interface Attributes {
  readonly user: UserInfo;
  readonly verb: string;
  /** Absent for a resource request. */
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/** Whether they may. */
export interface Decision {
  readonly isAllowed: boolean;
  /** Why they may; `""` where there is nothing to say. */
  readonly reason: string;
}

/** A rule of a Role, with where it came from. */
export interface GrantedRule {
  readonly rule: JsonObject;
  readonly reason: string;
}

const RBAC = "rbac.authorization.k8s.io";

/** Decides by the Roles and bindings that are stored. Members of `system:masters` may do everything. */
export class RbacAuthorizer {
  readonly #store: ObjectStore;
  readonly #registry: Registry;

  constructor(store: ObjectStore, registry: Registry) {
    this.#store = store;
    this.#registry = registry;
  }

  async decide(attributes: Attributes): Promise<Decision> {
    if (attributes.user.groups.includes("system:masters")) return { isAllowed: true, reason: "" };
    for await (const { rule, reason } of this.rulesFor(attributes.user, attributes.namespace)) {
      if (allows(rule, attributes)) return { isAllowed: true, reason };
    }
    return { isAllowed: false, reason: "" };
  }

  /** The rules that hold for a user in a namespace; `""` for the cluster alone. */
  async *rulesFor(user: UserInfo, namespace: string): AsyncGenerator<GrantedRule> {
    for (const binding of await this.#list("clusterrolebindings", "")) {
      const subject = subjectOf(binding, user, "");
      if (subject === undefined) continue;
      const role = child(binding, "roleRef");
      const reason = `RBAC: allowed by ClusterRoleBinding ${quote(nameOf(binding))} of ClusterRole ${quote(text(role, "name"))} to ${subject}`;
      for (const rule of await this.#rules("", role)) yield { rule, reason };
    }
    if (namespace === "") return;
    for (const binding of await this.#list("rolebindings", namespace)) {
      const subject = subjectOf(binding, user, namespace);
      if (subject === undefined) continue;
      const role = child(binding, "roleRef");
      const name = quote(`${nameOf(binding)}/${namespace}`);
      const reason = `RBAC: allowed by RoleBinding ${name} of ${text(role, "kind")} ${quote(text(role, "name"))} to ${subject}`;
      for (const rule of await this.#rules(namespace, role)) yield { rule, reason };
    }
  }

  /** The rules of a role that a binding refers to. */
  async rulesOf(
    namespace: string,
    roleRef: JsonObject | undefined,
  ): Promise<readonly JsonObject[] | undefined> {
    return this.#rulesIfAny(namespace, roleRef);
  }

  async #rules(namespace: string, roleRef: JsonObject | undefined): Promise<readonly JsonObject[]> {
    return (await this.#rulesIfAny(namespace, roleRef)) ?? [];
  }

  async #rulesIfAny(
    namespace: string,
    roleRef: JsonObject | undefined,
  ): Promise<readonly JsonObject[] | undefined> {
    const isCluster = text(roleRef, "kind") === "ClusterRole";
    const resource = this.#registry.find(RBAC, "v1", isCluster ? "clusterroles" : "roles");
    if (resource === undefined) return undefined;
    const stored = await this.#store.get(
      storageKey(resource, isCluster ? "" : namespace, text(roleRef, "name")),
    );
    if (stored === undefined) return undefined;
    return children(asJson(this.#store.parse(resource, stored)), "rules");
  }

  async #list(plural: string, namespace: string): Promise<readonly JsonObject[]> {
    const resource = this.#registry.find(RBAC, "v1", plural);
    if (resource === undefined) return [];
    const { entries } = await this.#store.range(storageScope(resource, namespace), {});
    return entries.map((entry) => asJson(this.#store.parse(resource, entry)));
  }
}

function quote(word: string): string {
  return JSON.stringify(word);
}

function nameOf(object: JsonObject): string {
  return text(child(object, "metadata"), "name");
}

/** The subject of a binding that is the user, as messages name it; `undefined` where none is. */
function subjectOf(binding: JsonObject, user: UserInfo, namespace: string): string | undefined {
  for (const subject of children(binding, "subjects")) {
    const name = text(subject, "name");
    const kind = text(subject, "kind");
    if (kind === "User" && name === user.name) return `User ${quote(name)}`;
    if (kind === "Group" && user.groups.includes(name)) return `Group ${quote(name)}`;
    if (kind !== "ServiceAccount") continue;
    const inside = text(subject, "namespace") || namespace;
    if (user.name === `system:serviceaccount:${inside}:${name}`)
      return `ServiceAccount ${quote(`${name}/${inside}`)}`;
  }
  return undefined;
}

/** Whether a rule grants a request. */
export function allows(rule: JsonObject, attributes: Attributes): boolean {
  if (!matches(strings(rule, "verbs"), attributes.verb)) return false;
  if (attributes.path !== undefined)
    return strings(rule, "nonResourceURLs").some((url) => matchesPath(url, attributes.path ?? ""));
  if (!matches(strings(rule, "apiGroups"), attributes.group)) return false;
  if (!matchesResource(strings(rule, "resources"), attributes)) return false;
  const names = strings(rule, "resourceNames");
  return names.length === 0 || names.includes(attributes.name);
}

function matches(granted: readonly string[], wanted: string): boolean {
  return granted.includes("*") || granted.includes(wanted);
}

function matchesResource(granted: readonly string[], { resource, subresource }: Attributes): boolean {
  const wanted = subresource === "" ? resource : `${resource}/${subresource}`;
  if (matches(granted, wanted)) return true;
  return subresource !== "" && granted.includes(`*/${subresource}`);
}

function matchesPath(granted: string, path: string): boolean {
  if (granted === "*" || granted === path) return true;
  return granted.endsWith("*") && path.startsWith(granted.slice(0, -1));
}
