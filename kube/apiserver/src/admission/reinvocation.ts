import { copyJson, type JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";

/** Who changes writes and may be asked again. */
export type Reinvoked = "policies" | "webhooks";

/**
 * Which policies and webhooks are asked once more about a write: those that want to see what came after them, in a second
 * round and never in a third. Built-in admission takes part in both rounds.
 */
export class Reinvocation {
  readonly #asked = {
    policies: new Invoked(),
    webhooks: new Invoked(),
  };
  #isWanted = false;
  #isSecond = false;

  /** Whether somebody changed the object, so that a second round is due. */
  get isWanted(): boolean {
    return this.#isWanted;
  }

  startSecond(): void {
    this.#isSecond = true;
  }

  /** Begins the turn of all policies or all webhooks in this round. */
  begin(who: Reinvoked, object: JsonObject): Round {
    const asked = this.#asked[who];
    if (this.#isSecond && asked.isChangedSince(object)) asked.requireAgain();
    return {
      number: this.#isSecond ? 1 : 0,
      isTurnOf: (key) => !this.#isSecond || asked.isDue(key),
      changed: () => {
        asked.requireAgain();
        this.#isWanted = true;
      },
      touched: () => {
        asked.isTouched = true;
      },
      invoked: (key) => asked.invoked(key),
      end: (now) => {
        if (asked.isTouched) {
          asked.requireAgain();
          this.#isWanted = true;
          asked.isTouched = false;
        }
        asked.remember(now);
      },
    };
  }
}

/** The turn of all policies or all webhooks. */
export interface Round {
  /** 0 for the first one, 1 for the second. */
  readonly number: number;
  /** In the second round, only those are asked that were due. */
  readonly isTurnOf: (key: string) => boolean;
  /** The one whose turn it is changed the object. */
  readonly changed: () => void;
  /** Somebody wrote the object, be it as it was: all who were asked are due again once the turn ends. */
  readonly touched: () => void;
  /** The one whose turn it is wants to see later changes. */
  readonly invoked: (key: string) => void;
  readonly end: (object: JsonObject) => void;
}

class Invoked {
  isTouched = false;
  #invoked = new Set<string>();
  readonly #due = new Set<string>();
  #last: JsonObject | undefined;

  isDue(key: string): boolean {
    return this.#due.has(key);
  }

  invoked(key: string): void {
    this.#invoked.add(key);
  }

  requireAgain(): void {
    for (const key of this.#invoked) this.#due.add(key);
    this.#invoked = new Set();
  }

  /** Whether built-in admission changed the object; nobody cares where nobody may be asked again. */
  isChangedSince(object: JsonObject): boolean {
    return this.#last !== undefined && !jsonEqual(this.#last, object);
  }

  remember(object: JsonObject): void {
    this.#last = this.#invoked.size === 0 ? undefined : copyJson(object);
  }
}
