import { quoteGo } from "@weir/text";
import { BOOL, type CelType, INT, opaque, STRING } from "../cel-type.ts";
import { type CelFunction, globalFunction, memberFunction } from "../function-table.ts";
import { CelFailure, CelObject, type CelValue, noOverload } from "../value.ts";
import {
  containsIp,
  describeAddressProblem,
  formatIp,
  formatRange,
  type IpAddress,
  type IpRange,
  isMapped,
  isSameIp,
  masked,
  parseIp,
  parseRange,
} from "./ip-address.ts";

export const IP: CelType = opaque("net.IP");
export const CIDR: CelType = opaque("net.CIDR");

type Ip = CelObject<IpAddress>;
type Range = CelObject<IpRange>;

function ipValue(address: IpAddress): Ip {
  return new CelObject(IP.name, address, formatIp(address), isSameIp);
}

function rangeValue(range: IpRange): Range {
  return new CelObject(
    CIDR.name,
    range,
    formatRange(range),
    (left, right) => formatRange(left) === formatRange(right),
  );
}

function readIp(text: string): IpAddress | CelFailure {
  const address = parseIp(text);
  const quoted = quoteGo(text);
  if ("problem" in address) {
    const why = describeAddressProblem(text, address);
    return new CelFailure(`IP Address ${quoted} parse error during conversion from string: ${why}`);
  }
  if (address.zone !== "") return new CelFailure(`IP address ${quoted} with zone value is not allowed`);
  return isMapped(address) ? new CelFailure(`IPv4-mapped IPv6 address ${quoted} is not allowed`) : address;
}

const NO_RANGE = "network address parse error during conversion from string";

/** Upstream says twice what it was about. */
function readRange(text: string): IpRange | CelFailure {
  const range = parseRange(text);
  const quoted = quoteGo(text);
  if (typeof range === "string")
    return new CelFailure(`${NO_RANGE}: ${NO_RANGE}: netip.ParsePrefix(${quoted}): ${range}`);
  return isMapped(range.address)
    ? new CelFailure(`${NO_RANGE}: IPv4-mapped IPv6 address ${quoted} is not allowed`)
    : range;
}

function toIp(text: string): CelValue {
  const address = readIp(text);
  return address instanceof CelFailure ? address : ipValue(address);
}

function toRange(text: string): CelValue {
  const range = readRange(text);
  return range instanceof CelFailure ? range : rangeValue(range);
}

function byteAt({ content }: Ip, index: number): number {
  return content.bytes[index] ?? 0;
}

function isV4(ip: Ip): boolean {
  return ip.content.bytes.length === 4;
}

function isUnspecified(ip: Ip): boolean {
  return ip.content.bytes.every((byte) => byte === 0);
}

function isLoopback(ip: Ip): boolean {
  return isV4(ip) ? byteAt(ip, 0) === 127 : formatIp(ip.content) === "::1";
}

function isMulticast(ip: Ip): boolean {
  return isV4(ip) ? (byteAt(ip, 0) & 0xf0) === 0xe0 : byteAt(ip, 0) === 0xff;
}

function isLinkLocalMulticast(ip: Ip): boolean {
  if (isV4(ip)) return byteAt(ip, 0) === 224 && byteAt(ip, 1) === 0 && byteAt(ip, 2) === 0;
  return byteAt(ip, 0) === 0xff && (byteAt(ip, 1) & 0x0f) === 2;
}

function isLinkLocalUnicast(ip: Ip): boolean {
  if (isV4(ip)) return byteAt(ip, 0) === 169 && byteAt(ip, 1) === 254;
  return byteAt(ip, 0) === 0xfe && (byteAt(ip, 1) & 0xc0) === 0x80;
}

function isGlobalUnicast(ip: Ip): boolean {
  const isBroadcast = isV4(ip) && ip.content.bytes.every((byte) => byte === 255);
  return !(isBroadcast || isUnspecified(ip) || isLoopback(ip) || isMulticast(ip) || isLinkLocalUnicast(ip));
}

function containsRange({ content: outer }: Range, inner: IpRange): boolean {
  return outer.bits <= inner.bits && containsIp(outer, inner.address);
}

const ASKED: ReadonlyArray<readonly [string, (ip: Ip) => boolean]> = [
  ["isUnspecified", isUnspecified],
  ["isLoopback", isLoopback],
  ["isLinkLocalMulticast", isLinkLocalMulticast],
  ["isLinkLocalUnicast", isLinkLocalUnicast],
  ["isGlobalUnicast", isGlobalUnicast],
];

/** Kubernetes' functions of IP addresses and ranges. */
export const NETWORK: readonly CelFunction[] = [
  globalFunction("ip", [[STRING], IP, toIp]),
  globalFunction("isIP", [[STRING], BOOL, (text: string) => !(readIp(text) instanceof CelFailure)]),
  globalFunction("ip.isCanonical", [
    [STRING],
    BOOL,
    (text: string) => {
      const address = readIp(text);
      return address instanceof CelFailure ? address : formatIp(address) === text;
    },
  ]),
  memberFunction("family", [[IP], INT, (ip: Ip) => (isV4(ip) ? 4n : 6n)]),
  ...ASKED.map(([name, holds]) => memberFunction(name, [[IP], BOOL, holds])),
  globalFunction("string", [[IP], STRING, String], [[CIDR], STRING, String]),
  globalFunction("cidr", [[STRING], CIDR, toRange]),
  globalFunction("isCIDR", [[STRING], BOOL, (text: string) => !(readRange(text) instanceof CelFailure)]),
  memberFunction(
    "containsIP",
    [
      [CIDR, STRING],
      BOOL,
      (range: Range, text: string) => {
        const address = readIp(text);
        return address instanceof CelFailure ? noOverload() : containsIp(range.content, address);
      },
    ],
    [[CIDR, IP], BOOL, (range: Range, ip: Ip) => containsIp(range.content, ip.content)],
  ),
  memberFunction(
    "containsCIDR",
    [
      [CIDR, STRING],
      BOOL,
      (range: Range, text: string) => {
        const inner = readRange(text);
        return inner instanceof CelFailure ? inner : containsRange(range, inner);
      },
    ],
    [[CIDR, CIDR], BOOL, (range: Range, inner: Range) => containsRange(range, inner.content)],
  ),
  memberFunction("ip", [[CIDR], IP, (range: Range) => ipValue(range.content.address)]),
  memberFunction("prefixLength", [[CIDR], INT, (range: Range) => BigInt(range.content.bits)]),
  memberFunction("masked", [[CIDR], CIDR, (range: Range) => rangeValue(masked(range.content))]),
];
