import { cleanPath, DurationSyntaxError, goDurationMs } from "@weir/core";

/** A git repository and a directory in it, as the URL of a base names them. */
export interface RepoSpec {
  /** The URL as it is written; cycles are found by it. */
  readonly raw: string;
  /** What git is told to fetch from, such as `https://github.com/org/repo` or `git@github.com:org/repo`. */
  readonly cloneUrl: string;
  /** The directory in the repository; empty for its root. */
  readonly path: string;
  /** A branch, tag, reference or commit; empty for the default branch. */
  readonly ref: string;
  readonly timeoutMs: number;
  readonly hasSubmodules: boolean;
}

const DEFAULT_TIMEOUT_MS = 27_000;
const SCHEMES = ["ssh://", "https://", "http://", "file://"] as const;
/** A URL without a mark of where the repository ends names it by two segments, as on GitHub. */
const REPOSITORY_SEGMENTS = 2;

/** Whether kustomize asks a server for a path instead of reading it. */
export function isRemoteFile(path: string): boolean {
  return /^https?:/i.test(path);
}

/** Whether an URL begins with the prefix that kustomize ignores, with a warning. */
export function isForcedGit(url: string): boolean {
  return url.slice(0, 5).toLowerCase() === "git::";
}

/** Reads the URL of a base by kustomize's rules; `undefined` where it does not name a repository. */
export function parseRepoSpec(raw: string): RepoSpec | undefined {
  if (raw.startsWith("/")) return undefined;
  const at = raw.indexOf("?");
  const location = at < 0 ? raw : raw.slice(0, at);
  const host = extractHost(isForcedGit(location) ? location.slice(5) : location);
  if (host === undefined) return undefined;
  const parts = splitPath(host.rest, host.isLocal);
  if (parts === undefined || parts.repository === "" || leaves(parts.path)) return undefined;
  return {
    raw,
    cloneUrl: host.host + parts.repository,
    path: parts.path.replace(/^\//, ""),
    ...parseQuery(at < 0 ? "" : raw.slice(at + 1)),
  };
}

interface Host {
  readonly host: string;
  readonly rest: string;
  readonly isLocal: boolean;
}

function extractHost(location: string): Host | undefined {
  const scheme = SCHEMES.find((each) => location.slice(0, each.length).toLowerCase() === each) ?? "";
  const afterScheme = location.slice(scheme.length);
  if (scheme === "file://") return { host: scheme, rest: afterScheme, isLocal: true };
  const username = /^[a-zA-Z][a-zA-Z0-9-]*@/.exec(afterScheme)?.[0] ?? "";
  const address = afterScheme.slice(username.length);
  const isGithub = /^github\.com[/:]/i.test(address);
  const isScp = scheme === "" && (username !== "" || isGithub);
  if (scheme === "" && !isScp) return undefined;
  const { host, rest } = splitHost(address, isScp);
  if (isGithub) return { host: githubHost(scheme, username), rest, isLocal: false };
  return host === "" ? undefined : { host: scheme + username + host, rest, isLocal: false };
}

function splitHost(address: string, isScp: boolean): Pick<Host, "host" | "rest"> {
  const end = hostEnd(address, isScp);
  if (end < 0) return { host: address, rest: "" };
  return { host: address.slice(0, end + 1), rest: address.slice(end + 1) };
}

/** A colon ends the host of `user@host:path`, unless a slash comes first. */
function hostEnd(address: string, isScp: boolean): number {
  const slash = address.indexOf("/");
  const colon = isScp ? address.indexOf(":") : -1;
  if (!isScp) return slash;
  return slash < 0 || (colon > 0 && colon < slash) ? colon : slash;
}

function githubHost(scheme: string, username: string): string {
  return scheme === "ssh://" || username !== "" ? `${username}github.com:` : "https://github.com/";
}

interface PathParts {
  readonly repository: string;
  readonly path: string;
}

function splitPath(path: string, isLocal: boolean): PathParts | undefined {
  const azure = path.indexOf("_git/");
  if (azure >= 0) {
    const end = path.indexOf("/", azure + "_git/".length);
    return end < 0 ? { repository: path, path: "" } : splitAt(path, end, 1);
  }
  const doubleSlash = path.indexOf("//");
  if (doubleSlash >= 0) return splitAt(path, doubleSlash, 2);
  const suffix = path.indexOf(".git");
  if (suffix >= 0) return splitAt(path, suffix + ".git".length, 0);
  if (isLocal) return { repository: path, path: "" };
  const segments = path.split("/");
  if (segments.length < REPOSITORY_SEGMENTS) return undefined;
  return {
    repository: segments.slice(0, REPOSITORY_SEGMENTS).join("/"),
    path: segments.slice(REPOSITORY_SEGMENTS).join("/"),
  };
}

function splitAt(path: string, end: number, skipped: number): PathParts {
  return { repository: path.slice(0, end), path: path.slice(end + skipped) };
}

function leaves(path: string): boolean {
  return cleanPath(path.replace(/^\//, "")).split("/")[0] === "..";
}

function parseQuery(query: string): Pick<RepoSpec, "ref" | "timeoutMs" | "hasSubmodules"> {
  const defaults = { ref: "", timeoutMs: DEFAULT_TIMEOUT_MS, hasSubmodules: true };
  // Go's parser refuses these; a query that it refuses counts as none.
  if (query.includes(";") || /%(?![0-9a-fA-F]{2})/.test(query)) return defaults;
  const values = new URLSearchParams(query);
  const ref = values.get("ref") ?? "";
  return {
    ref: ref === "" ? (values.get("version") ?? "") : ref,
    timeoutMs: timeoutOf(values.get("timeout") ?? "") ?? defaults.timeoutMs,
    hasSubmodules: !/^(?:0|f|F|false|FALSE|False)$/.test(values.get("submodules") ?? ""),
  };
}

/** Seconds, or a duration of Go; `undefined` for anything that is not above zero. */
function timeoutOf(text: string): number | undefined {
  if (/^[+-]?\d+$/.test(text)) return Number(text) > 0 ? Number(text) * 1000 : undefined;
  try {
    const duration = goDurationMs(text);
    return duration > 0 ? duration : undefined;
  } catch (error) {
    if (error instanceof DurationSyntaxError) return undefined;
    throw error;
  }
}
