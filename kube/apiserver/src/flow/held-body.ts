import { ConnectionDroppedError } from "../faults/fault.ts";
import type { BodyPiece } from "../http/api-request.ts";

/** What goes along with a body. */
export interface HeldBodyOptions {
  /** Called once: when the body was read to its end, when it fails, or when its reader stops. */
  readonly letGo: () => void;
  /** Whether its time is up, so that it breaks off; never by default. */
  readonly isLate?: () => boolean;
}

/** A body that lets go of something when it ends, however it does. */
export class HeldBody implements AsyncIterableIterator<BodyPiece> {
  readonly #source: AsyncIterator<BodyPiece>;
  readonly #isLate: () => boolean;
  #letGo: (() => void) | undefined;

  constructor(source: AsyncIterable<BodyPiece>, { letGo, isLate = () => false }: HeldBodyOptions) {
    this.#source = source[Symbol.asyncIterator]();
    this.#letGo = letGo;
    this.#isLate = isLate;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<BodyPiece>> {
    try {
      if (this.#isLate()) throw new ConnectionDroppedError();
      const piece = await this.#source.next();
      if (piece.done === true) this.#end();
      return piece;
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<BodyPiece>> {
    this.#end();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  #end(): void {
    const letGo = this.#letGo;
    this.#letGo = undefined;
    letGo?.();
  }
}
