import { systemClock, WeirError } from "@weir/core";
import type { KindName, WatchRequest } from "../history/history.ts";
import type { RecordedWatch } from "../history/recorder.ts";
import { seenObject } from "../history/seen-object.ts";
import { isNotSent, type Caller, type WatchLine, WatchRefusedError } from "./caller.ts";
import { chooseWatch } from "./choose-request.ts";
import { Dice } from "./dice.ts";
import type { RunState } from "./run-state.ts";

const RESUMES = 0.75;
const LOOK_AGAIN_MS = 5;

/** What one watch left behind: from where on it can be taken up again. */
type Left =
  | { readonly kind: "ended"; readonly resumesAfter: number | undefined }
  | { readonly kind: "not sent" };

/** Reads a watch until it ends, and writes down what it tells. */
async function readWatch(
  state: RunState,
  reading: { readonly client: string; readonly caller: Caller; readonly request: WatchRequest },
  signal: AbortSignal,
): Promise<Left> {
  const { client, caller, request } = reading;
  const watch = state.recorder.openWatch(client, request);
  try {
    for await (const line of caller.watch(request, signal)) {
      if (line.type === "ERROR") {
        refuse(watch, Number(line.object["code"]), line.object);
        return { kind: "ended", resumesAfter: undefined };
      }
      take(state, watch, request.of, line);
    }
    watch.end("closed");
  } catch (error) {
    if (error instanceof WatchRefusedError) refuse(watch, error.answer.code, error.answer.body);
    else if (isNotSent(error)) {
      state.recorder.forget(watch);
      return { kind: "not sent" };
    } else watch.end("closed");
    if (error instanceof WatchRefusedError) return { kind: "ended", resumesAfter: undefined };
  }
  return { kind: "ended", resumesAfter: watch.resumesAfter };
}

function take({ board }: RunState, watch: RecordedWatch, of: KindName, { type, object }: WatchLine): void {
  watch.take(type, object);
  if (type === "ADDED" || type === "MODIFIED") board.see(seenObject(of, object));
}

function refuse(watch: RecordedWatch, code: number, status: unknown): void {
  if (code === 410) watch.end("expired");
  else if (code === 429 || code === 503) watch.end("closed");
  else watch.fail(JSON.stringify(status));
}

/** Somebody who watches now this and now that, and mostly takes up again what broke off. */
export class Watcher {
  readonly #state: RunState;
  readonly #index: number;
  readonly #dice: Dice;

  constructor(state: RunState, index: number) {
    this.#state = state;
    this.#index = index;
    this.#dice = new Dice(state.seed * 1_000 + 500 + index);
  }

  async run(): Promise<void> {
    const { over, board, gate, steps } = this.#state;
    let request = chooseWatch(this.#dice, board);
    while (!over.aborted) {
      const { plain, weir } = await gate.current;
      const caller = this.#index % 2 === 0 ? plain : weir;
      const life = new AbortController();
      // The last ones stay open: they are waited for at the end.
      const until = steps.done + this.#dice.int(10, 200);
      const cancel = until >= steps.total ? () => {} : steps.at(until, () => life.abort());
      const client = `watcher ${this.#index} (${caller.name})`;
      const signal = AbortSignal.any([over, life.signal]);
      const left = await readWatch(this.#state, { client, caller, request }, signal);
      cancel();
      if (left.kind === "not sent") await systemClock.sleep(LOOK_AGAIN_MS);
      else request = this.#next(request, left.resumesAfter);
    }
  }

  #next(request: WatchRequest, resumesAfter: number | undefined): WatchRequest {
    if (resumesAfter === undefined || !this.#dice.chance(RESUMES))
      return chooseWatch(this.#dice, this.#state.board);
    return { ...request, start: { kind: "after", revision: resumesAfter } };
  }
}

/** Watches all objects of a kind from the start to the end, so that every change is known. */
export class Auditor {
  readonly #state: RunState;
  readonly #of: KindName;
  readonly #fail: (error: unknown) => void;
  #revision: number;
  #watch: WatchRequest;

  constructor(state: RunState, of: KindName, after: number, fail: (error: unknown) => void) {
    this.#state = state;
    this.#of = of;
    this.#revision = after;
    this.#fail = fail;
    const start = { kind: "after", revision: after } as const;
    this.#watch = { of, namespace: "", selector: "everything", start, bookmarks: true };
  }

  /** Everything up to here was told. */
  get revision(): number {
    return this.#revision;
  }

  async run(): Promise<void> {
    const { over, gate } = this.#state;
    while (!over.aborted) {
      const { plain, auditor = plain } = await gate.current;
      const caller = this.#noting(auditor);
      const reading = { client: `auditor of ${this.#of}`, caller, request: this.#watch };
      const left = await readWatch(this.#state, reading, over);
      if (left.kind === "not sent") await systemClock.sleep(LOOK_AGAIN_MS);
      else if (left.resumesAfter === undefined && !over.aborted) {
        this.#fail(new AuditorLostError(this.#of, this.#revision));
        return;
      }
      const start = { kind: "after", revision: this.#revision } as const;
      this.#watch = { ...this.#watch, start };
    }
  }

  /** The same watches, of which the last revision is kept. */
  #noting(caller: Caller): Caller {
    const note = (line: WatchLine): WatchLine => {
      const metadata = line.object["metadata"] as { readonly resourceVersion?: string } | undefined;
      if (line.type !== "ERROR")
        this.#revision = Math.max(this.#revision, Number(metadata?.resourceVersion ?? 0));
      return line;
    };
    return {
      name: caller.name,
      send: (request, signal) => caller.send(request, signal),
      page: (request, token, signal) => caller.page(request, token, signal),
      watch: (request, signal) => mapped(caller.watch(request, signal), note),
      [Symbol.asyncDispose]: () => caller[Symbol.asyncDispose](),
    };
  }
}

async function* mapped<From, To>(source: AsyncIterable<From>, map: (item: From) => To): AsyncGenerator<To> {
  for await (const item of source) yield map(item);
}

/** The log of all changes cannot be known: the history was forgotten before it was told. */
export class AuditorLostError extends WeirError {
  override readonly name = "AuditorLostError";
  readonly reason = "AuditorLost";
  readonly retry = "never";

  constructor(of: KindName, revision: number) {
    super(`the watch of all objects of kind ${of} cannot be taken up again after revision ${revision}`);
  }
}
