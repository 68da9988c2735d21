/** An address as Go's older reader takes it, which does not mind leading zeros. */
export interface IpAddress {
  /** Four bytes, also where an IPv4 address is written as an IPv6 one; else sixteen. */
  readonly bytes: readonly number[];
  /** Written as IPv6, but one of IPv4. */
  readonly isMapped: boolean;
  /** Has zeros in front that today's readers refuse, as some read them as octal. */
  readonly hasZeros: boolean;
}

/** A range as Go's older reader takes it. */
export interface IpRange {
  readonly address: IpAddress;
  /** Bits of the prefix, of `width`. */
  readonly bits: number;
  /** 32, or 128 for what is written as IPv6. */
  readonly width: 32 | 128;
  readonly hasZeros: boolean;
}

/** An address that was read in parts. */
interface Parts {
  readonly bytes: readonly number[];
  readonly hasZeros: boolean;
}

const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];

/** Reads an address; gives nothing where it is none. Zones such as `%eth0` are not taken. */
export function parseIp(text: string): IpAddress | undefined {
  const isIpv6 = /^[^.]*:/.test(text);
  const parts = isIpv6 ? parseIpv6(text) : parseIpv4(text);
  if (parts === undefined) return undefined;
  const { bytes, hasZeros } = parts;
  const isMapped = isIpv6 && MAPPED.every((byte, index) => bytes[index] === byte);
  return { bytes: isMapped ? bytes.slice(12) : bytes, isMapped, hasZeros };
}

function parseIpv4(text: string): Parts | undefined {
  const fields = text.split(".");
  if (fields.length !== 4 || !fields.every((field) => /^\d+$/.test(field))) return undefined;
  const bytes = fields.map(Number);
  if (bytes.some((byte) => byte > 255)) return undefined;
  return { bytes, hasZeros: fields.some((field) => field.length > 1 && field.startsWith("0")) };
}

const MAX_LENGTH = 1024;

function parseIpv6(text: string): Parts | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [first = "", second] = halves;
  // What ends in IPv4 does so at its own end alone.
  const head = parseGroups(first, second === undefined);
  const tail = second === undefined ? { bytes: [], hasZeros: false } : parseGroups(second, true);
  if (head === undefined || tail === undefined) return undefined;
  const count = head.bytes.length + tail.bytes.length;
  if (second === undefined ? count !== 16 : count > 14) return undefined;
  const gap = Array.from({ length: 16 - count }, () => 0);
  return { bytes: [...head.bytes, ...gap, ...tail.bytes], hasZeros: head.hasZeros || tail.hasZeros };
}

function parseGroups(text: string, mayEndInIpv4: boolean): Parts | undefined {
  if (text === "") return { bytes: [], hasZeros: false };
  const groups = text.split(":");
  const bytes: number[] = [];
  let hasZeros = false;
  for (const [index, group] of groups.entries()) {
    if (group.includes(".")) {
      const ending = mayEndInIpv4 && index === groups.length - 1 ? parseIpv4(group) : undefined;
      if (ending === undefined) return undefined;
      bytes.push(...ending.bytes);
      hasZeros ||= ending.hasZeros;
      continue;
    }
    const value = /^[\da-f]+$/i.test(group) ? Number.parseInt(group, 16) : Number.NaN;
    if (!(value <= 0xffff)) return undefined;
    bytes.push(value >> 8, value & 0xff);
    hasZeros ||= group.length > 4;
  }
  return { bytes, hasZeros };
}

/** Reads a range such as `10.0.0.0/8`; gives nothing where it is none. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.indexOf("/");
  const written = text.slice(slash + 1);
  if (slash < 0 || !/^\d+$/.test(written)) return undefined;
  const address = parseIp(text.slice(0, slash));
  const bits = Number(written);
  if (address === undefined) return undefined;
  const width = isIpv4(address) && !address.isMapped ? 32 : 128;
  if (bits > width) return undefined;
  const hasZeros = address.hasZeros || (written.length > 1 && written.startsWith("0"));
  return { address, bits, width, hasZeros };
}

export function isIpv4({ bytes }: IpAddress): boolean {
  return bytes.length === 4;
}

/** The first address of a range. */
export function networkOf({ address, bits, width }: IpRange): IpAddress {
  const whole = width === 128 && isIpv4(address) ? [...MAPPED, ...address.bytes] : address.bytes;
  const bytes = whole.map((byte, index) => byte & byteMask(bits - index * 8));
  const isMapped = bytes.length === 16 && MAPPED.every((byte, index) => bytes[index] === byte);
  return { bytes: isMapped ? bytes.slice(12) : bytes, isMapped, hasZeros: false };
}

function byteMask(bits: number): number {
  if (bits >= 8) return 0xff;
  return bits <= 0 ? 0 : (0xff << (8 - bits)) & 0xff;
}

/** Whether an address lies in a range. */
export function rangeContains(range: IpRange, address: IpAddress): boolean {
  const network = networkOf(range);
  if (network.bytes.length !== address.bytes.length) return false;
  const bits = ownBits(range, network);
  return network.bytes.every(
    (byte, index) => byte === ((address.bytes[index] ?? 0) & byteMask(bits - index * 8)),
  );
}

/** The bits of a prefix among those of its network, which are fewer where that is IPv4 written as IPv6. */
function ownBits({ bits, width }: IpRange, network: IpAddress): number {
  return isIpv4(network) && width === 128 ? bits - 96 : bits;
}

export function isSameAddress(one: IpAddress, other: IpAddress): boolean {
  return (
    one.bytes.length === other.bytes.length && one.bytes.every((byte, index) => byte === other.bytes[index])
  );
}

/** The usual text of an address: dotted, or that of RFC 5952. */
export function formatIp({ bytes }: IpAddress): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from(
    { length: 8 },
    (_, index) => ((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0),
  );
  const { start, length } = longestGap(groups);
  const words = groups.map((group) => group.toString(16));
  if (length < 2) return words.join(":");
  return `${words.slice(0, start).join(":")}::${words.slice(start + length).join(":")}`;
}

function longestGap(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === 0) length += 1;
    if (length > best.length) best = { start, length };
  }
  return best;
}

/** The usual text of a range: its network and the length of its prefix. */
export function formatIpRange(range: IpRange): string {
  const network = networkOf(range);
  return `${formatIp(network)}/${ownBits(range, network)}`;
}
