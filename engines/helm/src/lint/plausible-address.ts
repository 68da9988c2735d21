import { isIPv4, isIPv6 } from "node:net";

const QUOTED = /^"[ \t]*[^\s"\\]*[ \t]*"$/;
const LOCAL = /^[^\s@<>()[\]\\,;:".]+(?:\.[^\s@<>()[\]\\,;:".]+)*$/;
const DOMAIN = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-_~]*[\p{L}\p{N}])?\.)+\p{L}(?:[\p{L}\p{N}\-_~]*\p{L})?\.?$/u;

/** What the linter takes for an address of mail: a local part, which may be in quotes, and a domain with a dot. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || /[\u{10000}-\u{10ffff}]/u.test(text)) return false;
  return (QUOTED.test(local) || LOCAL.test(local)) && DOMAIN.test(domain);
}

/** What the linter takes for the URL of a request: a scheme, and a form that Go parses. */
export function isRequestUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) && isParsable(text);
}

const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;

/** Whether Go parses a URL with a scheme. What is not rooted is opaque, and of any form. */
function isParsable(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are in no URL
  if (/[\u0000-\u001f\u007f]/.test(text)) return false;
  const [rest = ""] = text.slice(text.indexOf(":") + 1).split("?");
  if (!rest.startsWith("/")) return true;
  const [, authority, path = rest] = /^\/\/([^/]*)(.*)$/s.exec(rest) ?? [];
  if (BAD_ESCAPE.test(path)) return false;
  return authority === undefined || isAuthority(authority);
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf("@");
  const user = authority.slice(0, Math.max(at, 0));
  if (!/^(?:[A-Za-z0-9\-._:~!$&'()*+,;=@]|%[0-9a-fA-F]{2})*$/.test(user)) return false;
  const host = authority.slice(at + 1);
  if (host.startsWith("[")) {
    const [, address] = /^\[([^\]%]*)(?:%25[^\]]*)?\](?::\d*)?$/.exec(host) ?? [];
    return address !== undefined && isIPv6(address);
  }
  // Of bytes that are escaped, a host may hold only those that are no ASCII.
  // oxlint-disable-next-line no-control-regex -- all of ASCII
  return /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=[\]<>"]|[^\u0000-\u007f]|%[89a-fA-F][0-9a-fA-F]|%25)*(?::\d*)?$/.test(
    host,
  );
}

const MAX_URL = 2083;
const ADDRESS =
  /^(?:(?:ftp|tcp|udp|wss?|https?):\/\/)?(?:\S+(?::\S*)?@)?([^:/?#]*|\[[^\]]*\])(?::(\d{1,5}))?(?:[/?#]\S*)?$/;
const LABEL =
  /^(?:[a-zA-Z0-9][a-zA-Z0-9_-]*(?=[a-zA-Z0-9]{2}))?[a-zA-Z0-9\u00a1-\uffff]+(?:-{1,2}[a-zA-Z0-9\u00a1-\uffff]+)*$/;

/** What the linter takes for the address of a page: its scheme may be missing, its host must look like one. */
export function isUrl(text: string): boolean {
  if ([...text].length >= MAX_URL || text.length <= 3 || text.startsWith(".") || !isPage(text)) return false;
  const host = ADDRESS.exec(text)?.[1];
  return host !== undefined && host !== "" && (isAddress(host) || isHost(host));
}

/** Whether Go parses an address of a page, to which a scheme is added where it only has a port. */
function isPage(text: string): boolean {
  // A path alone must at least have a dot.
  if (!text.includes(":")) return text.startsWith("//") || /^[^?#]*\./.test(text);
  const [page = "", fragment = ""] = text.split(/#(.*)/s);
  if (BAD_ESCAPE.test(fragment)) return false;
  return isParsable(text.includes("://") ? page : `http://${page}`);
}

function isAddress(host: string): boolean {
  return isIPv4(host) || isIPv6(host.replace(/^\[|\]$/g, ""));
}

/** Labels between dots, of which the last one of several is of letters; a label may hold underscores before its end. */
function isHost(host: string): boolean {
  const labels = host.replace(/\.$/, "").split(".");
  const top = labels.length > 1 ? labels.pop() : undefined;
  if (top !== undefined && !/^[a-zA-Z\u00a1-\uffff]+$/.test(top)) return false;
  return labels.every((label) => LABEL.test(label));
}
