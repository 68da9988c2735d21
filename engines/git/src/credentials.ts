import { GitCredentialsError } from "./git-error.ts";
import { readIdentity } from "./ssh/identity.ts";
import { checkKnownHosts } from "./ssh/known-hosts.ts";

/** How to prove who we are to a Git server, and how to know it. */
export interface GitCredentials {
  readonly kind: "none" | "basic" | "bearer" | "ssh";
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  /** A private key in PEM or OpenSSH form; where ssh has to decrypt it, `password` is its passphrase. */
  readonly identity?: string;
  readonly knownHosts?: string;
  /** PEM bundle that the server's certificate must chain to, in place of the system's. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** An HTTP proxy on the way to the server. */
export interface GitProxy {
  readonly address: string;
  readonly username?: string;
  readonly password?: string;
}

/**
 * Reads the credentials of a Secret's decoded data, by the keys that Flux knows; what it leaves out, an HTTP URL may name.
 * `undefined` data means that no Secret is named. Throws `GitCredentialsError` with Flux's words where a key is missing or
 * cannot be used.
 */
export function parseGitCredentials(
  url: string,
  data: ReadonlyMap<string, string> | undefined,
): GitCredentials {
  return url.startsWith("ssh://") ? parseSsh(data ?? new Map()) : parseHttp(url, data ?? new Map());
}

function parseHttp(url: string, data: ReadonlyMap<string, string>): GitCredentials {
  const tls = parseTls(data);
  const bearerToken = data.get("bearerToken");
  const { username, password } = userOf(url, bearerToken === undefined ? data : new Map());
  if (username === "" && password !== "") {
    const transport = url.slice(0, url.indexOf("://"));
    throw invalidOption(transport, "'password' requires 'username' to be set");
  }
  const hasToken = bearerToken !== undefined && bearerToken !== "";
  if (username === "") return hasToken ? { kind: "bearer", bearerToken, ...tls } : { kind: "none", ...tls };
  if (!hasToken) return { kind: "basic", username, password, ...tls };
  throw new GitCredentialsError("unusable", "basic auth and bearer token cannot be set at the same time");
}

function userOf(url: string, data: ReadonlyMap<string, string>): ReturnType<typeof userInfoOf> {
  const fromUrl = userInfoOf(url);
  return {
    username: data.get("username") || fromUrl.username,
    password: data.get("password") || fromUrl.password,
  };
}

/** The user and password that a URL names, decoded; empty where it names none or is no URL. */
export function userInfoOf(url: string): { readonly username: string; readonly password: string } {
  if (!URL.canParse(url)) return { username: "", password: "" };
  const { username, password } = new URL(url);
  return { username: decode(username), password: decode(password) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parseTls(
  data: ReadonlyMap<string, string>,
): Pick<GitCredentials, "caFile" | "certFile" | "keyFile"> {
  const caFile = data.get("ca.crt") || data.get("caFile");
  const certFile = data.get("tls.crt");
  const keyFile = data.get("tls.key");
  return {
    ...(caFile === undefined ? {} : { caFile }),
    ...(certFile === undefined || keyFile === undefined ? {} : { certFile, keyFile }),
  };
}

function parseSsh(data: ReadonlyMap<string, string>): GitCredentials {
  const identity = data.get("identity") ?? "";
  const knownHosts = data.get("known_hosts") ?? "";
  if (identity === "") throw invalidOption("ssh", "'identity' is required");
  if (knownHosts === "") throw invalidOption("ssh", "'known_hosts' is required");
  const key = readIdentity(identity, data.get("password"));
  checkKnownHosts(knownHosts);
  return { kind: "ssh", knownHosts, ...key };
}

function invalidOption(transport: string, detail: string): GitCredentialsError {
  const message = `invalid '${transport}' auth option: ${detail}`;
  return new GitCredentialsError("missing-key", `failed to configure authentication options: ${message}`);
}
