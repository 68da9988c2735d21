import { isIP } from "node:net";

/** What the linter takes for an address of mail: a local part and a domain with a dot. */
export function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, at), text.slice(at + 1)];
  if (
    at < 1 ||
    !/^[^\s@<>()[\]\\,;:"]+(?<!\.)$/.test(local) ||
    local.startsWith(".") ||
    local.includes("..")
  ) {
    return false;
  }
  return /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}\-_~]*[\p{L}\p{N}])?\.)+[\p{L}](?:[\p{L}\p{N}\-_~]*[\p{L}\p{N}])?\.?$/u.test(
    domain,
  );
}

/** What the linter takes for the URL of a request: a scheme, and a form that Go parses. */
export function isRequestUrl(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) || /[\p{Cc} ]/u.test(authorityOf(text))) return false;
  if (/%(?![0-9a-fA-F]{2})/.test(text) || /\p{Cc}/u.test(text)) return false;
  const rest = text.slice(text.indexOf(":") + 1);
  // What is neither rooted nor opaque is no URI of a request.
  return rest.startsWith("/") || rest !== "";
}

function authorityOf(text: string): string {
  return /^[^:]*:\/\/([^/?#]*)/.exec(text)?.[1] ?? "";
}

const MAX_URL = 2083;
const SCHEME = /^(?:(?:ftp|tcp|udp|wss?|https?):\/\/)?/i;

/** What the linter takes for the address of a page: its scheme may be missing, its host must look like one. */
export function isUrl(text: string): boolean {
  if (text.length >= MAX_URL || text.length <= 3 || text.startsWith(".") || /\s/.test(text)) return false;
  const rest = text.replace(SCHEME, "").replace(/^\S+(?::\S*)?@/, "");
  const host = /^(\[[^\]]+\]|[^:/?#]*)(:\d{1,5})?(?:[/?#]\S*)?$/.exec(rest)?.[1];
  if (host === undefined || host === "") return false;
  if (host === "localhost" || isIP(host.replace(/^\[|\]$/g, "")) !== 0) return true;
  return /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?\.)+[\p{L}\p{N}]{1,}\.?$/u.test(host);
}
