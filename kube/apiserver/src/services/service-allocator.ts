import type { JsonObject, Random } from "@weir/core";
import { asJson, child, children, number, strings, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Resource } from "../resources/resource.ts";
import { Ledger } from "./ledger.ts";
import { formatAddress, parseAddress, type ServiceRange } from "./service-range.ts";

const PREFIX = "/core/services/";
const FIRST_PORT = 30_000;
const LAST_PORT = 32_767;
/** Where node ports begin that are handed out unasked, as long as there are any; those below are for who asks. */
const DYNAMIC_PORT = 30_086;
const TAKEN_PORT = "provided port is already allocated";
const NO_NODE_PORT = `provided port is not in the valid range. The range of valid ports is ${FIRST_PORT}-${LAST_PORT}`;

interface Holding {
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** What came of asking for one address or port. */
export type Allocation<Value> =
  | { readonly kind: "allocated"; readonly value: Value }
  | { readonly kind: "refused"; readonly because: string }
  | { readonly kind: "full" };

/** What one write of a Service takes before it is stored. */
export interface Attempt {
  /** Nothing is taken: what is given is made up, as upstream makes it up. */
  readonly isDryRun: boolean;
  readonly addresses: string[];
  readonly ports: number[];
}

/** Hands out cluster addresses and node ports (30000–32767); two Services never get the same one. */
export class ServiceAllocator {
  readonly range: ServiceRange;
  readonly #store: ObjectStore;
  readonly #random: Random;
  /** What stored Services hold, by their key. */
  readonly #stored = new Map<string, Holding>();
  readonly #addresses = new Ledger<string>();
  readonly #ports = new Ledger<number>();
  #loaded: Promise<void> | undefined;

  constructor(store: ObjectStore, random: Random, range: ServiceRange) {
    this.#store = store;
    this.#random = random;
    this.range = range;
    store.observe(PREFIX, (key, object) => {
      this.#setStored(key, object === undefined ? undefined : holdingOf(asJson(object)));
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

  /** Begins a write of a Service; what it takes counts at once, until it ends. */
  begin(isDryRun: boolean): Attempt {
    return { isDryRun, addresses: [], ports: [] };
  }

  /** Ends a write: what was stored of it counts by itself, the rest is given back. */
  end(attempt: Attempt): void {
    if (attempt.isDryRun) return;
    for (const address of attempt.addresses.splice(0)) this.#addresses.drop(address);
    for (const port of attempt.ports.splice(0)) this.#ports.drop(port);
  }

  /** Takes an address: the wanted one, or where `wanted` is empty a free one. */
  address(attempt: Attempt, wanted: string): Allocation<string> {
    if (attempt.isDryRun) return this.#dryAddress(wanted);
    const { first, last, dynamic } = this.range;
    if (wanted !== "") {
      if (!this.#isInRange(wanted))
        return { kind: "refused", because: "the provided network does not match the current range" };
      if (this.#addresses.isTaken(wanted))
        return { kind: "refused", because: "provided IP is already allocated" };
      return this.#takeAddress(attempt, wanted);
    }
    const isFree = (address: number): boolean => !this.#addresses.isTaken(formatAddress(address));
    // The first address is the API's own, also while its Service is being made.
    const free =
      pick(this.#random, dynamic, last, isFree) ?? pick(this.#random, first + 1, dynamic - 1, isFree);
    return free === undefined ? { kind: "full" } : this.#takeAddress(attempt, formatAddress(free));
  }

  /** Upstream looks for nothing free in a dry run: it gives the address of the network. */
  #dryAddress(wanted: string): Allocation<string> {
    const { first, cidr } = this.range;
    if (wanted === "") return { kind: "allocated", value: formatAddress(first - 1) };
    if (this.#isInRange(wanted)) return { kind: "allocated", value: wanted };
    const because = `the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${cidr}`;
    return { kind: "refused", because };
  }

  #isInRange(wanted: string): boolean {
    const address = parseAddress(wanted);
    return address !== undefined && address >= this.range.first && address <= this.range.last;
  }

  /** Takes a node port: the wanted one, or a free one where `wanted` is 0. */
  port(attempt: Attempt, wanted: number): Allocation<number> {
    if (attempt.isDryRun) return this.#dryPort(attempt, wanted);
    if (wanted !== 0) {
      if (wanted < FIRST_PORT || wanted > LAST_PORT) return { kind: "refused", because: NO_NODE_PORT };
      if (this.#ports.isTaken(wanted)) return { kind: "refused", because: TAKEN_PORT };
      return this.#takePort(attempt, wanted);
    }
    const isFree = (port: number): boolean => !this.#ports.isTaken(port);
    const free =
      pick(this.#random, DYNAMIC_PORT, LAST_PORT, isFree) ??
      pick(this.#random, FIRST_PORT, DYNAMIC_PORT - 1, isFree);
    return free === undefined ? { kind: "full" } : this.#takePort(attempt, free);
  }

  /** In a dry run upstream counts on from the last port, or from the end of the range, and minds no range. */
  #dryPort(attempt: Attempt, wanted: number): Allocation<number> {
    if (wanted !== 0 && (this.#ports.isTaken(wanted) || attempt.ports.includes(wanted)))
      return { kind: "refused", because: TAKEN_PORT };
    const value =
      wanted === 0
        ? Math.max(0, ...(attempt.ports.length === 0 ? [LAST_PORT + 1] : attempt.ports)) + 1
        : wanted;
    attempt.ports.push(value);
    return { kind: "allocated", value };
  }

  #takeAddress(attempt: Attempt, value: string): Allocation<string> {
    this.#addresses.take(value);
    attempt.addresses.push(value);
    return { kind: "allocated", value };
  }

  #takePort(attempt: Attempt, value: number): Allocation<number> {
    this.#ports.take(value);
    attempt.ports.push(value);
    return { kind: "allocated", value };
  }

  #setStored(service: string, next: Holding | undefined): void {
    const before = this.#stored.get(service);
    if (before !== undefined) this.#drop(before);
    this.#stored.delete(service);
    if (next === undefined) return;
    this.#stored.set(service, next);
    for (const address of next.addresses) this.#addresses.take(address);
    for (const port of next.ports) this.#ports.take(port);
  }

  #drop({ addresses, ports }: Holding): void {
    for (const address of addresses) this.#addresses.drop(address);
    for (const port of ports) this.#ports.drop(port);
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
  const addresses = [...new Set([text(spec, "clusterIP"), ...strings(spec, "clusterIPs")])].filter(
    (address) => address !== "" && address !== "None",
  );
  const ports = children(spec, "ports").map((port) => number(port, "nodePort") ?? 0);
  return {
    addresses,
    ports: [...ports, number(spec, "healthCheckNodePort") ?? 0].filter((port) => port !== 0),
  };
}
