import { createPrivateKey, X509Certificate } from "node:crypto";

/** How TLS is spoken to a server, all in PEM. */
export interface TlsAccess {
  /** Authorities that are trusted. */
  readonly ca?: string;
  /** Who we are. */
  readonly cert?: string;
  readonly key?: string;
}

/** How TLS is spoken, or what is wrong with the Secret, in Flux's words. */
export type ParsedTls =
  | { readonly kind: "tls"; readonly tls: TlsAccess }
  /** Something is missing; the words go with the name of the Secret. */
  | { readonly kind: "incomplete"; readonly problem: string }
  | { readonly kind: "invalid"; readonly problem: string };

/** Reads the data of a Secret that `certSecretRef` names: `ca.crt`, `tls.crt` and `tls.key`, or their older names. */
export function parseTls(data: ReadonlyMap<string, string>): ParsedTls {
  const ca = given("ca", data, ["ca.crt", "caFile"]);
  const cert = given("cert", data, ["tls.crt", "certFile"]);
  const key = given("key", data, ["tls.key", "keyFile"]);
  const tls: TlsAccess = { ...ca, ...cert, ...key };
  const gap = gapOf(tls);
  if (gap !== undefined) return { kind: "incomplete", problem: gap };
  const problem = pairProblem(tls) ?? caProblem(tls);
  return problem === undefined ? { kind: "tls", tls } : { kind: "invalid", problem };
}

function given(
  field: keyof TlsAccess,
  data: ReadonlyMap<string, string>,
  names: readonly string[],
): TlsAccess {
  const value = names.map((name) => data.get(name)).find((text) => text !== undefined && text !== "");
  return value === undefined ? {} : { [field]: value };
}

function gapOf({ ca, cert, key }: TlsAccess): string | undefined {
  if (cert !== undefined && key === undefined) return "contains 'tls.crt' but missing 'tls.key'";
  if (cert === undefined && key !== undefined) return "contains 'tls.key' but missing 'tls.crt'";
  if (cert === undefined && ca === undefined) {
    return "must contain either 'ca.crt' or both 'tls.crt' and 'tls.key'";
  }
  return undefined;
}

function caProblem({ ca }: TlsAccess): string | undefined {
  if (ca === undefined || tryOr(() => new X509Certificate(ca)) !== undefined) return undefined;
  return "failed to parse CA certificate";
}

/** What OpenSSL says is left out: it is about a private key. */
function pairProblem({ cert, key }: TlsAccess): string | undefined {
  if (cert === undefined || key === undefined) return undefined;
  const failed = "failed to parse TLS certificate and key: tls:";
  const certificate = tryOr(() => new X509Certificate(cert));
  if (certificate === undefined) return `${failed} failed to find any PEM data in certificate input`;
  const secret = tryOr(() => createPrivateKey(key));
  if (secret === undefined) return `${failed} failed to find any PEM data in key input`;
  return certificate.checkPrivateKey(secret) ? undefined : `${failed} private key does not match public key`;
}

function tryOr<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
