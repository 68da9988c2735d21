import { BOOL, type CelType, hidden, listOf, mapOf, STRING } from "../cel-type.ts";
import { type CelFunction, globalFunction, memberFunction } from "../function-table.ts";
import { CelFailure, CelMap, CelObject, type CelValue } from "../value.ts";

export const URL_TYPE: CelType = hidden("kubernetes.URL");

/** The parts of a URL as Go's `net/url` splits one of a request. */
interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** Why a text is no URL of a request, in Go's words; its parts otherwise. */
// oxlint-disable-next-line complexity -- the steps of one parse, in the order of Go
export function parseRequestUrl(text: string): Parts | string {
  const failed = (why: string): string => `parse ${JSON.stringify(text)}: ${why}`;
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\0-\x1f\x7f]/.test(text)) return failed("net/url: invalid control character in URL");
  if (text === "") return failed("empty url");
  if (text === "*") return { scheme: "", host: "", path: "*", query: "" };
  if (text.startsWith(":")) return failed("missing protocol scheme");
  const [, scheme = "", rest = ""] = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?([^]*)$/.exec(text) ?? [];
  const question = rest.indexOf("?");
  const before = question === -1 ? rest : rest.slice(0, question);
  const query = question === -1 ? "" : rest.slice(question + 1);
  if (!before.startsWith("/")) {
    if (scheme !== "") return { scheme: scheme.toLowerCase(), host: "", path: "", query };
    return failed("invalid URI for request");
  }
  const isAuthority = before.startsWith("//") && (scheme !== "" || !before.startsWith("///"));
  const [, authority = "", path = ""] = isAuthority
    ? (/^\/\/([^/]*)([^]*)$/.exec(before) ?? [])
    : ["", "", before];
  const problem = escapeProblem(path) ?? hostProblem(authority);
  if (problem !== undefined) return failed(problem);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  return { scheme: scheme.toLowerCase(), host, path, query };
}

function escapeProblem(path: string): string | undefined {
  const wrong = /%(?![0-9a-fA-F]{2}).{0,2}/s.exec(path);
  return wrong === null ? undefined : `invalid URL escape ${JSON.stringify(wrong[0])}`;
}

function hostProblem(authority: string): string | undefined {
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.startsWith("[")) {
    const end = host.lastIndexOf("]");
    if (end === -1) return "missing ']' in host";
    return portProblem(host.slice(end + 1));
  }
  const colon = host.lastIndexOf(":");
  const port = colon === -1 ? undefined : portProblem(host.slice(colon));
  if (port !== undefined) return port;
  const wrong = /[ "<>\\^`{|}]/.exec(host);
  return wrong === null ? undefined : `invalid character ${JSON.stringify(wrong[0])} in host name`;
}

function portProblem(port: string): string | undefined {
  return port === "" || /^:[0-9]*$/.test(port)
    ? undefined
    : `invalid port ${JSON.stringify(port)} after host`;
}

type Url = CelObject<Parts>;

function toUrl(text: string): CelValue {
  const parts = parseRequestUrl(text);
  if (typeof parts === "string")
    return new CelFailure(`URL parse error during conversion from string: ${parts}`);
  return new CelObject(
    URL_TYPE.name,
    parts,
    text,
    (left, right) => JSON.stringify(left) === JSON.stringify(right),
  );
}

function hostname({ content }: Url): string {
  const bracketed = /^\[(.*)\]/.exec(content.host);
  return bracketed?.[1] ?? content.host.replace(/:[0-9]*$/, "");
}

function escapedPath({ content }: Url): string {
  return content.path.replace(/[^A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]/gu, encodeURIComponent);
}

function query({ content }: Url): CelValue {
  const lists = new Map<string, string[]>();
  for (const part of content.query.split("&")) {
    if (part === "" || part.includes(";")) continue;
    const [key = "", ...rest] = part.split("=");
    const name = unescapeQuery(key);
    const value = unescapeQuery(rest.join("="));
    if (name === undefined || value === undefined) continue;
    lists.set(name, [...(lists.get(name) ?? []), value]);
  }
  return new CelMap(lists);
}

function unescapeQuery(text: string): string | undefined {
  if (escapeProblem(text) !== undefined) return undefined;
  const bytes = text
    .replaceAll("+", " ")
    .replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return /[^\0-\xff]/.test(bytes) ? bytes : Buffer.from(bytes, "latin1").toString("utf8");
}

/** Kubernetes' functions of URLs. */
export const URLS: readonly CelFunction[] = [
  globalFunction("url", [[STRING], URL_TYPE, toUrl]),
  globalFunction("isURL", [[STRING], BOOL, (text: string) => typeof parseRequestUrl(text) !== "string"]),
  memberFunction("getScheme", [[URL_TYPE], STRING, ({ content }: Url) => content.scheme]),
  memberFunction("getHost", [[URL_TYPE], STRING, ({ content }: Url) => content.host]),
  memberFunction("getHostname", [[URL_TYPE], STRING, hostname]),
  memberFunction("getPort", [
    [URL_TYPE],
    STRING,
    ({ content }: Url) => /:([0-9]*)$/.exec(content.host)?.[1] ?? "",
  ]),
  memberFunction("getEscapedPath", [[URL_TYPE], STRING, escapedPath]),
  memberFunction("getQuery", [[URL_TYPE], mapOf(STRING, listOf(STRING)), query]),
];
