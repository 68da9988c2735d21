import type { Seen } from "../history/seen-object.ts";
import type { VersionLog } from "./version-log.ts";

/** What a key held, from one revision to just before another. */
export interface KeyState {
  readonly seen: Seen | undefined;
  readonly from: number;
  readonly until: number;
}

/** All that a key held, oldest first; it begins with nothing. */
export function* statesOf(log: VersionLog, key: string): Generator<KeyState> {
  let state: { readonly seen: Seen | undefined; readonly from: number } = { seen: undefined, from: 0 };
  for (const { seen, revision } of log.of(key)) {
    yield { ...state, until: revision };
    state = { seen, from: revision };
  }
  yield { ...state, until: Number.POSITIVE_INFINITY };
}
