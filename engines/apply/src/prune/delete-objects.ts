import { describeError, type RetryPolicy, WeirError } from "@weir/core";
import { type KubeClient, KindNotServedError } from "@weir/client";
import { keyOf, type KubeObject } from "@weir/objects";
import { kindOf } from "../apply/apply-objects.ts";
import type { Change } from "../apply/change-set.ts";
import { compareForApply } from "../apply/order.ts";
import { isKeptFromPruning } from "../apply/policy.ts";
import { subjectOf } from "../object-name.ts";

/** How objects are deleted. */
export interface DeleteObjectsOptions {
  /** The group of the marks on objects. */
  readonly markGroup: string;
  /** Labels that a live object must carry to be ours; another owner's object is skipped. */
  readonly ownerLabels: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Objects could not be deleted; the others were. The message is Flux's. */
export class PruneError extends WeirError {
  override readonly name = "PruneError";
  readonly reason = "PruneFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly failed: readonly KubeObject[];

  constructor(failures: readonly { readonly object: KubeObject; readonly error: unknown }[]) {
    const parts = failures.map(
      ({ object, error }) => `${subjectOf(object)} delete failed: ${describeError(error)};`,
    );
    super(`delete failed, errors: ${parts.join("")}`);
    this.failed = failures.map((failure) => failure.object);
  }
}

/** What deleting did; `error` names what is still there. */
export interface DeleteResult {
  readonly changes: readonly Change[];
  readonly error?: PruneError;
}

/**
 * Deletes objects in the reverse order of an apply, in the background. Objects that are gone count as deleted, as in Flux;
 * those that another owner has taken, or that are marked to be kept, are skipped.
 */
export async function deleteObjects(
  objects: readonly KubeObject[],
  client: KubeClient,
  options: DeleteObjectsOptions,
): Promise<DeleteResult> {
  const changes: Change[] = [];
  const failures: { readonly object: KubeObject; readonly error: unknown }[] = [];
  for (const object of [...objects].sort(compareForApply).reverse()) {
    options.signal?.throwIfAborted();
    try {
      changes.push(await deleteObject(object, client, options));
    } catch (error) {
      options.signal?.throwIfAborted();
      failures.push({ object, error });
    }
  }
  return failures.length === 0 ? { changes } : { changes, error: new PruneError(failures) };
}

async function deleteObject(
  object: KubeObject,
  client: KubeClient,
  options: DeleteObjectsOptions,
): Promise<Change> {
  const signal = options.signal === undefined ? {} : { signal: options.signal };
  const live = await readLive(object, client, signal);
  if (live === undefined) return { object, action: "deleted" };
  const { labels = {} } = live.metadata;
  const isOurs = Object.entries(options.ownerLabels).every(([key, value]) => labels[key] === value);
  if (!isOurs || isKeptFromPruning(live, options.markGroup)) return { object: live, action: "skipped" };
  if (live.metadata.deletionTimestamp !== undefined) return { object: live, action: "deleted" };
  await client.delete(kindOf(object), keyOf(object), { propagationPolicy: "Background", ...signal });
  return { object: live, action: "deleted" };
}

/** A kind that is no longer served has no objects. */
async function readLive(
  object: KubeObject,
  client: KubeClient,
  options: { readonly signal?: AbortSignal },
): Promise<KubeObject | undefined> {
  try {
    return await client.get(kindOf(object), keyOf(object), options);
  } catch (error) {
    if (error instanceof KindNotServedError) return undefined;
    throw error;
  }
}
