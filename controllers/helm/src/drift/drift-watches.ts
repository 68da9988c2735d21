import { HelmRelease } from "@weir/api";
import { type InventoryEntry, parseInventoryEntry } from "@weir/apply";
import { type Kind, type MetadataObject, metadataOnly } from "@weir/client";
import { formatKey } from "@weir/objects";
import type { Change, InformerLease, SourceContext } from "@weir/sdk";

/** Carried by every object of a release; see `originLabelsOf`. */
const NAME_LABEL = `${HelmRelease.group}/name`;
const NAMESPACE_LABEL = `${HelmRelease.group}/namespace`;

/** Several changes of one hand come together; none of them ends a run that is at work. */
const GATHER_MS = 100;
/** Who changes an object without end must not keep a worker busy. */
const REST_MS = 10_000;

/** Watches the kinds of the objects whose drift is looked for, and wakes the HelmRelease of one that somebody changed. */
export class DriftWatches {
  readonly #kinds = new Map<string, readonly Kind[]>();
  readonly #wokenAt = new Map<string, number>();
  readonly #leases = new Map<string, InformerLease>();
  #source: SourceContext | undefined;

  /** Where watches come from, and who is to be told. */
  start(source: SourceContext): void {
    this.#leases.clear();
    this.#source = source;
    this.#watchAll();
  }

  /** Watches these objects for a HelmRelease. */
  set(key: string, entries: readonly InventoryEntry[]): void {
    const kinds = new Map(entries.flatMap(kindsOf).map((kind) => [textOf(kind), kind]));
    if (kinds.size === 0) return this.forget(key);
    this.#kinds.set(key, [...kinds.values()]);
    this.#watchAll();
  }

  /** Nothing is looked for any more. */
  forget(key: string): void {
    this.#wokenAt.delete(key);
    if (this.#kinds.delete(key)) this.#watchAll();
  }

  #watchAll(): void {
    const source = this.#source;
    if (source === undefined || source.signal.aborted) return;
    const wanted = new Map([...this.#kinds.values()].flat().map((kind) => [textOf(kind), kind]));
    for (const [text, lease] of this.#leases) {
      if (wanted.has(text)) continue;
      this.#leases.delete(text);
      void lease[Symbol.asyncDispose]();
    }
    for (const [text, kind] of wanted) {
      if (this.#leases.has(text)) continue;
      const handler = (change: Change<MetadataObject>): void => this.#take(change, source);
      this.#leases.set(text, source.watch(metadataOnly(kind), { labelSelector: NAME_LABEL }, handler));
    }
  }

  #take(change: Change<MetadataObject>, { add, clock }: SourceContext): void {
    if (!isByOthers(change)) return;
    const { labels = {} } = (change.kind === "update" ? change.previous : change.object).metadata;
    const { [NAMESPACE_LABEL]: namespace = "", [NAME_LABEL]: name = "" } = labels;
    const key = formatKey({ namespace, name });
    if (!this.#kinds.has(key)) return;
    const now = clock.monotonic();
    const wokenAt = this.#wokenAt.get(key) ?? now - REST_MS;
    const dueAt = wokenAt > now ? wokenAt : Math.max(now + GATHER_MS, wokenAt + REST_MS);
    if (wokenAt <= now) this.#wokenAt.set(key, dueAt);
    add(key, { afterMs: dueAt - now });
  }
}

/** Whether somebody else changed or deleted an object; what its status says is nobody's drift. */
function isByOthers(change: Change<MetadataObject>): boolean {
  if (change.isOwn || change.kind === "create") return false;
  if (change.kind === "delete") return true;
  return contentOf(change.previous) !== contentOf(change.object);
}

/** Kinds with a status count generations; others have their version alone. */
function contentOf({ metadata }: MetadataObject): string {
  const { generation, resourceVersion, labels, annotations } = metadata;
  return generation === undefined
    ? (resourceVersion ?? "")
    : JSON.stringify([generation, labels, annotations]);
}

function kindsOf(entry: InventoryEntry): readonly Kind[] {
  const reference = parseInventoryEntry(entry);
  if (reference === undefined) return [];
  const { group, version, kind } = reference;
  return [{ group, version, kind }];
}

function textOf({ group, version, kind }: Kind): string {
  return `${group}/${version}/${kind}`;
}
