import type { JsonObject } from "@weir/core";

/** A built set of objects. */
export interface BuiltManifests {
  /** In the order of the build. */
  readonly objects: readonly JsonObject[];
  /** `sha256:…` over the objects as YAML documents, as Flux's history has it. */
  readonly digest: string;
  /** Length of those documents. */
  readonly size: number;
}

const KEPT_SIZE = 64 * 1024 * 1024;

/** Keeps what was built, by a key that names all that decides it; what was used longest ago goes first. */
export class BuildCache {
  readonly #entries = new Map<string, BuiltManifests>();
  #size = 0;

  get(key: string): BuiltManifests | undefined {
    const found = this.#entries.get(key);
    if (found === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, found);
    return found;
  }

  set(key: string, built: BuiltManifests): void {
    if (built.size > KEPT_SIZE / 4 || this.#entries.has(key)) return;
    this.#entries.set(key, built);
    this.#size += built.size;
    for (const [oldest, { size }] of this.#entries) {
      if (this.#size <= KEPT_SIZE) return;
      this.#entries.delete(oldest);
      this.#size -= size;
    }
  }
}
