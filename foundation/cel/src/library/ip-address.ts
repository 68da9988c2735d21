/** An IP address: four bytes or sixteen. */
export interface IpAddress {
  readonly bytes: Uint8Array;
}

export interface IpRange {
  readonly address: IpAddress;
  readonly bits: number;
}

/** Reads an address without a zone; undefined where it is none. */
export function parseIp(text: string): IpAddress | undefined {
  const bytes = text.includes(":") ? parseV6(text) : parseV4(text);
  return bytes && { bytes: Uint8Array.from(bytes) };
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9][0-9]{0,2})$/.test(part))) return undefined;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : undefined;
}

function parseV6(text: string): readonly number[] | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => groupsOf(half));
  if (head === undefined || tail === undefined) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  return [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

function groupsOf(half: string): number[] | undefined {
  if (half === "") return [];
  const bytes: number[] = [];
  const groups = half.split(":");
  for (const [index, group] of groups.entries()) {
    const dotted = index === groups.length - 1 && group.includes(".") ? parseV4(group) : undefined;
    if (dotted !== undefined) bytes.push(...dotted);
    else if (/^[0-9a-fA-F]{1,4}$/.test(group))
      bytes.push(Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255);
    else return undefined;
  }
  return bytes;
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

/** Reads `address/bits`. */
export function parseRange(text: string): IpRange | undefined {
  const [address = "", bits = "", ...rest] = text.split("/");
  const ip = parseIp(address);
  if (ip === undefined || rest.length > 0 || !/^(?:0|[1-9][0-9]{0,2})$/.test(bits)) return undefined;
  return Number(bits) <= ip.bytes.length * 8 ? { address: ip, bits: Number(bits) } : undefined;
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
