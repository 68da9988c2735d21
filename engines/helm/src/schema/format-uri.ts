import { quoteGo } from "@weir/text";
import { ipv6Problem } from "./format-host.ts";

export function uriProblem(text: string): string | undefined {
  return parseProblem(text) ?? (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(text) ? undefined : "relative url");
}

export function uriReferenceProblem(text: string): string | undefined {
  return text.includes("\\") ? "contains \\" : parseProblem(text);
}

export function uriTemplateProblem(text: string): string | undefined {
  const problem = parseProblem(text);
  if (problem !== undefined) return problem;
  const path = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?:\/\/[^/?#]*)?([^?#]*)/.exec(text)?.[1] ?? "";
  for (const part of path.split("/")) {
    const braces = part.replaceAll(/[^{}]/g, "");
    if (!/^(?:\{\})*\{?$/.test(braces)) return "nested curly braces";
    if (braces.endsWith("{")) return "no matching closing brace";
  }
  return undefined;
}

/** What Go's `url.Parse` says, and that an IPv6 address stands in brackets. */
function parseProblem(text: string): string | undefined {
  const detail = parseDetail(text);
  if (detail !== undefined) return `parse ${quoteGo(text)}: ${detail}`;
  const host = /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/(?:[^/?#@]*@)?\[([^\]]*)\]/.exec(text)?.[1];
  const problem = host === undefined ? undefined : ipv6Problem(host);
  return problem === undefined ? undefined : `invalid ipv6 address: ${problem}`;
}

const CONTROL = /[\p{Cc}]/u;

function parseDetail(text: string): string | undefined {
  const withoutFragment = text.split("#", 1)[0] ?? "";
  if (CONTROL.test(withoutFragment.replaceAll(/[\u0080-\u009f]/g, ""))) {
    return "net/url: invalid control character in URL";
  }
  const scheme = schemeProblem(withoutFragment);
  if (scheme !== undefined) return scheme;
  const rest = withoutFragment.replace(/^[A-Za-z][A-Za-z0-9+.-]*:/, "");
  const authority = /^\/\/([^/?]*)/.exec(rest)?.[1];
  const afterHost = authority === undefined ? rest : rest.slice(authority.length + 2);
  const path = afterHost.split("?", 1)[0] ?? "";
  return (
    authorityProblem(authority) ?? escapeProblem(path) ?? escapeProblem(text.split("#").slice(1).join("#"))
  );
}

function schemeProblem(text: string): string | undefined {
  if (text.startsWith(":")) return "missing protocol scheme";
  const first = /^[^/?]*/.exec(text)?.[0] ?? "";
  const colon = first.indexOf(":");
  if (colon === -1 || /^[A-Za-z][A-Za-z0-9+.-]*$/.test(first.slice(0, colon))) return undefined;
  return "first path segment in URL cannot contain colon";
}

function authorityProblem(authority: string | undefined): string | undefined {
  if (authority === undefined) return undefined;
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  if (at !== -1 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) {
    return "net/url: invalid userinfo";
  }
  if (host.startsWith("[") && !host.includes("]")) return "missing ']' in host";
  const port = /(?<!^\[[^\]]*):([^:\]]*)$/.exec(host)?.[0];
  if (port !== undefined && !/^:\d*$/.test(port)) return `invalid port ${quoteGo(port)} after host`;
  const other = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u.exec(host)?.[0];
  if (other !== undefined) return `invalid character ${quoteGo(other)} in host name`;
  return escapeProblem(host);
}

function escapeProblem(text: string): string | undefined {
  const broken = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(text)?.[0];
  return broken === undefined ? undefined : `invalid URL escape ${quoteGo(broken)}`;
}
