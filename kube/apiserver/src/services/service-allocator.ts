import type { JsonObject, Random } from "@weir/core";
import { asJson, child, children, number, strings, text } from "../resources/draft-access.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Resource } from "../resources/resource.ts";

const PREFIX = "/core/services/";
const NETWORK = "10.0.0.";
/** The first address is the API's own Service; the last one is for broadcasts. */
const FIRST_HOST = 2;
const LAST_HOST = 254;
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

/** Hands out cluster addresses (10.0.0.0/24) and node ports (30000–32767); two Services never get the same one. */
export class ServiceAllocator {
  readonly #store: ObjectStore;
  readonly #random: Random;
  /** What each Service holds, by its key; what is handed out counts at once, before it is stored. */
  readonly #holdings = new Map<string, Holding>();
  #loaded: Promise<void> | undefined;

  constructor(store: ObjectStore, random: Random) {
    this.#store = store;
    this.#random = random;
    store.observe(PREFIX, (key, object) => {
      if (object === undefined) this.#holdings.delete(key);
      else this.#holdings.set(key, holdingOf(asJson(object)));
    });
  }

  /** Reads what is held already; afterwards the writes of the store keep it true. */
  load(resource: Resource): Promise<void> {
    this.#loaded ??= this.#load(resource);
    return this.#loaded;
  }

  async #load(resource: Resource): Promise<void> {
    const { entries } = await this.#store.range(PREFIX, {});
    for (const entry of entries)
      this.#holdings.set(entry.key, holdingOf(asJson(this.#store.parse(resource, entry))));
  }

  /** Takes an address for a Service: the wanted one, or a free one where `wanted` is empty. */
  address(key: string, wanted: string): Allocation<string> {
    const taken = this.#taken(key, (holding) => holding.addresses);
    if (wanted !== "") {
      if (!isInNetwork(wanted)) return { kind: "outside" };
      if (taken.has(wanted)) return { kind: "taken" };
      return this.#hold(key, { addresses: [wanted] }, wanted);
    }
    const free = pick(this.#random, FIRST_HOST, LAST_HOST, (host) => !taken.has(`${NETWORK}${host}`));
    if (free === undefined) return { kind: "full" };
    const address = `${NETWORK}${free}`;
    return this.#hold(key, { addresses: [address] }, address);
  }

  /** Takes a node port for a Service: the wanted one, or a free one where `wanted` is 0. */
  port(key: string, wanted: number): Allocation<number> {
    const taken = this.#taken(key, (holding) => holding.ports);
    if (wanted !== 0) {
      if (wanted < FIRST_PORT || wanted > LAST_PORT) return { kind: "outside" };
      if (taken.has(wanted)) return { kind: "taken" };
      return this.#hold(key, { ports: [wanted] }, wanted);
    }
    const own = new Set(this.#holdings.get(key)?.ports);
    const free = pick(this.#random, FIRST_PORT, LAST_PORT, (port) => !taken.has(port) && !own.has(port));
    return free === undefined ? { kind: "full" } : this.#hold(key, { ports: [free] }, free);
  }

  /** Gives back what a trial took. */
  release(key: string): void {
    this.#holdings.delete(key);
  }

  #hold<Value>(key: string, more: Partial<Holding>, value: Value): Allocation<Value> {
    const known = this.#holdings.get(key);
    this.#holdings.set(key, {
      addresses: [...(known?.addresses ?? []), ...(more.addresses ?? [])],
      ports: [...(known?.ports ?? []), ...(more.ports ?? [])],
    });
    return { kind: "allocated", value };
  }

  #taken<Value>(key: string, read: (holding: Holding) => readonly Value[]): ReadonlySet<Value> {
    const taken = new Set<Value>();
    const service = serviceOf(key);
    for (const [other, holding] of this.#holdings) {
      if (serviceOf(other) !== service) for (const value of read(holding)) taken.add(value);
    }
    return taken;
  }
}

const TRIAL = "\0";

/** The key under which a dry run takes what its Service may take; it must be released. */
export function trialKey(service: string): string {
  return `${service}${TRIAL}`;
}

function serviceOf(key: string): string {
  return key.endsWith(TRIAL) ? key.slice(0, -TRIAL.length) : key;
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
  const start = Math.floor(random.next() * size);
  for (let step = 0; step < size; step += 1) {
    const value = first + ((start + step) % size);
    if (isFree(value)) return value;
  }
  return undefined;
}

function isInNetwork(address: string): boolean {
  if (!address.startsWith(NETWORK)) return false;
  const host = Number(address.slice(NETWORK.length));
  return Number.isInteger(host) && host > 0 && host < 255;
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
