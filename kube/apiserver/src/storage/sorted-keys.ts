const LONGEST_CHUNK = 512;

/** A window of keys and how many of the same prefix follow it. */
export interface KeyWindow {
  readonly keys: readonly string[];
  readonly remaining: number;
}

/**
 * A set of keys in order, for ranges by prefix.
 *
 * Kept in chunks of bounded length, so that adding one key of many moves a chunk and not the whole.
 */
export class SortedKeys {
  readonly #chunks: string[][] = [];

  add(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#append(key);
      return;
    }
    const offset = lowerBound(chunk, key);
    if (chunk[offset] === key) return;
    chunk.splice(offset, 0, key);
    if (chunk.length > LONGEST_CHUNK) this.#chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1));
  }

  delete(key: string): void {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return;
    const offset = lowerBound(chunk, key);
    if (chunk[offset] !== key) return;
    chunk.splice(offset, 1);
    if (chunk.length === 0) this.#chunks.splice(at, 1);
  }

  /** Up to `limit` keys with the prefix that come after `after`. */
  window(prefix: string, after: string | undefined, limit: number): KeyWindow {
    const keys: string[] = [];
    let remaining = 0;
    const from = after === undefined || after < prefix ? prefix : after;
    const end = prefixEnd(prefix);
    for (let at = this.#chunkOf(from); at < this.#chunks.length; at++) {
      const chunk = this.#chunks[at] as string[];
      if (end !== undefined && (chunk[0] as string) >= end) break;
      const low = lowerBound(chunk, from);
      const start = chunk[low] === after && after !== undefined ? low + 1 : low;
      const stop = end === undefined ? chunk.length : lowerBound(chunk, end);
      const taken = Math.min(limit - keys.length, stop - start);
      for (let offset = start; offset < start + taken; offset++) keys.push(chunk[offset] as string);
      remaining += Math.max(0, stop - start - Math.max(0, taken));
    }
    return { keys, remaining };
  }

  /** The chunk that holds the key, or where it would go. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const chunk = this.#chunks[middle] as string[];
      if ((chunk[chunk.length - 1] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #append(key: string): void {
    const last = this.#chunks[this.#chunks.length - 1];
    // Keys that arrive in order fill chunks to the brim: a restart loads them so.
    if (last !== undefined && last.length < LONGEST_CHUNK) last.push(key);
    else this.#chunks.push([key]);
  }
}

function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first string after all that begin with the prefix; `undefined` where there is none. */
function prefixEnd(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length--) {
    const unit = prefix.charCodeAt(length - 1);
    if (unit < 0xffff) return prefix.slice(0, length - 1) + String.fromCharCode(unit + 1);
  }
  return undefined;
}
