import type { KubeObject, ObjectKey } from "@weir/objects";

/** `namespace/name`, or the name alone for an object scoped to the cluster: what maps and queues use. */
export function keyText(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === "" ? key.name : `${key.namespace}/${key.name}`;
}

/** The key that `keyText` wrote. */
export function parseKey(text: string): ObjectKey {
  const slash = text.indexOf("/");
  return slash === -1 ? { name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** Where an object is. */
export function keyOf(object: Pick<KubeObject, "metadata">): ObjectKey {
  const { namespace, name = "" } = object.metadata;
  return namespace === undefined || namespace === "" ? { name } : { namespace, name };
}
