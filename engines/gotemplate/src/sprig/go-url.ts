/** URLs as Go's net/url reads and writes them. */
import { WeirError } from "@weir/core";
import { quoteGo } from "@weir/text";

import { byteString, textOfByteString } from "./byte-text.ts";

/** A text is no URL; the message is Go's, without the text. */
export class GoUrlError extends WeirError {
  override readonly name = "GoUrlError";
  readonly reason = "InvalidURL";
  readonly retry = "never";
}

/** The parts of a URL, decoded but for the query. */
export interface GoUrl {
  readonly scheme: string;
  readonly opaque: string;
  /** Encoded, as it is written; absent where there is none. */
  readonly userinfo?: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** What part of a URL a text is, which decides what must be escaped there. */
type UrlPart = "path" | "host" | "zone" | "user" | "fragment";

const UNRESERVED = "A-Za-z0-9_.~\\-";
const PLAIN: Readonly<Record<UrlPart, RegExp>> = {
  path: new RegExp(`[${UNRESERVED}$&+,/:;=@]`),
  host: new RegExp(`[${UNRESERVED}!$&'()*+,;=:[\\]<>"]`),
  zone: new RegExp(`[${UNRESERVED}!$&'()*+,;=:[\\]<>"]`),
  user: new RegExp(`[${UNRESERVED}$&+,;=]`),
  fragment: new RegExp(`[${UNRESERVED}$&+,/:;=?@!()*]`),
};

/** Escapes what may not stand in a part of a URL. */
export function escapeUrl(text: string, part: UrlPart): string {
  return byteString(text).replaceAll(/[^A-Za-z0-9_.~-]/g, (byte) =>
    PLAIN[part].test(byte) ? byte : percent(byte),
  );
}

function percent(byte: string): string {
  return `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

function unescapeUrl(text: string, part: UrlPart): string {
  const bytes = byteString(text);
  const isHost = part === "host" || part === "zone";
  for (const [token] of bytes.matchAll(/%[^]{0,2}|[^%]/g)) {
    if (token.startsWith("%")) checkEscape(token, part);
    else if (isHost && token <= "\x7f" && !PLAIN[part].test(token)) {
      throw new GoUrlError(`invalid character ${quoteGo(token)} in host name`);
    }
  }
  const decoded = bytes.replaceAll(/%([0-9A-Fa-f]{2})/g, (_escape, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textOfByteString(decoded);
}

/** Hosts may only escape what is not ASCII, but zones of an address more. */
function checkEscape(token: string, part: UrlPart): void {
  const isEscape = /^%[0-9A-Fa-f]{2}$/.test(token);
  const code = isEscape ? Number.parseInt(token.slice(1), 16) : 0;
  const isRefused =
    (part === "host" && code < 0x80 && token !== "%25") ||
    (part === "zone" && token !== "%25" && code !== 0x20 && !PLAIN.host.test(String.fromCharCode(code)));
  if (!isEscape || isRefused) {
    throw new GoUrlError(`invalid URL escape ${quoteGo(textOfByteString(token))}`);
  }
}

/** Reads a URL or a reference to one. Throws `GoUrlError` with Go's whole text: `parse "%zz": invalid URL escape "%zz"`. */
export function parseGoUrl(text: string): GoUrl {
  const [beforeFragment, fragment] = cut(text, "#");
  const url = naming(beforeFragment, () => parseWithoutFragment(beforeFragment));
  return { ...url, fragment: naming(text, () => unescapeUrl(fragment, "fragment")) };
}

function naming<T>(text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof GoUrlError)) throw error;
    throw new GoUrlError(`parse ${quoteGo(text)}: ${error.message}`);
  }
}

function cut(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + separator.length)];
}

const EMPTY: GoUrl = { scheme: "", opaque: "", host: "", path: "", query: "", fragment: "" };

function parseWithoutFragment(text: string): GoUrl {
  // oxlint-disable-next-line eslint/no-control-regex -- these are the ones that Go refuses
  if (/[\0-\x1f\x7f]/.test(text)) throw new GoUrlError("net/url: invalid control character in URL");
  if (text === "*") return { ...EMPTY, path: "*" };
  const [scheme, afterScheme] = splitScheme(text);
  const [rest, query] = cut(afterScheme, "?");
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ...EMPTY, scheme, query, opaque: rest };
    if (cut(rest, "/")[0].includes(":")) {
      throw new GoUrlError("first path segment in URL cannot contain colon");
    }
  }
  const hasAuthority = rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"));
  if (!hasAuthority) return { ...EMPTY, scheme, query, path: unescapeUrl(rest, "path") };
  const slash = rest.indexOf("/", 2);
  const end = slash === -1 ? rest.length : slash;
  const authority = parseAuthority(scheme, rest.slice(2, end));
  return { ...EMPTY, scheme, query, ...authority, path: unescapeUrl(rest.slice(end), "path") };
}

function splitScheme(text: string): readonly [scheme: string, rest: string] {
  if (text.startsWith(":")) throw new GoUrlError("missing protocol scheme");
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)?.[1];
  return scheme === undefined ? ["", text] : [scheme.toLowerCase(), text.slice(scheme.length + 1)];
}

function parseAuthority(scheme: string, authority: string): Pick<GoUrl, "host" | "userinfo"> {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  if (at === -1) return { host };
  const userinfo = authority.slice(0, at);
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new GoUrlError("net/url: invalid userinfo");
  const [user, password] = cut(userinfo, ":").map((part) => escapeUrl(unescapeUrl(part, "user"), "user"));
  return { host, userinfo: userinfo.includes(":") ? `${user}:${password}` : (user ?? "") };
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw new GoUrlError("invalid IP-literal");
  if (open === 0) return parseAddress(host);
  const isStrict = scheme === "http" || scheme === "https";
  const colon = isStrict ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon !== -1) checkPort(host.slice(colon));
  return unescapeUrl(host, "host");
}

function checkPort(port: string): void {
  if (port !== "" && !/^:[0-9]*$/.test(port))
    throw new GoUrlError(`invalid port ${quoteGo(port)} after host`);
}

/** An IPv6 address in brackets, with a zone and a port. */
function parseAddress(host: string): string {
  const close = host.lastIndexOf("]");
  if (close === -1) throw new GoUrlError("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const name = host.slice(1, close);
  const zone = name.indexOf("%25");
  const address =
    zone === -1
      ? unescapeUrl(name, "host")
      : unescapeUrl(name.slice(0, zone), "host") + unescapeUrl(name.slice(zone), "zone");
  checkAddress(address);
  return `[${address}]${port}`;
}

/** What an IPv6 address in brackets is made of; Go has more to say of one that is not. */
function checkAddress(address: string): void {
  const [ip, zone] = cut(address, "%");
  if (/^\d+(?:\.\d+){3}$/.test(ip)) throw new GoUrlError("invalid IP-literal");
  const quoted = quoteGo(address);
  if (!/[:.]/.test(address)) {
    throw new GoUrlError(`invalid host: ParseAddr(${quoted}): unable to parse IP`);
  }
  if (address.includes("%") && zone === "") {
    throw new GoUrlError(`invalid host: ParseAddr(${quoted}): zone must be a non-empty string`);
  }
  if (!URL.canParse(`http://[${ip}]/`)) {
    throw new GoUrlError(`invalid host: ParseAddr(${quoted}): unable to parse IP`);
  }
}

/** Writes a URL whose parts are decoded, as `URL.String()` does. */
export function formatGoUrl(url: GoUrl): string {
  const { scheme, opaque, query, fragment } = url;
  const prefix = scheme === "" ? "" : `${scheme}:`;
  const suffix =
    (query === "" ? "" : `?${query}`) + (fragment === "" ? "" : `#${escapeUrl(fragment, "fragment")}`);
  if (opaque !== "") return prefix + opaque + suffix;
  return withPath(prefix + authorityOf(url), url) + suffix;
}

function authorityOf({ scheme, userinfo, host, path }: GoUrl): string {
  const hasSlashes = host !== "" || userinfo !== undefined || (scheme !== "" && path !== "");
  if (!hasSlashes) return "";
  return `//${userinfo === undefined ? "" : `${userinfo}@`}${escapeUrl(host, "host")}`;
}

function withPath(start: string, { host, path }: GoUrl): string {
  const escaped = path === "*" ? path : escapeUrl(path, "path");
  if (host !== "" && escaped !== "" && !escaped.startsWith("/")) return `${start}/${escaped}`;
  // Such a segment would be taken for a scheme.
  const dot = start === "" && cut(escaped, "/")[0].includes(":") ? "./" : "";
  return start + dot + escaped;
}

/** The host without its port and brackets. */
export function hostnameOf(host: string): string {
  const colon = host.lastIndexOf(":");
  const withoutPort = colon !== -1 && /^:[0-9]*$/.test(host.slice(colon)) ? host.slice(0, colon) : host;
  return withoutPort.startsWith("[") && withoutPort.endsWith("]") ? withoutPort.slice(1, -1) : withoutPort;
}
