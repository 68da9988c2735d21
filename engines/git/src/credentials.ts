import { createPrivateKey } from "node:crypto";
import { GitCredentialsError } from "./git-error.ts";

/** How to prove who we are to a Git server, and how to know it. */
export interface GitCredentials {
  readonly kind: "none" | "basic" | "bearer" | "ssh";
  readonly username?: string;
  readonly password?: string;
  readonly bearerToken?: string;
  /** A private key in PEM or OpenSSH form. */
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
 * Reads the credentials of a Secret's decoded data, by the keys that Flux knows. `undefined` data means that no Secret is
 * named. Throws `GitCredentialsError` with Flux's words where a key is missing or cannot be used.
 */
export function parseGitCredentials(
  url: string,
  data: ReadonlyMap<string, string> | undefined,
): GitCredentials {
  if (url.startsWith("ssh://")) return parseSsh(data ?? new Map());
  if (data === undefined) return { kind: "none" };
  const tls = parseTls(data);
  const bearerToken = data.get("bearerToken");
  if (bearerToken !== undefined && bearerToken !== "") return { kind: "bearer", bearerToken, ...tls };
  const username = data.get("username") ?? "";
  const password = data.get("password") ?? "";
  if (username === "" && password === "") return { kind: "none", ...tls };
  if (username === "") throw missingKey("basic", "username");
  if (password === "") throw missingKey("basic", "password");
  return { kind: "basic", username, password, ...tls };
}

function parseTls(
  data: ReadonlyMap<string, string>,
): Pick<GitCredentials, "caFile" | "certFile" | "keyFile"> {
  const caFile = data.get("ca.crt") ?? data.get("caFile");
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
  const password = data.get("password");
  if (identity === "") throw missingKey("ssh", "identity");
  if (knownHosts === "") throw missingKey("ssh", "known_hosts");
  checkIdentity(identity, password);
  return { kind: "ssh", identity, knownHosts, ...(password === undefined ? {} : { password }) };
}

/** OpenSSH's own format is left to ssh itself; a PEM is parsed, and anything else is no key. */
function checkIdentity(identity: string, passphrase: string | undefined): void {
  if (identity.includes("-----BEGIN OPENSSH PRIVATE KEY-----")) return;
  try {
    createPrivateKey({ key: identity, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    throw new GitCredentialsError(
      "GitOperationFailed",
      "unable to construct auth method with options: ssh: no key found",
    );
  }
}

function missingKey(kind: string, key: string): GitCredentialsError {
  const detail = `invalid '${kind}' auth option: '${key}' is required`;
  return new GitCredentialsError(
    "AuthenticationFailed",
    `failed to configure authentication options: ${detail}`,
  );
}
