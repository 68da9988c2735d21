const HOSTNAME =
  /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u;

/** Whether a text is a host name: a label with at most one dash, or labels and a top-level domain of two letters or more. */
export function isHostname(text: string): boolean {
  return text.length <= 255 && HOSTNAME.test(text) && text.split(".").every((label) => label.length <= 63);
}

const ATOM = "[A-Za-z0-9!#$%&'*+/=?^_`{|}~\\u0080-\\uffff-]+";
const ADDRESS = new RegExp(
  `^(?:${ATOM}(?:\\.${ATOM})*|"(?:[^"\\\\]|\\\\.)+")@(?:${ATOM}(?:\\.${ATOM})*|\\[[^\\]]*\\])$`,
);

/** Whether a text is an e-mail address, alone or as `Name <address>`. */
export function isEmail(text: string): boolean {
  if (text.length > 1024) return false;
  const trimmed = text.trim();
  if (!trimmed.endsWith(">")) return ADDRESS.test(trimmed);
  const open = trimmed.lastIndexOf("<");
  return open !== -1 && ADDRESS.test(trimmed.slice(open + 1, -1));
}

function hasValidEscapes(text: string): boolean {
  return !/%(?![0-9a-fA-F]{2})/.test(text);
}

function isAuthority(text: string): boolean {
  const host = text.slice(text.lastIndexOf("@") + 1);
  const parts = /^(\[[0-9a-fA-F:.%~_a-z-]*\]|[^[\]:]*)(?::([0-9]*))?$/.exec(host);
  if (parts === null) return false;
  return !/[ "<>\\^`{|}]/.test(host) && hasValidEscapes(text);
}

function isUriPath(rest: string, hasAuthority: boolean): boolean {
  const path = rest.split("?", 1)[0] ?? "";
  if (!hasAuthority) return hasValidEscapes(path);
  const authority = path.slice(2).split("/", 1)[0] ?? "";
  return isAuthority(authority) && hasValidEscapes(path.slice(2 + authority.length));
}

/** Whether a text is an absolute URI or an absolute path, as Go's `url.ParseRequestURI` reads it. */
export function isRequestUri(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- Go refuses control characters in a URL
  if (text === "" || /[\u0000-\u001f\u007f]/.test(text)) return false;
  if (text === "*") return true;
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text);
  if (scheme === null) return text.startsWith("/") && isUriPath(text, false);
  const rest = text.slice(scheme[0].length);
  // What follows a scheme without a slash is opaque to Go.
  return !rest.startsWith("/") || isUriPath(rest, rest.startsWith("//"));
}

/** Whether a text is a hardware address of 6, 8 or 20 bytes, in pairs or in fours. */
export function isMac(text: string): boolean {
  const pairs = /^[0-9a-fA-F]{2}([:-])(?:[0-9a-fA-F]{2}\1)*[0-9a-fA-F]{2}$/.test(text);
  if (pairs) return [17, 23, 59].includes(text.length);
  return /^[0-9a-fA-F]{4}(?:\.[0-9a-fA-F]{4})+$/.test(text) && [14, 19, 49].includes(text.length);
}
