import type { JsonObject } from "@weir/core";
import { asJson, child, parseVersion, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { type Resource, storageKey, storageScope } from "../resources/resource.ts";
import { selects } from "../validation/label-selector.ts";
import type { Binding, Policy } from "./policy-set.ts";

/** The parameters that a policy is evaluated with, each by itself; `undefined` is none. */
export type FoundParams =
  | { readonly kind: "found"; readonly params: readonly (JsonObject | undefined)[] }
  | { readonly kind: "failed"; readonly problem: string }
  /** The policy itself names a kind of parameters that is not there. */
  | { readonly kind: "unknown"; readonly problem: string };

/** What parameters are looked up in. */
export interface ParamDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
}

/** The objects that a binding names as parameters of its policy, for a write in a namespace. */
export async function findParams(
  deps: ParamDeps,
  { paramKind }: Policy,
  { paramRef }: Binding,
  namespace: string,
): Promise<FoundParams> {
  if (paramKind === undefined) return { kind: "found", params: [undefined] };
  const { group, version } = parseVersion(paramKind.apiVersion);
  const resource = deps.registry.findKind(group, version, paramKind.kind);
  if (resource === undefined) {
    const shown = `${paramKind.apiVersion}, Kind=${paramKind.kind}`;
    return { kind: "unknown", problem: `failed to find resource referenced by paramKind: '${shown}'` };
  }
  if (paramRef === undefined) return { kind: "found", params: [undefined] };
  const scope = scopeOf(resource, text(paramRef, "namespace"), namespace);
  if (scope.problem !== "") return { kind: "failed", problem: scope.problem };
  const params = await read(deps.store, resource, paramRef, scope.namespace);
  if (params.length > 0 || text(paramRef, "parameterNotFoundAction") !== "Deny")
    return { kind: "found", params };
  const problem = "no params found for policy binding with `Deny` parameterNotFoundAction";
  return { kind: "failed", problem };
}

function scopeOf(
  resource: Resource,
  named: string,
  own: string,
): { readonly namespace: string; readonly problem: string } {
  if (!resource.isNamespaced) {
    const problem =
      named === "" ? "" : "paramRef.namespace must not be provided for a cluster-scoped `paramKind`";
    return { namespace: "", problem };
  }
  const namespace = named === "" ? own : named;
  const problem =
    namespace === ""
      ? "cannot use namespaced paramRef in policy binding that matches cluster-scoped resources"
      : "";
  return { namespace, problem };
}

// oxlint-disable-next-line max-params -- where to read, and what
async function read(
  store: ObjectStore,
  resource: Resource,
  paramRef: JsonObject,
  namespace: string,
): Promise<readonly JsonObject[]> {
  const name = text(paramRef, "name");
  if (name !== "") {
    const stored = await store.get(storageKey(resource, namespace, name));
    if (stored === undefined) return [];
    await store.prepare(resource, [stored]);
    return [asJson(store.object(resource, stored))];
  }
  const { entries } = await store.range(storageScope(resource, namespace), {});
  await store.prepare(resource, entries);
  const objects = entries.map((entry) => asJson(store.object(resource, entry)));
  const selector = child(paramRef, "selector") ?? {};
  return objects.filter((object) => selects(selector, child(child(object, "metadata"), "labels") ?? {}));
}
