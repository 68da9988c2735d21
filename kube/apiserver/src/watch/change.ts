import type { KubeObject } from "@weir/objects";
import { type ObjectStore, StoredObject } from "../resources/object-store.ts";
import type { Resource } from "../resources/resource.ts";
import type { StorageEvent } from "../storage/storage.ts";
import { type EventType, eventLine, metadataLine } from "./event-line.ts";

/** Changes that are remembered, so that all who watch share one; those who read the past do not need them for long. */
const REMEMBERED = 512;
/** What the lines of the remembered changes may take. */
const REMEMBERED_BYTES = 4 * 1024 * 1024;

/** What a watcher is sent of an object: itself, or its metadata alone. */
export type LineForm = "object" | "metadata";

/** An object as it is and was around one change, and how that is told: made once for all who watch the resource. */
export class Change {
  readonly key: string;
  readonly revision: number;
  readonly resource: Resource;
  readonly now: StoredObject | undefined;
  readonly before: StoredObject | undefined;
  /** As it is shown to whoever no longer sees it: its last content, at the revision at which it left. */
  readonly gone: StoredObject | undefined;
  readonly #lines = new Map<string, Uint8Array>();
  #objectBefore: KubeObject | undefined;

  constructor(resource: Resource, { key, revision, stored, previous }: StorageEvent) {
    this.key = key;
    this.revision = revision;
    this.resource = resource;
    this.now = stored && new StoredObject(stored);
    this.before = previous && new StoredObject(previous);
    // It must not be taken for the live object, so it has a key of its own.
    this.gone = previous && new StoredObject(previous, `${key}\0`, revision);
  }

  /** Its objects, for what has to be made ready before they are read. */
  get entries(): readonly StoredObject[] {
    return [this.now, this.before, this.gone].filter((entry) => entry !== undefined);
  }

  /** The object before, which the store does not keep parsed. */
  objectBefore(store: ObjectStore, before: StoredObject): KubeObject {
    this.#objectBefore ??= store.object(this.resource, before);
    return this.#objectBefore;
  }

  /** The line of an event about one of its entries; the same bytes for everybody. */
  line(store: ObjectStore, form: LineForm, type: EventType, entry: StoredObject): Uint8Array {
    const name = form === "object" ? type : `${form} ${type}`;
    const known = this.#lines.get(name);
    if (known !== undefined) return known;
    const encode = form === "object" ? eventLine : metadataLine;
    const line = encode(store, this.resource, type, entry);
    this.#lines.set(name, line);
    return line;
  }
}

/** The changes of late. */
export class Changes {
  readonly #known = new Map<StorageEvent, Change[]>();
  #bytes = 0;

  /** The change that an event of the storage is for a resource. */
  of(resource: Resource, event: StorageEvent): Change {
    const known = this.#known.get(event);
    const same = known?.find((change) => change.resource === resource);
    if (same !== undefined) return same;
    const change = new Change(resource, event);
    if (known !== undefined) known.push(change);
    else this.#remember(event, change);
    return change;
  }

  #remember(event: StorageEvent, change: Change): void {
    this.#known.set(event, [change]);
    this.#bytes += sizeOf(event);
    for (const [oldest] of this.#known) {
      if (this.#known.size <= REMEMBERED && this.#bytes <= REMEMBERED_BYTES) break;
      this.#known.delete(oldest);
      this.#bytes -= sizeOf(oldest);
    }
  }
}

function sizeOf({ stored, previous }: StorageEvent): number {
  return (stored ?? previous)?.size ?? 0;
}
