/** A group, version and kind, and whether the kind is certainly one of the whole cluster. */
export interface Gvk {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly isClusterScoped: boolean;
}

/** What a selector asks of a group, version and kind; an empty part matches all. */
export interface GvkSelector {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** The id of a resource, now or under a previous name. */
export interface ResId {
  readonly gvk: Gvk;
  readonly name: string;
  readonly namespace: string;
}

/** What upstream stores as the namespace of a cluster-scoped resource. */
export const NOT_A_NAMESPACE = "_non_namespaceable_";

export function parseApiVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  if (slash < 0) return { group: "", version: apiVersion };
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf(gvk: GvkSelector): string {
  return gvk.group === "" ? gvk.version : `${gvk.group}/${gvk.version}`;
}

export function describeGvk(gvk: GvkSelector): string {
  return `${gvk.kind || "[noKind]"}.${gvk.version || "[noVer]"}.${gvk.group || "[noGrp]"}`;
}

export function describeId(id: {
  readonly gvk: GvkSelector;
  readonly name: string;
  readonly namespace: string;
}): string {
  return `${describeGvk(id.gvk)}/${id.name || "[noName]"}.${id.namespace || "[noNs]"}`;
}

/** The namespace that counts when ids are compared: none for cluster-scoped kinds, `default` where none is given. */
export function effectiveNamespace(id: ResId): string {
  if (id.gvk.isClusterScoped) return NOT_A_NAMESPACE;
  return id.namespace === "" ? "default" : id.namespace;
}

/** Equal for ids that upstream calls equal. */
export function idKey(id: ResId): string {
  return `${id.gvk.group}\n${id.gvk.version}\n${id.gvk.kind}\n${effectiveNamespace(id)}\n${id.name}`;
}

export function gvkIsSelected(gvk: GvkSelector, selector: GvkSelector): boolean {
  return (
    (selector.group === "" || selector.group === gvk.group) &&
    (selector.version === "" || selector.version === gvk.version) &&
    (selector.kind === "" || selector.kind === gvk.kind)
  );
}

/** An id as Go prints it with `%#v`. */
export function goStructOfId(id: ResId): string {
  const { group, version, kind, isClusterScoped } = id.gvk;
  const quote = JSON.stringify;
  return `resid.ResId{Gvk:resid.Gvk{Group:${quote(group)}, Version:${quote(version)}, Kind:${quote(kind)}, isClusterScoped:${isClusterScoped}}, Name:${quote(id.name)}, Namespace:${quote(id.namespace)}}`;
}
