import type { Kind, KubeClient } from "@weir/client";
import { type Clock, systemClock, WeirError } from "@weir/core";
import type { ObjectKey } from "@weir/objects";

/** How long to wait. */
export interface UntilOptions {
  /** 10 s of the machine's time by default, whatever clock the environment runs on. */
  readonly withinMs?: number;
}

/** An object did not come into the state that a test waits for; the message ends with its last state. */
export class NotInTimeError extends WeirError {
  override readonly name = "NotInTimeError";
  readonly reason = "NotInTime";
  readonly retry = "never";
  /** What the object was last; absent where it was not there. */
  readonly last: unknown;

  constructor(what: string, withinMs: number, last: unknown) {
    const state = last === undefined ? "it is not there" : JSON.stringify(last, undefined, 2);
    super(`${what} is not as expected within ${withinMs} ms; ${state}`);
    this.last = last;
  }
}

const WITHIN_MS = 10_000;
const EVERY_MS = 10;

/** Reads an object again and again until it is as wanted; `undefined` stands for its absence. */
export async function until<R>(
  client: KubeClient,
  target: { readonly kind: Kind<R, unknown>; readonly key: ObjectKey; readonly clock?: Clock },
  isAsWanted: (object: R | undefined) => boolean,
  { withinMs = WITHIN_MS }: UntilOptions = {},
): Promise<R | undefined> {
  const { kind, key, clock = systemClock } = target;
  const end = clock.monotonic() + withinMs;
  for (;;) {
    const object = await client.get(kind, key);
    if (isAsWanted(object)) return object;
    if (clock.monotonic() >= end) {
      const where = key.namespace === undefined ? key.name : `${key.namespace}/${key.name}`;
      throw new NotInTimeError(`${kind.kind} ${where}`, withinMs, object);
    }
    await clock.sleep(EVERY_MS);
  }
}
