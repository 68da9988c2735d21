import { type FieldError, invalidField } from "@weir/schema";
import {
  formatIp,
  formatIpRange,
  isIpv4,
  isSameAddress,
  networkOf,
  parseIp,
  parseIpRange,
} from "./ip-address.ts";

const NO_OLD: readonly string[] = [];
const NOT_AN_ADDRESS = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NOT_A_RANGE = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/** What is wrong with an address of a field that may hold any spelling of it; what an old object holds may stay. */
export function ipErrors(
  field: string,
  value: string,
  old: readonly string[] = NO_OLD,
): readonly FieldError[] {
  if (old.includes(value)) return [];
  const ip = parseIp(value);
  if (ip === undefined) return [invalidField(field, value, NOT_AN_ADDRESS)];
  if (ip.hasZeros) return [invalidField(field, value, "must not have leading 0s")];
  return ip.isMapped ? [invalidField(field, value, "must not be an IPv4-mapped IPv6 address")] : [];
}

/** What is wrong with an address that has to be spelled the usual way. */
export function canonicalIpErrors(field: string, value: string): readonly FieldError[] {
  const errors = ipErrors(field, value);
  const ip = parseIp(value);
  if (errors.length > 0 || ip === undefined) return errors;
  const usual = formatIp(ip);
  return usual === value
    ? []
    : [invalidField(field, value, `must be in canonical form (${JSON.stringify(usual)})`)];
}

/** What is wrong with a range of a field that may hold any spelling of it; what an old object holds may stay. */
export function ipRangeErrors(
  field: string,
  value: string,
  old: readonly string[] = NO_OLD,
): readonly FieldError[] {
  if (old.includes(value)) return [];
  const range = parseIpRange(value);
  if (range === undefined) return [invalidField(field, value, NOT_A_RANGE)];
  if (range.hasZeros) return [invalidField(field, value, "must not have leading 0s in IP or prefix length")];
  if (range.address.isMapped)
    return [invalidField(field, value, "must not have an IPv4-mapped IPv6 address")];
  if (isSameAddress(range.address, networkOf(range))) return [];
  return [invalidField(field, value, "must not have bits set beyond the prefix length")];
}

/** What is wrong with a range that has to be spelled the usual way. */
export function canonicalIpRangeErrors(field: string, value: string): readonly FieldError[] {
  const errors = ipRangeErrors(field, value);
  const range = parseIpRange(value);
  if (errors.length > 0 || range === undefined) return errors;
  const usual = formatIpRange(range);
  return usual === value
    ? []
    : [invalidField(field, value, `must be in canonical form (${JSON.stringify(usual)})`)];
}

/** What a client should hear of an unusual spelling of an address. */
export function ipWarnings(field: string, value: string): readonly string[] {
  const ip = parseIp(value);
  if (ip === undefined) return [];
  const usual = formatIp(ip);
  const [given, wanted] = [JSON.stringify(value), JSON.stringify(usual)];
  if (ip.hasZeros || ip.isMapped)
    return [`${field}: non-standard IP address ${given} is invalid: use ${wanted}`];
  if (isIpv4(ip) || usual === value) return [];
  return [`${field}: IPv6 address ${given} should be in RFC 5952 canonical format (${wanted})`];
}

/** What a client should hear of an unusual spelling of a range. */
export function ipRangeWarnings(field: string, value: string): readonly string[] {
  const range = parseIpRange(value);
  if (range === undefined) return [];
  const { address, hasZeros } = range;
  const [given, usual] = [JSON.stringify(value), JSON.stringify(formatIpRange(range))];
  const warnings: string[] = [];
  if (!isSameAddress(address, networkOf(range))) {
    const single = JSON.stringify(`${formatIp(address)}/${range.width}`);
    warnings.push(
      `${field}: CIDR value ${given} is ambiguous in this context (should be ${usual} or ${single}?)`,
    );
  }
  if (hasZeros || address.isMapped)
    warnings.push(`${field}: non-standard CIDR value ${given} is invalid: use ${usual}`);
  if (warnings.length === 0 && !isIpv4(address) && usual !== given)
    warnings.push(`${field}: IPv6 CIDR value ${given} should be in RFC 5952 canonical format (${usual})`);
  return warnings;
}

/** What is wrong with an address as one of an endpoint, or of the outside. */
export function endpointIpErrors(field: string, value: string): readonly FieldError[] {
  const ip = parseIp(value);
  if (ip === undefined) return [invalidField(field, value, "must be a valid IP address")];
  const { bytes } = ip;
  const kinds: readonly (readonly [boolean, string])[] = [
    [bytes.every((byte) => byte === 0), `may not be unspecified (${value})`],
    [isLoopback(bytes), "may not be in the loopback range (127.0.0.0/8, ::1/128)"],
    [isLinkLocal(bytes), "may not be in the link-local range (169.254.0.0/16, fe80::/10)"],
    [isLinkMulticast(bytes), "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"],
  ];
  return kinds.filter(([applies]) => applies).map(([, why]) => invalidField(field, value, why));
}

function isLoopback(bytes: readonly number[]): boolean {
  return bytes.length === 4
    ? bytes[0] === 127
    : bytes.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function isLinkLocal([first = 0, second = 0, ...rest]: readonly number[]): boolean {
  return rest.length === 2 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80;
}

function isLinkMulticast([first = 0, second = 0, third = 0, ...rest]: readonly number[]): boolean {
  if (rest.length === 1) return first === 224 && second === 0 && third === 0;
  return first === 0xff && (second & 0x0f) === 2;
}
