import type { JsonObject } from "@weir/core";
import { failure, type KubeObject, notFoundError } from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import { asJson, child } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { type Resource, storageKey } from "../resources/resource.ts";
import { selects } from "../validation/label-selector.ts";
import type { Hook, HookRule } from "./hooks.ts";

/** A write as hooks are matched against it. */
export interface MatchedWrite {
  readonly request: AdmissionRequest;
  /** The namespace; that of a Namespace is its own name. */
  readonly namespace: string;
  readonly object: JsonObject | undefined;
  readonly old: KubeObject | undefined;
}

/** Which writes somebody wants to see. */
export type Matching = Pick<Hook, "rules" | "matchesEquivalent" | "namespaceSelector" | "objectSelector"> & {
  /** Rules for what is left out of that. */
  readonly excluded?: readonly HookRule[];
};

/** What matching looks things up in. */
export interface MatchDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
}

/** The kinds that say which hooks there are are never sent to a hook. */
const EXEMPT: ReadonlySet<string> = new Set([
  "validatingwebhookconfigurations",
  "mutatingwebhookconfigurations",
  "validatingadmissionpolicies",
  "validatingadmissionpolicybindings",
  "mutatingadmissionpolicies",
  "mutatingadmissionpolicybindings",
]);

/** Whether any hook may see a write. */
export function isReviewed({ resource }: AdmissionRequest): boolean {
  return !(resource.group === "admissionregistration.k8s.io" && EXEMPT.has(resource.plural));
}

/** The resource as which a hook wants to see a write: the request's own or an equivalent one; `undefined` if none. */
export async function matchHook(
  hook: Matching,
  write: MatchedWrite,
  deps: MatchDeps,
): Promise<Resource | undefined> {
  if (!matchesObject(hook.objectSelector, write)) return undefined;
  const { resource } = write.request;
  if (isExcluded(hook, write, deps)) return undefined;
  const seen = hook.rules.some((rule) => matchesRule(rule, write, resource))
    ? resource
    : equivalentFor(hook, write, deps);
  if (seen === undefined) return undefined;
  return (await matchesNamespace(hook.namespaceSelector, write, deps)) ? seen : undefined;
}

function isExcluded(hook: Matching, write: MatchedWrite, deps: MatchDeps): boolean {
  const { excluded = [] } = hook;
  if (excluded.length === 0) return false;
  if (excluded.some((rule) => matchesRule(rule, write, write.request.resource))) return true;
  return equivalentFor({ ...hook, rules: excluded }, write, deps) !== undefined;
}

function equivalentFor(hook: Matching, write: MatchedWrite, { registry }: MatchDeps): Resource | undefined {
  if (!hook.matchesEquivalent) return undefined;
  const { resource } = write.request;
  const versions = registry.groups.find(({ name }) => name === resource.group)?.versions ?? [];
  const others = versions.flatMap((version) =>
    version === resource.version ? [] : (registry.find(resource.group, version, resource.plural) ?? []),
  );
  for (const rule of hook.rules) {
    const found = others.find((other) => matchesRule(rule, write, other));
    if (found !== undefined) return found;
  }
  return undefined;
}

function matchesRule(rule: HookRule, { request, namespace }: MatchedWrite, resource: Resource): boolean {
  const has = (items: readonly string[], wanted: string): boolean =>
    items.includes("*") || items.includes(wanted);
  return (
    matchesScope(rule.scope, namespace, resource) &&
    has(rule.operations, request.operation.toUpperCase()) &&
    has(rule.groups, resource.group) &&
    has(rule.versions, resource.version) &&
    matchesName(rule.names, request.name) &&
    rule.resources.some((wanted) => matchesResource(wanted, resource.plural, request.subresource))
  );
}

function matchesName(names: readonly string[] = [], name: string): boolean {
  return names.length === 0 || names.includes(name);
}

function matchesScope(scope: string, namespace: string, resource: Resource): boolean {
  const isNamespace = resource.group === "" && resource.plural === "namespaces";
  if (scope === "Namespaced") return !isNamespace && namespace !== "";
  if (scope === "Cluster") return isNamespace || namespace === "";
  return scope === "*";
}

/** `pods`, `pods/status`, `*`, `pods/*`, `*` with a slash for everything. */
function matchesResource(wanted: string, plural: string, subresource: string): boolean {
  const slash = wanted.indexOf("/");
  const [resource, sub] = slash < 0 ? [wanted, ""] : [wanted.slice(0, slash), wanted.slice(slash + 1)];
  return (resource === "*" || resource === plural) && (sub === "*" || sub === subresource);
}

function isEmpty(selector: JsonObject): boolean {
  return Object.keys(selector).length === 0;
}

/** True where the object or what it was has the labels. */
function matchesObject(selector: JsonObject, { object, old }: MatchedWrite): boolean {
  if (isEmpty(selector)) return true;
  const objects = [object, old === undefined ? undefined : asJson(old)].filter((each) => each !== undefined);
  return objects.some((each) => selects(selector, child(child(each, "metadata"), "labels") ?? {}));
}

async function matchesNamespace(
  selector: JsonObject,
  write: MatchedWrite,
  deps: MatchDeps,
): Promise<boolean> {
  const { request, namespace, object } = write;
  const { resource } = request;
  const isNamespace = resource.group === "" && resource.plural === "namespaces";
  if (isEmpty(selector) || (namespace === "" && !isNamespace)) return true;
  const isOwn = isNamespace && request.subresource === "" && request.operation !== "delete";
  const labels = isOwn ? child(child(object, "metadata"), "labels") : await namespaceLabels(namespace, deps);
  return selects(selector, labels ?? {});
}

async function namespaceLabels(
  name: string,
  { store, registry }: MatchDeps,
): Promise<JsonObject | undefined> {
  const namespaces = registry.find("", "v1", "namespaces");
  if (namespaces === undefined)
    throw failure({ reason: "InternalError", code: 500, message: "no namespaces" });
  const stored = await store.get(storageKey(namespaces, "", name));
  if (stored === undefined) throw notFoundError({ group: "", resource: "namespaces" }, name);
  return child(child(asJson(store.parse(namespaces, stored)), "metadata"), "labels");
}
