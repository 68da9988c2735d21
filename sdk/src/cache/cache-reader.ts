import { WeirError } from "@weir/core";
import { type Kind } from "@weir/client";
import { formatApiVersion, type ObjectKey } from "@weir/objects";
import type { LabelQuery } from "./selector.ts";

/** Which objects a list from the cache takes. */
export interface CacheQuery {
  readonly namespace?: string;
  readonly labels?: LabelQuery;
  /**
   * Field selector, as text or as pairs that must all hold: `{"spec.nodeName": "a"}`. From the cache any field that
   * holds a text, a number or a boolean can be named; a field that is not there is the empty text.
   */
  readonly fields?: LabelQuery;
  /** At most so many objects, in no promised order. */
  readonly limit?: number;
  /** The name of an index declared with `.index`, and the value to look up. */
  readonly index?: readonly [name: string, value: string];
}

/**
 * Reads what the watches of a manager hold: at once, frozen, own writes included.
 *
 * A kind that no controller declared is refused with an `UndeclaredReadError`, because reading it would have to open
 * a watch of the whole cluster unseen.
 */
export interface CacheReader {
  get<R>(kind: Kind<R, unknown>, key: ObjectKey): R | undefined;
  list<R>(kind: Kind<R, unknown>, query?: CacheQuery): readonly R[];
}

/** A kind was read from the cache that nothing declared. */
export class UndeclaredReadError extends WeirError {
  override readonly name = "UndeclaredReadError";
  readonly reason = "UndeclaredRead";
  readonly retry = "never";

  constructor(kind: Kind<unknown, unknown>, namespace: string | undefined) {
    const where = namespace === undefined ? "" : ` in namespace ${namespace}`;
    super(
      `${kind.kind} in ${formatApiVersion(kind)} is not watched${where}: ` +
        "declare it with .owns, .watches or .reads, or read it through live",
    );
  }
}

/** A list asked for an index that was not declared. */
export class UndeclaredIndexError extends WeirError {
  override readonly name = "UndeclaredIndexError";
  readonly reason = "UndeclaredIndex";
  readonly retry = "never";

  constructor(kind: Kind<unknown, unknown>, index: string) {
    super(
      `${kind.kind} in ${formatApiVersion(kind)} has no index ${JSON.stringify(index)}: declare it with .index`,
    );
  }
}

/** Two different functions were given for an index of one name. */
export class DuplicateIndexError extends WeirError {
  override readonly name = "DuplicateIndexError";
  readonly reason = "DuplicateIndex";
  readonly retry = "never";

  constructor(kind: Kind<unknown, unknown>, index: string) {
    super(`${kind.kind} in ${formatApiVersion(kind)} has two different indexes ${JSON.stringify(index)}`);
  }
}
