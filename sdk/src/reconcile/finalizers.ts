import type { JsonValue } from "@weir/core";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import { keyOf, type KubeObject } from "@weir/objects";

const MAX_TRIES = 5;

/** What finalizer writes need. */
export interface FinalizerDeps {
  readonly client: KubeClient;
  readonly kind: Kind<unknown, unknown>;
  readonly fieldManager: string;
}

/**
 * Adds finalizers that are missing and gives the object as it is then; `undefined` where it is gone or being deleted.
 *
 * A JSON patch whose test names what was read: another writer's finalizer is never lost, and no other field is touched.
 */
export function addFinalizers(
  object: KubeObject,
  names: readonly string[],
  deps: FinalizerDeps,
): Promise<KubeObject | undefined> {
  return editFinalizers(object, deps, (current) => {
    if (current.metadata.deletionTimestamp !== undefined) return undefined;
    const present = current.metadata.finalizers ?? [];
    const missing = names.filter((name) => !present.includes(name));
    if (missing.length === 0) return [];
    const { resourceVersion = "" } = current.metadata;
    if (present.length === 0) {
      return [
        { op: "test", path: "/metadata/resourceVersion", value: resourceVersion },
        { op: "add", path: "/metadata/finalizers", value: missing },
      ];
    }
    return [
      { op: "test", path: "/metadata/finalizers", value: present },
      ...missing.map((value) => ({ op: "add", path: "/metadata/finalizers/-", value })),
    ];
  });
}

/** Takes a finalizer away; gone objects and absent finalizers are fine. */
export async function removeFinalizer(object: KubeObject, name: string, deps: FinalizerDeps): Promise<void> {
  await editFinalizers(object, deps, (current) => {
    const index = current.metadata.finalizers?.indexOf(name) ?? -1;
    if (index === -1) return [];
    const path = `/metadata/finalizers/${index}`;
    return [
      { op: "test", path, value: name },
      { op: "remove", path },
    ];
  });
}

async function editFinalizers(
  object: KubeObject,
  { client, kind, fieldManager }: FinalizerDeps,
  edit: (current: KubeObject) => readonly JsonValue[] | undefined,
): Promise<KubeObject | undefined> {
  const typed = kind as Kind<KubeObject>;
  let current: KubeObject | undefined = object;
  for (let tries = 1; ; tries++) {
    const operations = edit(current);
    if (operations === undefined) return undefined;
    if (operations.length === 0) return current;
    try {
      return await client.patch(typed, keyOf(object), { type: "json", operations }, { fieldManager });
    } catch (error) {
      if (isApiError(error, "NotFound")) return undefined;
      // A test that fails is answered as Invalid.
      if (!isApiError(error, "Conflict", "Invalid") || tries >= MAX_TRIES) throw error;
    }
    current = await client.get(typed, keyOf(object));
    if (current === undefined || current.metadata.uid !== object.metadata.uid) return undefined;
  }
}
