import { Backoff, type BackoffOptions, type Clock, type Random, type Timer, TransientMap } from "@weir/core";
import { DelayHeap } from "./delay-heap.ts";
import { PriorityLists } from "./priority-lists.ts";

/** Told what happens in a queue, for its metrics. */
export interface QueueObserver {
  added(): void;
  retried(): void;
  /** An item of this priority became ready (+1) or stopped waiting (-1). */
  depthChanged(priority: number, by: 1 | -1): void;
  taken(waitedMs: number): void;
  finished(workedMs: number): void;
}

/** What a queue is made of. */
export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Delays of `retry`. */
  readonly backoff: BackoffOptions;
  readonly observer?: QueueObserver;
}

/** How a key is added. */
export interface AddOptions {
  /** Waits so long before it is ready; 0 by default. */
  readonly afterMs?: number;
  /** Higher goes first; 0 by default, initial lists use `LOW_PRIORITY`. */
  readonly priority?: number;
}

/** A key that a worker holds. */
export interface TakenItem {
  readonly key: string;
  readonly priority: number;
}

/** The priority of objects of an initial list, so that what changes now does not wait behind them. */
export const LOW_PRIORITY = -100;

const LONGEST_DELAY_MS = 100 * 365 * 24 * 3_600_000;

type Place = "delayed" | "ready" | "parked";

interface Item {
  readonly key: string;
  priority: number;
  dueMs: number;
  readySinceMs: number;
  place: Place;
  /** Changes with each move; entries of lists and heap that carry an older one are stale. */
  move: number;
}

/**
 * A queue of keys for workers that reconcile.
 *
 * A key waits at most once, with the earliest of its times and the highest of its priorities; raising the priority puts
 * it at the back of the new level. A key that is added while a worker holds it becomes ready again only after `done`,
 * so two workers never hold the same key, and it never stands in the way of other keys. Within one priority, keys come
 * out in the order in which they became ready.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #observer: QueueObserver | undefined;
  readonly #backoff: Backoff<string>;
  readonly #items = new TransientMap<Item>();
  readonly #ready = new PriorityLists<Item>();
  readonly #delayed = new DelayHeap<{ dueMs: number; item: Item; isStale: () => boolean }>();
  readonly #processing = new TransientMap<number>();
  readonly #getters: ((taken: TakenItem | undefined) => void)[] = [];
  readonly #drainers: (() => void)[] = [];
  #timer: { readonly dueMs: number; readonly timer: Timer } | undefined;
  #readyCount = 0;
  #isClosed = false;
  #isWaking = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#observer = options.observer;
    this.#backoff = new Backoff(options.backoff, options.random);
  }

  /** How many keys could be taken now. */
  get readyCount(): number {
    return this.#readyCount;
  }

  /** How many keys wait for anything: a worker, their time, or the worker that holds them. */
  get waitingCount(): number {
    return this.#items.size;
  }

  /** The held keys and since when (monotonic milliseconds) each is held. */
  get processing(): TransientMap<number> {
    return this.#processing;
  }

  /**
   * Makes `key` ready for a worker once `afterMs` has passed.
   *
   * Adding to a closed queue does nothing, because informers may still deliver events while the manager stops.
   */
  add(key: string, options: AddOptions = {}): void {
    if (this.#isClosed) return;
    const nowMs = this.#clock.monotonic();
    const dueMs = nowMs + delayOf(options);
    const { priority = 0 } = options;
    if (dueMs > nowMs) this.#observer?.retried();
    const known = this.#items.get(key);
    if (known !== undefined) {
      this.#merge(known, dueMs, priority);
      return;
    }
    this.#observer?.added();
    const item: Item = { key, priority, dueMs, readySinceMs: nowMs, place: "delayed", move: 0 };
    this.#items.set(key, item);
    this.#put(item, nowMs);
  }

  /** Adds the key after its next backoff delay, and says how long that is. */
  retry(key: string, priority = 0): number {
    const afterMs = this.#backoff.next(key);
    this.add(key, { afterMs, priority });
    return afterMs;
  }

  /** Starts the key's backoff over. */
  forget(key: string): void {
    this.#backoff.forget(key);
  }

  /** How often the key was retried since it was last forgotten. */
  failures(key: string): number {
    return this.#backoff.failures(key);
  }

  /** Waits for a key; the caller holds it until `done`. `undefined` once the queue is closed. */
  take(): Promise<TakenItem | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    const item = this.#getters.length === 0 ? this.#ready.shift() : undefined;
    if (item !== undefined) return Promise.resolve(this.#hand(item));
    return new Promise((resolve) => this.#getters.push(resolve));
  }

  /** Lets go of a held key; it is ready again at once if it was added meanwhile. */
  done(key: string): void {
    const sinceMs = this.#processing.get(key);
    if (sinceMs === undefined) return;
    this.#processing.delete(key);
    const nowMs = this.#clock.monotonic();
    this.#observer?.finished(nowMs - sinceMs);
    if (this.#processing.size === 0) this.#drainers.splice(0).forEach((resolve) => resolve());
    const item = this.#items.get(key);
    if (item?.place === "parked") this.#put(item, nowMs);
  }

  /** Takes no more keys, forgets the waiting ones and wakes the workers that wait; held keys are finished by them. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    for (const item of this.#items.values()) {
      if (item.place === "ready") this.#observer?.depthChanged(item.priority, -1);
    }
    for (const item of this.#items.values()) item.move += 1;
    this.#items.clear();
    this.#readyCount = 0;
    this.#getters.splice(0).forEach((resolve) => resolve(undefined));
  }

  /** Resolves when no worker holds a key. */
  drained(): Promise<void> {
    if (this.#processing.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#drainers.push(resolve));
  }

  #merge(item: Item, dueMs: number, priority: number): void {
    const isEarlier = dueMs < item.dueMs;
    const isRaised = priority > item.priority;
    if (!isEarlier && !isRaised) return;
    if (item.place === "ready") {
      // Ready is as early as it gets; only a higher priority moves it.
      if (!isRaised) return;
      this.#leaveReady(item);
      item.priority = priority;
      this.#enterReady(item, item.readySinceMs);
      return;
    }
    if (isRaised) item.priority = priority;
    if (!isEarlier) return;
    item.dueMs = dueMs;
    if (item.place === "delayed") this.#put(item, this.#clock.monotonic());
  }

  /** Puts an item where it belongs by its time and by whether its key is held. */
  #put(item: Item, nowMs: number): void {
    const move = ++item.move;
    if (item.dueMs > nowMs) {
      item.place = "delayed";
      this.#delayed.push({ dueMs: item.dueMs, item, isStale: () => item.move !== move });
      this.#delayed.compact(this.#items.size);
      this.#armTimer();
    } else if (this.#processing.has(item.key)) {
      item.place = "parked";
    } else {
      this.#enterReady(item, nowMs);
    }
  }

  #enterReady(item: Item, sinceMs: number): void {
    const move = ++item.move;
    item.place = "ready";
    item.readySinceMs = sinceMs;
    this.#readyCount += 1;
    this.#observer?.depthChanged(item.priority, 1);
    this.#ready.push(item.priority, item, () => item.move !== move);
    this.#wakeSoon();
  }

  /** Hands out after the current turn, so that what one change adds twice is one item, in order of priority. */
  #wakeSoon(): void {
    if (this.#isWaking || this.#getters.length === 0) return;
    this.#isWaking = true;
    queueMicrotask(() => {
      this.#isWaking = false;
      while (this.#getters.length > 0) {
        const item = this.#ready.shift();
        if (item === undefined) return;
        this.#getters.shift()?.(this.#hand(item));
      }
    });
  }

  #leaveReady(item: Item): void {
    this.#readyCount -= 1;
    this.#observer?.depthChanged(item.priority, -1);
  }

  #hand(item: Item): TakenItem {
    const nowMs = this.#clock.monotonic();
    item.move += 1;
    this.#leaveReady(item);
    this.#items.delete(item.key);
    this.#processing.set(item.key, nowMs);
    this.#observer?.taken(nowMs - item.readySinceMs);
    return { key: item.key, priority: item.priority };
  }

  #armTimer(): void {
    const top = this.#delayed.peek();
    if (top === undefined || (this.#timer !== undefined && this.#timer.dueMs <= top.dueMs)) return;
    this.#timer?.timer.cancel();
    const delayMs = top.dueMs - this.#clock.monotonic();
    this.#timer = { dueMs: top.dueMs, timer: this.#clock.setTimer(delayMs, () => this.#onTimer()) };
  }

  #onTimer(): void {
    this.#timer = undefined;
    const nowMs = this.#clock.monotonic();
    for (
      let top = this.#delayed.peek();
      top !== undefined && top.dueMs <= nowMs;
      top = this.#delayed.peek()
    ) {
      this.#delayed.pop();
      this.#put(top.item, nowMs);
    }
    this.#armTimer();
  }
}

/** Delays come from users' arithmetic: what is no number is none, and the end of time is a time. */
function delayOf({ afterMs = 0 }: AddOptions): number {
  return afterMs > 0 ? Math.min(afterMs, LONGEST_DELAY_MS) : 0;
}
