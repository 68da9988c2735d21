import type { Promises } from "../history/history.ts";
import type { Caller } from "../driver/caller.ts";
import type { PlainCaller } from "../driver/plain-caller.ts";

/** Clients of a server as it runs now; those of one that has ended reach nobody. */
export interface Session extends AsyncDisposable {
  readonly plain: PlainCaller;
  readonly weir: Caller;
  /** Whose watches over everything make the log; `plain` where nothing stands between clients and server. */
  readonly auditor?: PlainCaller;
}

/** A server whose clients are watched. */
export interface Target extends AsyncDisposable {
  readonly promises: Promises;
  /** Opens clients of the server that runs. */
  connect(): Session;
  /** Ends the process at once, and starts it again over the same file; absent where that cannot be. */
  kill?(ended: () => void): Promise<void>;
  /** Ends it in good order, and starts it again. */
  restart?(ended: () => void): Promise<void>;
  /** Forgets what was before a revision; gives the revision that it may really have forgotten up to. */
  compact?(before: number): Promise<void>;
  /** Whether a compaction takes away more than what it is asked to. */
  readonly compactsEverything: boolean;
}
