import { type RetryPolicy, WeirError } from "@weir/core";

/** A range for cluster addresses that cannot be one. */
export class InvalidServiceRangeError extends WeirError {
  override readonly name = "InvalidServiceRangeError";
  readonly reason = "Invalid";
  readonly retry: RetryPolicy = "never";
  readonly range: string;

  constructor(range: string, detail: string) {
    super(`service range ${JSON.stringify(range)}: ${detail}`);
    this.range = range;
  }
}

const LARGEST = 12;
const SMALLEST = 30;
/** How much of a range is for addresses that Services ask for; the others come from the rest as long as it lasts. */
const STATIC = { share: 16, least: 16, most: 256 };

/** An IPv4 network for the addresses of Services. Addresses are numbers here. */
export interface ServiceRange {
  readonly cidr: string;
  /** The API's own Service has it. */
  readonly first: number;
  readonly last: number;
  /** Where addresses begin that are handed out unasked. */
  readonly dynamic: number;
}

/** Reads a range in CIDR form, of 2 to 20 bits of hosts. Throws `InvalidServiceRangeError`. */
export function parseServiceRange(cidr: string): ServiceRange {
  const [network = "", length = ""] = cidr.split("/");
  const address = parseAddress(network);
  if (address === undefined || !/^\d{1,2}$/.test(length)) {
    throw new InvalidServiceRangeError(cidr, "it must be an IPv4 network such as 10.0.0.0/16");
  }
  const bits = Number(length);
  if (bits < LARGEST || bits > SMALLEST) {
    throw new InvalidServiceRangeError(cidr, `its mask must be from ${LARGEST} to ${SMALLEST} bits`);
  }
  const size = 2 ** (32 - bits);
  const base = address - (address % size);
  const { share, least, most } = STATIC;
  const offset = size <= least ? 0 : Math.min(Math.max(least, Math.floor(size / share)), most);
  return { cidr, first: base + 1, last: base + size - 2, dynamic: base + 1 + offset };
}

/** The number behind a dotted address; `undefined` where it is none. */
export function parseAddress(text: string): number | undefined {
  if (!/^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}$/.test(text)) return undefined;
  const parts = text.split(".").map(Number);
  return parts.every((part) => part <= 255)
    ? parts.reduce((value, part) => value * 256 + part, 0)
    : undefined;
}

/** The dotted form of an address. */
export function formatAddress(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}
