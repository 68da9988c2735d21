import {
  abortable,
  anySignal,
  type Clock,
  describeError,
  type JsonObject,
  type Logger,
  type Random,
  timeoutSignal,
} from "@weir/core";
import { isApiError, type KubeClient } from "@weir/client";
import { jsonEqual } from "@weir/objects";
import { type ElectionSettings, JITTER_FACTOR } from "./election-settings.ts";
import { LEASE, type Lease, releasedLease, takenLease } from "./lease.ts";
import { LeaseLostError, LeaseRequestTimeoutError, NotLeaderError } from "./leadership-errors.ts";

/** What an elector is made of. */
export interface LeaderElectorOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly settings: ElectionSettings;
  /** Told when this process begins and ceases to lead. */
  readonly onChange?: (isLeader: boolean) => void;
  /** Told when a renewal had to read the lease first. */
  readonly onSlowPath?: () => void;
}

/** What is known of the lease, and since when, by the own monotonic clock: other clocks are never compared with it. */
interface Observed {
  readonly lease: Lease;
  readonly sinceMs: number;
}

/** When the last renewal that was answered was sent, by both clocks. */
interface Held {
  readonly sentMs: number;
  readonly sentWallMs: number;
}

const MAX_RELEASE_TRIES = 5;
/** A leader whose lease has been over for so long is stuck rather than late. */
const TOLERATED_STALENESS_MS = 20_000;
const LATE_MS = 1_000;

/**
 * Holds a Lease so that of all managers of one name one works.
 *
 * Time is measured by the own monotonic clock from the last change of the lease that was seen, or from when the last
 * renewal was sent, so clocks that differ or jump do no harm. The leader stops by itself at `renewDeadline`, before
 * anybody else may begin at `leaseDuration`; `assertLeading` refuses writes from then on, even where no timer has run
 * because the event loop was blocked.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions;
  readonly #settings: ElectionSettings;
  readonly #lost = new AbortController();
  readonly #stop = new AbortController();
  #observed: Observed | undefined;
  #held: Held | undefined;
  #attempting: Promise<boolean> | undefined;
  #renewing: Promise<void> | undefined;
  #trouble: unknown;

  constructor(options: LeaderElectorOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  /** The lease as `namespace/name`. */
  get lease(): string {
    return `${this.#settings.namespace}/${this.#settings.name}`;
  }

  get identity(): string {
    return this.#settings.identity;
  }

  /** Whether this process holds the lease and its deadline has not passed. */
  get isLeader(): boolean {
    return this.#held !== undefined && !this.#isOver(this.#held);
  }

  /** False for a leader that has not noticed that its lease is over; never for one that only waits. */
  get isHealthy(): boolean {
    if (this.#held === undefined) return true;
    const sinceMs = this.#options.clock.monotonic() - this.#held.sentMs;
    return sinceMs <= this.#settings.leaseDurationMs + TOLERATED_STALENESS_MS;
  }

  /** Aborts with a `LeaseLostError` when the lease was held and is no longer; not when it is given up. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Resolves when this process leads; the lease is renewed from then on. Rejects when the signal aborts. */
  async acquire(signal: AbortSignal): Promise<void> {
    const { clock, random, logger, onChange } = this.#options;
    const { retryPeriodMs } = this.#settings;
    logger.info("waiting to become the leader", { lease: this.lease, identity: this.identity });
    while (!(await abortable(this.#attempt(), signal))) {
      await clock.sleep(retryPeriodMs * (1 + JITTER_FACTOR * random.next()), signal);
    }
    signal.throwIfAborted();
    logger.info("became the leader", { lease: this.lease, identity: this.identity });
    onChange?.(true);
    this.#renewing = this.#keepRenewing();
  }

  /**
   * Lets a write through while this process surely leads, and throws a `NotLeaderError` otherwise.
   *
   * Where the wall clock ran far ahead of the monotonic one the machine may have slept, in which the latter stands
   * still; the write then waits until a renewal has shown that nobody else led meanwhile.
   */
  assertLeading(): Promise<void> | undefined {
    if (this.#held !== undefined && this.#isOver(this.#held)) this.#lose(this.#trouble);
    if (this.#held === undefined) throw this.#notLeader();
    return this.#mayHaveSlept(this.#held) ? this.#confirm() : undefined;
  }

  /** Ceases to lead, and gives the lease up where that was asked for; `isIdle` says that all work has stopped. */
  async stop(isIdle: boolean): Promise<void> {
    this.#stop.abort();
    await this.#renewing;
    await this.#attempting?.catch(() => false);
    if (this.#held === undefined) return;
    this.#held = undefined;
    this.#options.onChange?.(false);
    if (!this.#settings.releaseOnStop) return;
    if (isIdle) await this.#release();
    else this.#options.logger.warn("the lease is kept, as work goes on", { lease: this.lease });
  }

  async #keepRenewing(): Promise<void> {
    const { clock, logger } = this.#options;
    const { retryPeriodMs, renewDeadlineMs } = this.#settings;
    while (this.#held !== undefined) {
      const sleptMs = clock.monotonic();
      const leftMs = this.#held.sentMs + renewDeadlineMs - sleptMs;
      const waitMs = Math.min(retryPeriodMs, Math.max(0, leftMs));
      try {
        await clock.sleep(waitMs, this.#stop.signal);
      } catch {
        return;
      }
      const lateMs = clock.monotonic() - sleptMs - waitMs;
      if (lateMs > LATE_MS) logger.warn("the event loop was blocked", { lease: this.lease, ms: lateMs });
      if (this.#held === undefined) return;
      if (this.#isDue(this.#held)) return this.#lose(this.#trouble);
      await this.#attempt();
    }
  }

  #isDue({ sentMs }: Held): boolean {
    return this.#options.clock.monotonic() - sentMs >= this.#settings.renewDeadlineMs;
  }

  #isOver({ sentMs }: Held): boolean {
    return this.#options.clock.monotonic() - sentMs > this.#settings.renewDeadlineMs;
  }

  #mayHaveSlept({ sentMs, sentWallMs }: Held): boolean {
    const { clock } = this.#options;
    const aheadMs = clock.now() - sentWallMs - (clock.monotonic() - sentMs);
    return aheadMs > this.#settings.leaseDurationMs - this.#settings.renewDeadlineMs;
  }

  async #confirm(): Promise<void> {
    // One that is under way may have been sent before the sleep.
    await this.#attempting;
    if (this.#held !== undefined && this.#mayHaveSlept(this.#held)) await this.#attempt();
    if (this.#held === undefined || this.#isOver(this.#held) || this.#mayHaveSlept(this.#held)) {
      throw this.#notLeader();
    }
  }

  #notLeader(): NotLeaderError {
    const cause: unknown = this.#lost.signal.reason ?? this.#trouble;
    return new NotLeaderError(this.lease, cause === undefined ? {} : { cause });
  }

  #lose(cause: unknown): void {
    if (this.#held === undefined) return;
    this.#held = undefined;
    this.#stop.abort();
    const error = new LeaseLostError(this.lease, cause === undefined ? {} : { cause });
    this.#options.logger.error("the lease is lost", { lease: this.lease, error: describeError(error) });
    this.#options.onChange?.(false);
    this.#lost.abort(error);
  }

  /** Tries once to take or to renew the lease; never two at a time. */
  #attempt(): Promise<boolean> {
    this.#attempting ??= this.#tryOnce().finally(() => {
      this.#attempting = undefined;
    });
    return this.#attempting;
  }

  async #tryOnce(): Promise<boolean> {
    const { clock, logger } = this.#options;
    const { renewDeadlineMs } = this.#settings;
    // A request that hangs leaves time for another one, and never outlives the deadline.
    const leftMs =
      this.#held === undefined ? renewDeadlineMs : this.#held.sentMs + renewDeadlineMs - clock.monotonic();
    const limitMs = Math.min(leftMs, Math.max(1_000, renewDeadlineMs / 2));
    using limit = timeoutSignal(clock, limitMs, () => new LeaseRequestTimeoutError(this.lease));
    using either = anySignal(limit.signal, this.#stop.signal);
    try {
      const isHeld = await abortable(this.#takeOrRenew(either.signal), either.signal);
      this.#trouble = undefined;
      return isHeld;
    } catch (error) {
      if (this.#stop.signal.aborted) return false;
      this.#trouble = error;
      logger.warn("cannot take or renew the lease", { lease: this.lease, error: describeError(error) });
      return false;
    }
  }

  async #takeOrRenew(signal: AbortSignal): Promise<boolean> {
    if (this.#held !== undefined && this.#observed !== undefined) {
      try {
        return await this.#write(this.#observed.lease, signal);
      } catch (error) {
        signal.throwIfAborted();
        this.#options.onSlowPath?.();
        this.#options.logger.debug("reading the lease anew", { error: describeError(error) });
      }
    }
    const { client } = this.#options;
    const current = await client.get(LEASE, this.#settings, { signal });
    if (current === undefined) return await this.#write(undefined, signal);
    this.#observe(current);
    const isOurs = current.spec?.holderIdentity === this.#settings.identity;
    if (this.#held !== undefined && !isOurs) {
      this.#lose(undefined);
      return false;
    }
    if (!isOurs && this.#isLive(current)) return false;
    return await this.#write(current, signal);
  }

  /** Whether somebody holds the lease, as far as can be told from when it was last seen to change. */
  #isLive({ spec }: Lease): boolean {
    if ((spec?.holderIdentity ?? "") === "" || this.#observed === undefined) return false;
    const seconds = spec?.leaseDurationSeconds ?? 0;
    return this.#observed.sinceMs + seconds * 1000 > this.#options.clock.monotonic();
  }

  #observe(lease: Lease): void {
    const isSame = this.#observed !== undefined && jsonEqual(specOf(this.#observed.lease), specOf(lease));
    const sinceMs =
      isSame && this.#observed !== undefined ? this.#observed.sinceMs : this.#options.clock.monotonic();
    this.#observed = { lease, sinceMs };
  }

  /** Writes the lease as ours. The time counts from before the request: others may see it as early as that. */
  async #write(before: Lease | undefined, signal: AbortSignal): Promise<boolean> {
    const { client, clock } = this.#options;
    const held: Held = { sentMs: clock.monotonic(), sentWallMs: clock.now() };
    const wanted = takenLease(before, this.#settings, held.sentWallMs);
    const options = { signal, fieldManager: this.#settings.name };
    const written =
      before === undefined
        ? await client.create(LEASE, wanted, options)
        : await client.replace(LEASE, wanted, options);
    // An answer that came after the end must not make a leader again.
    if (signal.aborted) return false;
    this.#observe(written);
    this.#held = held;
    return true;
  }

  async #release(): Promise<void> {
    const { clock, logger } = this.#options;
    using limit = timeoutSignal(
      clock,
      this.#settings.renewDeadlineMs,
      () => new LeaseRequestTimeoutError(this.lease),
    );
    try {
      for (let tries = 1; !(await this.#tryRelease(tries, limit.signal)); tries++) {
        await clock.sleep(10 + 90 * this.#options.random.next(), limit.signal);
      }
      logger.info("gave the lease up", { lease: this.lease });
    } catch (error) {
      logger.warn("cannot give the lease up", { lease: this.lease, error: describeError(error) });
    }
  }

  /** False where another write came in between, which may be a renewal of our own whose answer did not come. */
  async #tryRelease(tries: number, signal: AbortSignal): Promise<boolean> {
    const { client, clock } = this.#options;
    const { identity, name } = this.#settings;
    const current = await abortable(client.get(LEASE, this.#settings, { signal }), signal);
    if (current?.spec?.holderIdentity !== identity) return true;
    try {
      const wanted = releasedLease(current, clock.now());
      await abortable(client.replace(LEASE, wanted, { signal, fieldManager: name }), signal);
      return true;
    } catch (error) {
      if (!isApiError(error, "Conflict") || tries >= MAX_RELEASE_TRIES) throw error;
      return false;
    }
  }
}

function specOf({ spec }: Lease): JsonObject {
  return { ...spec } as JsonObject;
}
