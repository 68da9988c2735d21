import { isIPv6 } from "node:net";
import { quoteGo } from "@weir/text";
import { quotedChar } from "./quoted-char.ts";

export function ipv4Problem(text: string): string | undefined {
  const groups = text.split(".");
  if (groups.length !== 4) return "expected four decimals";
  for (const group of groups) {
    if (group.length > 1 && group.startsWith("0")) return "leading zeros";
    if (!/^[+-]?\d+$/.test(group)) return `strconv.Atoi: parsing ${quoteGo(group)}: invalid syntax`;
    if (group.length > 19) return `strconv.Atoi: parsing ${quoteGo(group)}: value out of range`;
    if (Number(group) < 0 || Number(group) > 255) return "decimal must be between 0 and 255";
  }
  return undefined;
}

export function ipv6Problem(text: string): string | undefined {
  if (!text.includes(":")) return "missing colon";
  const [address = "", zone] = text.split("%", 2);
  if (!isIPv6(address)) return `ParseAddr(${quoteGo(text)}): ${ipv6Detail(address)}`;
  if (zone === undefined) return undefined;
  return zone === ""
    ? `ParseAddr(${quoteGo(text)}): zone must be a non-empty string`
    : "zone id is not a part of ipv6 address";
}

/** Go tells the first thing that it trips over; these are the usual ones. */
function ipv6Detail(address: string): string {
  const other = /[^0-9a-fA-F:.]/.exec(address);
  if (other !== null) {
    const rest = address.slice(other.index);
    const before = address.slice(0, other.index);
    if (/(?:^|:)$/.test(before))
      return `each colon-separated field must have at least one digit (at ${quoteGo(rest)})`;
    return `unexpected character, want colon (at ${quoteGo(rest)})`;
  }
  const long = /[0-9a-fA-F]{5,}.*$/.exec(address)?.[0];
  if (long !== undefined) return `each group must have 4 or fewer digits (at ${quoteGo(long)})`;
  return "address string too short";
}

const MAX_HOSTNAME = 253;
const MAX_LABEL = 63;

export function hostnameProblem(text: string): string | undefined {
  const name = text.endsWith(".") ? text.slice(0, -1) : text;
  if (Buffer.byteLength(name) > MAX_HOSTNAME) return "more than 253 characters long";
  for (const label of name.split(".")) {
    const length = Buffer.byteLength(label);
    if (length < 1 || length > MAX_LABEL) return "label must be 1 to 63 characters long";
    if (label.startsWith("-")) return "label starts with hyphen";
    if (label.endsWith("-")) return "label ends with hyphen";
    const other = /[^a-zA-Z0-9-]/u.exec(label)?.[0];
    if (other !== undefined) return `invalid character ${quotedChar(other)}`;
  }
  return undefined;
}

const MAX_EMAIL = 254;
const MAX_LOCAL = 64;

export function emailProblem(text: string): string | undefined {
  if (Buffer.byteLength(text) > MAX_EMAIL) return "more than 255 characters long";
  const at = text.lastIndexOf("@");
  if (at === -1) return "missing @";
  return localProblem(text.slice(0, at)) ?? domainProblem(text.slice(at + 1));
}

function localProblem(local: string): string | undefined {
  if (Buffer.byteLength(local) > MAX_LOCAL) return "local part more than 64 characters long";
  // helm's library does not look for the closing quote.
  if (local.length > 1 && local.startsWith('"')) {
    return /[\\"]/.test(local.slice(1, -1))
      ? "backslash and quote are not allowed within quoted local part"
      : undefined;
  }
  if (local.startsWith(".")) return "starts with dot";
  if (local.endsWith(".")) return "ends with dot";
  if (local.includes("..")) return "consecutive dots";
  const other = /[^a-zA-Z0-9.!#$%&'*+\-/=?^_`{|}~]/u.exec(local)?.[0];
  return other === undefined ? undefined : `invalid character ${quotedChar(other)}`;
}

function domainProblem(domain: string): string | undefined {
  if (domain.startsWith("[") && domain.endsWith("]")) {
    const address = domain.slice(1, -1);
    const isIpv6 = address.startsWith("IPv6:");
    const problem = isIpv6 ? ipv6Problem(address.slice("IPv6:".length)) : ipv4Problem(address);
    return problem === undefined ? undefined : `invalid ${isIpv6 ? "ipv6" : "ipv4"} address: ${problem}`;
  }
  const problem = hostnameProblem(domain);
  return problem === undefined ? undefined : `invalid domain: ${problem}`;
}
