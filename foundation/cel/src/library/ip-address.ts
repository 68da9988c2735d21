import { quoteGo } from "@weir/text";

/** An IP address: four bytes or sixteen. */
export interface IpAddress {
  readonly bytes: Uint8Array;
}

export interface IpRange {
  readonly address: IpAddress;
  readonly bits: number;
}

/** Why a text is no address, in Go's words, and the rest of the text from where that shows. */
export interface AddressProblem {
  readonly problem: string;
  readonly at?: string;
}

/** An address as a text has it; a zone is told apart, for Kubernetes takes none. */
export interface ParsedAddress extends IpAddress {
  readonly zone: string;
}

/** Reads an address as Go's `netip.ParseAddr` does, problem for problem. */
export function parseIp(text: string): ParsedAddress | AddressProblem {
  switch (/[.:%]/.exec(text)?.[0]) {
    case ".": {
      const bytes = parseV4(text);
      return "problem" in bytes ? bytes : { bytes: Uint8Array.from(bytes), zone: "" };
    }
    case ":":
      return parseV6(text);
    case "%":
      return { problem: "missing IPv6 address" };
    default:
      return { problem: "unable to parse IP" };
  }
}

// oxlint-disable-next-line complexity -- the checks of one loop, in the order of their messages
function parseV4(text: string): readonly number[] | AddressProblem {
  const bytes: number[] = [];
  let digits = "";
  for (const [index, character] of [...text].entries()) {
    if (character >= "0" && character <= "9") {
      if (digits === "0") return { problem: "IPv4 field has octet with leading zero" };
      digits += character;
      if (Number(digits) > 255) return { problem: "IPv4 field has value >255" };
    } else if (character === ".") {
      if (digits === "" || index === text.length - 1)
        return { problem: "IPv4 field must have at least one digit", at: text.slice(index) };
      if (bytes.length === 3) return { problem: "IPv4 address too long" };
      bytes.push(Number(digits));
      digits = "";
    } else {
      return { problem: "unexpected character", at: [...text].slice(index).join("") };
    }
  }
  return bytes.length < 3 ? { problem: "IPv4 address too short" } : [...bytes, Number(digits)];
}

function parseV6(text: string): ParsedAddress | AddressProblem {
  const percent = text.indexOf("%");
  const zone = percent === -1 ? "" : text.slice(percent + 1);
  if (percent !== -1 && zone === "") return { problem: "zone must be a non-empty string" };
  const reading = new V6Reading(percent === -1 ? text : text.slice(0, percent));
  const bytes = reading.run();
  return "problem" in bytes ? bytes : { bytes: Uint8Array.from(bytes), zone };
}

/** Reads groups of an IPv6 address one after the other. */
class V6Reading {
  readonly #bytes: number[] = [];
  #rest: string;
  /** How many bytes stand before `::`. */
  #ellipsis: number | undefined;

  constructor(text: string) {
    this.#rest = text;
  }

  run(): readonly number[] | AddressProblem {
    if (this.#rest.startsWith("::")) {
      this.#ellipsis = 0;
      this.#rest = this.#rest.slice(2);
    }
    let isOpen = this.#rest !== "";
    while (isOpen && this.#bytes.length < 16) {
      const step = this.#group();
      if (typeof step === "object") return step;
      isOpen = step;
    }
    if (this.#rest !== "") return { problem: "trailing garbage after address", at: this.#rest };
    return this.#expanded();
  }

  /** Reads a group and what stands behind it; whether another one follows. */
  #group(): boolean | AddressProblem {
    const at = this.#rest;
    const [digits = ""] = /^[0-9a-fA-F]*/.exec(at) ?? [];
    if (digits.length > 4) return { problem: "each group must have 4 or less digits", at };
    if (digits === "") return { problem: "each colon-separated field must have at least one digit", at };
    if (at[digits.length] === ".") return this.#embedded(at);
    const value = Number.parseInt(digits, 16);
    this.#bytes.push(value >> 8, value & 255);
    this.#rest = at.slice(digits.length);
    return this.#rest === "" ? false : this.#colon();
  }

  #colon(): boolean | AddressProblem {
    if (!this.#rest.startsWith(":")) return { problem: "unexpected character, want colon", at: this.#rest };
    if (this.#rest.length === 1) return { problem: "colon must be followed by more characters", at: ":" };
    this.#rest = this.#rest.slice(1);
    if (!this.#rest.startsWith(":")) return true;
    if (this.#ellipsis !== undefined) return { problem: "multiple :: in address", at: this.#rest };
    this.#ellipsis = this.#bytes.length;
    this.#rest = this.#rest.slice(1);
    return this.#rest !== "";
  }

  #embedded(at: string): boolean | AddressProblem {
    const count = this.#bytes.length;
    if (this.#ellipsis === undefined && count !== 12) {
      const problem = "embedded IPv4 address must replace the final 2 fields of the address";
      return { problem, at };
    }
    if (count + 4 > 16) {
      const problem = "too many hex fields to fit an embedded IPv4 at the end of the address";
      return { problem, at };
    }
    const bytes = parseV4(at);
    if ("problem" in bytes) return bytes;
    this.#bytes.push(...bytes);
    this.#rest = "";
    return false;
  }

  #expanded(): readonly number[] | AddressProblem {
    const missing = 16 - this.#bytes.length;
    const place = this.#ellipsis;
    if (missing > 0 && place === undefined) return { problem: "address string too short" };
    if (missing === 0 && place !== undefined)
      return { problem: "the :: must expand to at least one field of zeros" };
    const zeros = Array.from({ length: missing }, () => 0);
    return [...this.#bytes.slice(0, place), ...zeros, ...this.#bytes.slice(place ?? 16)];
  }
}

/** Writes an address in its canonical form. */
export function formatIp({ bytes }: IpAddress): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0),
  );
  let best = { start: 0, length: 0 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(":");
  if (best.length < 2) return text(groups);
  return `${text(groups.slice(0, best.start))}::${text(groups.slice(best.start + best.length))}`;
}

/** An IPv4 address in the clothes of IPv6, which Kubernetes refuses. */
export function isMapped({ bytes }: IpAddress): boolean {
  return (
    bytes.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 255 &&
    bytes[11] === 255
  );
}

export function isSameIp(left: IpAddress, right: IpAddress): boolean {
  return Buffer.compare(left.bytes, right.bytes) === 0;
}

/** Reads `address/bits` as Go's `netip.ParsePrefix` does; why it cannot is a text. */
export function parseRange(text: string): IpRange | string {
  const slash = text.lastIndexOf("/");
  if (slash === -1) return "no '/'";
  const written = text.slice(0, slash);
  const address = parseIp(written);
  if ("problem" in address) return describeAddressProblem(written, address);
  if (address.zone !== "") return "IPv6 zones cannot be present in a prefix";
  const bits = text.slice(slash + 1);
  if (!/^(?:[0-9]|[1-9][0-9]+)$/.test(bits) || Number(bits) >= 2 ** 63)
    return `bad bits after slash: ${quoteGo(bits)}`;
  if (Number(bits) > address.bytes.length * 8) return "prefix length out of range";
  return { address: { bytes: address.bytes }, bits: Number(bits) };
}

/** What Go says of a text that is no address. */
export function describeAddressProblem(text: string, { problem, at }: AddressProblem): string {
  return `ParseAddr(${quoteGo(text)}): ${problem}${at === undefined || at === "" ? "" : ` (at ${quoteGo(at)})`}`;
}

export function formatRange({ address, bits }: IpRange): string {
  return `${formatIp(address)}/${bits}`;
}

/** The first address of a range. */
export function masked({ address, bits }: IpRange): IpRange {
  const bytes = address.bytes.map(
    (byte, index) => byte & (0xff00 >> Math.min(8, Math.max(0, bits - 8 * index))) & 0xff,
  );
  return { address: { bytes }, bits };
}

export function containsIp(range: IpRange, ip: IpAddress): boolean {
  if (range.address.bytes.length !== ip.bytes.length) return false;
  return isSameIp(masked(range).address, masked({ address: ip, bits: range.bits }).address);
}
