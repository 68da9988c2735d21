import type { JsonValue } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";

interface Remembered {
  readonly intent: JsonValue;
  readonly object: KubeObject;
}

const REMEMBERED = 10_000;

/** What was applied and what came of it, so that an apply that would change nothing is not sent. */
export class AppliedIntents {
  readonly #entries = new Map<string, Remembered>();

  /** Whether this intent made this object, and nothing but its status changed since. */
  isApplied(key: string, intent: JsonValue, current: KubeObject): boolean {
    const known = this.#entries.get(key);
    if (known === undefined || known.object.metadata.uid !== current.metadata.uid) return false;
    if (!jsonEqual(known.intent, intent)) return false;
    if (known.object.metadata.resourceVersion === current.metadata.resourceVersion) return true;
    return jsonEqual(comparable(known.object), comparable(current));
  }

  remember(key: string, intent: JsonValue, object: KubeObject): void {
    // In place: a map whose entries are taken out and put back makes new tables all the time.
    this.#entries.set(key, { intent, object });
    if (this.#entries.size <= REMEMBERED) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}

/** The part of an object that an intent can speak of. */
function comparable(object: KubeObject): JsonValue {
  const { status: _, metadata, ...rest } = object;
  const { resourceVersion: _version, managedFields: _fields, ...kept } = metadata;
  return { ...rest, metadata: kept } as unknown as JsonValue;
}
