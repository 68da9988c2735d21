import type { JsonValue } from "@weir/core";
import { isApiError } from "@weir/client";
import { type KubeObject, type ManagedFieldsEntry, readFieldsV1, writeFieldsV1 } from "@weir/objects";
import { ReleaseActionError } from "./action-error.ts";
import { type BuiltObject, keyOfBuilt, writtenSubject } from "./built-object.ts";
import type { ReleaseContext } from "./release-context.ts";
import { writing } from "./write-options.ts";

const ATTEMPTS = 5;

/**
 * Turns what a manager wrote client-side into applied fields, so that what leaves the manifest leaves the object. Tells
 * whether there was anything to turn. The rule is client-go's csaupgrade.
 */
export async function upgradeFieldManager(
  context: ReleaseContext,
  target: BuiltObject,
  live: KubeObject,
): Promise<boolean> {
  let current = live;
  for (let attempt = 1; ; attempt += 1) {
    const managedFields = upgradedFields(current.metadata.managedFields ?? [], context.fieldManager);
    if (managedFields === undefined) return false;
    try {
      await patchFields(context, target, {
        managedFields,
        resourceVersion: current.metadata.resourceVersion,
      });
      return true;
    } catch (cause) {
      context.signal?.throwIfAborted();
      const subject = writtenSubject(target);
      if (!isApiError(cause, "Conflict")) {
        throw new ReleaseActionError(`failed to patch object to upgrade CSA field manager ${subject}`, {
          cause,
        });
      }
      if (attempt === ATTEMPTS) throw cause;
      const fresh = await context.client.get(target.kind, keyOfBuilt(target));
      if (fresh === undefined) throw new ReleaseActionError(`failed to get object ${subject}`, { cause });
      current = fresh as KubeObject;
    }
  }
}

interface FieldsPatch {
  readonly managedFields: readonly ManagedFieldsEntry[];
  readonly resourceVersion: string | undefined;
}

async function patchFields(
  context: ReleaseContext,
  target: BuiltObject,
  { managedFields, resourceVersion = "" }: FieldsPatch,
): Promise<void> {
  const operations: readonly JsonValue[] = [
    { op: "replace", path: "/metadata/managedFields", value: managedFields as unknown as JsonValue },
    { op: "replace", path: "/metadata/resourceVersion", value: resourceVersion },
  ];
  const options = { ...writing(context), fieldValidation: "Strict" } as const;
  await context.client.patch(target.kind, keyOfBuilt(target), { type: "json", operations }, options);
}

/** The entries with the manager's updates merged into its apply; `undefined` where nothing changes. */
export function upgradedFields(
  entries: readonly ManagedFieldsEntry[],
  manager: string,
): readonly ManagedFieldsEntry[] | undefined {
  const isOf = (operation: "Apply" | "Update") => (entry: ManagedFieldsEntry) =>
    entry.manager === manager && entry.operation === operation && (entry.subresource ?? "") === "";
  const updates = entries.filter(isOf("Update"));
  if (updates.length === 0) return undefined;
  const base = entries.find(isOf("Apply")) ?? updates[0];
  const fieldsV1 = updates.reduce(
    (union, entry) => union.union(readFieldsV1(entry.fieldsV1 ?? {})),
    readFieldsV1(base?.fieldsV1 ?? {}),
  );
  return entries.flatMap((entry) => {
    if (entry === base) return { ...entry, operation: "Apply" as const, fieldsV1: writeFieldsV1(fieldsV1) };
    return updates.includes(entry) ? [] : entry;
  });
}
