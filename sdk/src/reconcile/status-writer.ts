import type { Clock, JsonObject, JsonValue, Random } from "@weir/core";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import { keyOf, type KubeObject } from "@weir/objects";
import { mergePatchBetween } from "./status-diff.ts";

/** What a status writer needs. */
export interface StatusWriterOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly kind: Kind<unknown, unknown>;
  readonly fieldManager: string;
}

const MAX_TRIES = 5;

/**
 * Writes the status of one object during one run.
 *
 * A merge patch of the status subresource holds only what differs from the state last known. One that touches
 * `conditions`, which a merge patch can only replace as a whole, is bound to that state's resource version; where
 * another writer came first, be it this process' own write whose answer was lost, the status is read and the report is
 * made again on top of it.
 */
export class StatusWriter {
  readonly #options: StatusWriterOptions;
  #object: KubeObject;
  #isGone = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(object: KubeObject, options: StatusWriterOptions) {
    this.#object = object;
    this.#options = options;
  }

  /** The object as it was last read or written. */
  get object(): KubeObject {
    return this.#object;
  }

  /** The status as it was last read or written. */
  get status(): JsonObject {
    return statusOf(this.#object);
  }

  /**
   * Writes the status that a pure function makes of the one before, after the writes before it; nothing where it is the
   * same or the object is gone. The function is called again where the status before turns out to be another.
   */
  write(report: (before: JsonObject) => JsonObject, signal?: AbortSignal): Promise<void> {
    const write = this.#last.catch(() => {}).then(() => this.#write(report, signal));
    this.#last = write;
    return write;
  }

  async #write(report: (before: JsonObject) => JsonObject, signal: AbortSignal | undefined): Promise<void> {
    for (let tries = 1; !this.#isGone; tries++) {
      const patch = mergePatchBetween(this.status, report(this.status));
      if (patch === undefined) return;
      try {
        return await this.#patch(patch, signal);
      } catch (error) {
        if (isApiError(error, "NotFound")) return void (this.#isGone = true);
        if (!isApiError(error, "Conflict") || tries >= MAX_TRIES) throw error;
      }
      await this.#options.clock.sleep(10 + 90 * this.#options.random.next(), signal);
      await this.#readAgain(signal);
    }
  }

  async #patch(patch: JsonObject, signal: AbortSignal | undefined): Promise<void> {
    const { client, kind, fieldManager } = this.#options;
    const { resourceVersion } = this.#object.metadata;
    const isBound = Object.hasOwn(patch, "conditions") && resourceVersion !== undefined;
    const body = { ...(isBound ? { metadata: { resourceVersion } } : {}), status: patch };
    this.#object = await client.patch(
      kind as Kind<KubeObject>,
      keyOf(this.#object),
      { type: "merge", patch: body },
      { subresource: "status", fieldManager, ...(signal === undefined ? {} : { signal }) },
    );
  }

  async #readAgain(signal: AbortSignal | undefined): Promise<void> {
    const { client, kind } = this.#options;
    const options = signal === undefined ? {} : { signal };
    const live = await client.get(kind as Kind<KubeObject>, keyOf(this.#object), options);
    if (live === undefined || live.metadata.uid !== this.#object.metadata.uid) this.#isGone = true;
    else this.#object = live;
  }
}

function statusOf(object: KubeObject): JsonObject {
  const status = object["status"] as JsonValue | undefined;
  return typeof status === "object" && status !== null && !Array.isArray(status)
    ? (status as JsonObject)
    : {};
}
