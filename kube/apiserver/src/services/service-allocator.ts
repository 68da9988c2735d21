import type { JsonObject, Random } from "@weir/core";
import { asJson, child, children, number, strings, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Resource } from "../resources/resource.ts";
import { Ledger } from "./ledger.ts";
import { formatAddress, parseAddress, type ServiceRange } from "./service-range.ts";

const PREFIX = "/core/services/";
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;

interface Holding {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** What came of asking for one address or port. */
export type Allocation<Value> =
  | { readonly kind: "allocated"; readonly value: Value }
  | { readonly kind: "taken" }
  | { readonly kind: "outside" }
  | { readonly kind: "full" };

/** What one write of a Service takes before it is stored. */
export interface Attempt {
  readonly service: string;
  readonly takenAt: number;
  addresses: readonly string[];
  ports: readonly number[];
}

/** A write is stored or refused long before. What took longer came to nothing. */
const LONGEST_WRITE_MS = 60_000;

/** Hands out cluster addresses and node ports (30000–32767); two Services never get the same one. */
export class ServiceAllocator {
  readonly range: ServiceRange;
  readonly #store: ObjectStore;
  readonly #random: Random;
  /** What stored Services hold, by their key. */
  readonly #stored = new Map<string, Holding>();
  /** What is handed out and not stored yet: it counts at once. */
  readonly #attempts = new Set<Attempt>();
  readonly #addresses = new Ledger<string>();
  readonly #ports = new Ledger<number>();
  #loaded: Promise<void> | undefined;

  constructor(store: ObjectStore, random: Random, range: ServiceRange) {
    this.#store = store;
    this.#random = random;
    this.range = range;
    store.observe(PREFIX, (key, object) => {
      this.#setStored(key, object === undefined ? undefined : holdingOf(asJson(object)));
      for (const attempt of this.#attempts) if (attempt.service === key) this.abandon(attempt);
    });
  }

  /** Reads what is held already; afterwards the writes of the store keep it true. */
  load(resource: Resource): Promise<void> {
    this.#loaded ??= this.#load(resource);
    return this.#loaded;
  }

  async #load(resource: Resource): Promise<void> {
    const { entries } = await this.#store.range(PREFIX, {});
    for (const entry of entries) {
      this.#setStored(entry.key, holdingOf(asJson(this.#store.parse(resource, entry))));
    }
  }

  /** Begins a write of a Service, by its key. What it takes is kept once the Service is stored, or until it is abandoned. */
  begin(service: string, now: number): Attempt {
    for (const attempt of this.#attempts) {
      if (now - attempt.takenAt > LONGEST_WRITE_MS) this.abandon(attempt);
    }
    const attempt: Attempt = { service, takenAt: now, addresses: [], ports: [] };
    this.#attempts.add(attempt);
    return attempt;
  }

  /** Gives back what an attempt took. */
  abandon(attempt: Attempt): void {
    if (!this.#attempts.delete(attempt)) return;
    this.#drop(attempt.service, attempt);
  }

  /**
   * Takes an address: the wanted one, or where `wanted` is empty a free one. What the Service has already stays its own, also
   * where the range became another.
   */
  address(attempt: Attempt, wanted: string): Allocation<string> {
    const { service } = attempt;
    const { first, last, dynamic } = this.range;
    const own = this.#stored.get(service)?.addresses ?? [];
    const [kept] = wanted === "" ? own : own.filter((address) => address === wanted);
    if (kept !== undefined) return { kind: "allocated", value: kept };
    if (wanted !== "") {
      const address = parseAddress(wanted);
      if (address === undefined || address < first || address > last) return { kind: "outside" };
      if (this.#addresses.isTakenFrom(service, wanted)) return { kind: "taken" };
      return this.#takeAddress(attempt, wanted);
    }
    const isFree = (address: number): boolean => !this.#addresses.isTaken(formatAddress(address));
    // The first address is the API's own, also while its Service is being made.
    const free =
      pick(this.#random, dynamic, last, isFree) ?? pick(this.#random, first + 1, dynamic - 1, isFree);
    return free === undefined ? { kind: "full" } : this.#takeAddress(attempt, formatAddress(free));
  }

  /** Takes a node port: the wanted one, or a free one where `wanted` is 0. */
  port(attempt: Attempt, wanted: number): Allocation<number> {
    if (wanted !== 0) {
      if (wanted < FIRST_PORT || wanted > LAST_PORT) return { kind: "outside" };
      if (this.#ports.isTakenFrom(attempt.service, wanted)) return { kind: "taken" };
      return this.#takePort(attempt, wanted);
    }
    const free = pick(this.#random, FIRST_PORT, LAST_PORT, (port) => !this.#ports.isTaken(port));
    return free === undefined ? { kind: "full" } : this.#takePort(attempt, free);
  }

  #takeAddress(attempt: Attempt, value: string): Allocation<string> {
    this.#addresses.take(attempt.service, value);
    attempt.addresses = [...attempt.addresses, value];
    return { kind: "allocated", value };
  }

  #takePort(attempt: Attempt, value: number): Allocation<number> {
    this.#ports.take(attempt.service, value);
    attempt.ports = [...attempt.ports, value];
    return { kind: "allocated", value };
  }

  #setStored(service: string, next: Holding | undefined): void {
    const before = this.#stored.get(service);
    if (before !== undefined) this.#drop(service, before);
    this.#stored.delete(service);
    if (next === undefined) return;
    this.#stored.set(service, next);
    for (const address of next.addresses) this.#addresses.take(service, address);
    for (const port of next.ports) this.#ports.take(service, port);
  }

  #drop(service: string, { addresses, ports }: Holding): void {
    for (const address of addresses) this.#addresses.drop(service, address);
    for (const port of ports) this.#ports.drop(service, port);
  }
}

/** A free number of a range, found from a random one on. */
// oxlint-disable-next-line max-params -- a range and what is free in it
function pick(
  random: Random,
  first: number,
  last: number,
  isFree: (value: number) => boolean,
): number | undefined {
  const size = last - first + 1;
  if (size <= 0) return undefined;
  const start = Math.floor(random.next() * size);
  for (let step = 0; step < size; step += 1) {
    const value = first + ((start + step) % size);
    if (isFree(value)) return value;
  }
  return undefined;
}

function holdingOf(service: JsonObject): Holding {
  const spec = child(service, "spec");
  const addresses = [text(spec, "clusterIP"), ...strings(spec, "clusterIPs")].filter(
    (address) => address !== "" && address !== "None",
  );
  const ports = children(spec, "ports").map((port) => number(port, "nodePort") ?? 0);
  return {
    addresses,
    ports: [...ports, number(spec, "healthCheckNodePort") ?? 0].filter((port) => port !== 0),
  };
}
