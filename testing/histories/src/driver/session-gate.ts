import type { Session, Target } from "../targets/target.ts";

/** Hands out clients of the server that runs, and holds those who ask while it does not. */
export class SessionGate implements AsyncDisposable {
  readonly #target: Target;
  #session: Promise<Session>;

  constructor(target: Target) {
    this.#target = target;
    this.#session = Promise.resolve(target.connect());
  }

  /** The clients of the server that runs. */
  get current(): Promise<Session> {
    return this.#session;
  }

  /** Holds everybody until the work, which replaces the server, is done. */
  async while(work: () => Promise<void>): Promise<void> {
    const before = await this.#session;
    const { promise, resolve, reject } = Promise.withResolvers<Session>();
    this.#session = promise;
    // Whoever asks meanwhile hears of a failure; that nobody may do so is no failure of its own.
    promise.catch(() => undefined);
    try {
      await work();
      await before[Symbol.asyncDispose]();
      resolve(this.#target.connect());
    } catch (error) {
      reject(error);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#session)[Symbol.asyncDispose]();
  }
}
