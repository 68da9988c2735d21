const FIRST = 10 * 2 ** 24 + 244 * 2 ** 16 + 2;
const COUNT = 2 ** 16 - 4;

/** Gives each pod an address of its own out of 10.244.0.0/16, and takes it back when the pod is gone. */
export class PodAddresses {
  readonly #byPod = new Map<string, string>();
  readonly #taken = new Set<string>();
  #next = 0;

  /** The pod's address; the one it already has, where it has one. */
  claim(pod: string, present: string | undefined): string {
    const held = present ?? this.#byPod.get(pod) ?? this.#free();
    this.#byPod.set(pod, held);
    this.#taken.add(held);
    return held;
  }

  release(pod: string): void {
    const address = this.#byPod.get(pod);
    if (address === undefined) return;
    this.#byPod.delete(pod);
    this.#taken.delete(address);
  }

  /** Addresses come round only when all were used, so that one that was just given back is not mistaken for its last holder. */
  #free(): string {
    for (let tries = 0; tries < COUNT; tries++) {
      const address = dotted(FIRST + this.#next);
      this.#next = (this.#next + 1) % COUNT;
      if (!this.#taken.has(address)) return address;
    }
    return dotted(FIRST);
  }
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
}
