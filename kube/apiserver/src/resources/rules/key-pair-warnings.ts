import { createPrivateKey, X509Certificate } from "node:crypto";
import type { JsonObject } from "@weir/core";
import { child, text } from "../draft-access.ts";

/** A TLS Secret may hold anything, but its user hears of what is no certificate with its key, in the words of Go. */
export function keyPairWarnings(secret: JsonObject): readonly string[] {
  if (secret["type"] !== "kubernetes.io/tls") return [];
  const data = child(secret, "data");
  const [certificate, key] = ["tls.crt", "tls.key"].map((name) =>
    pemBlocks(Buffer.from(text(data, name), "base64").toString("latin1")),
  );
  const problem = pairProblem(certificate ?? [], key ?? []);
  return problem === undefined ? [] : [`tls: ${problem}`];
}

interface PemBlock {
  readonly type: string;
  readonly text: string;
}

const BLOCK = /-----BEGIN ([^\n]*?)-----[ \t]*\r?\n([\s\S]*?)-----END \1-----/g;

function pemBlocks(input: string): readonly PemBlock[] {
  return [...input.matchAll(BLOCK)]
    .filter(([, , body = ""]) => /^[A-Za-z0-9+/=\s]*$/.test(body.replace(/^[\s\S]*?: [\s\S]*?\n\n/, "")))
    .map(([whole, type = ""]) => ({ type, text: `${whole}\n` }));
}

function isKey({ type }: PemBlock): boolean {
  return type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY");
}

function pairProblem(given: readonly PemBlock[], keys: readonly PemBlock[]): string | undefined {
  const certificate = given.find(({ type }) => type === "CERTIFICATE");
  if (certificate === undefined) return missingCertificate(given);
  const key = keys.find(isKey);
  if (key === undefined) return missingKey(keys);
  return matchProblem(certificate.text, key.text);
}

function missingCertificate(given: readonly PemBlock[]): string {
  if (given.length === 0) return "failed to find any PEM data in certificate input";
  const [only, second] = given;
  if (only !== undefined && second === undefined && only.type.endsWith("PRIVATE KEY"))
    return "failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  const types = given.map(({ type }) => type).join(" ");
  return `failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types}]`;
}

function missingKey(keys: readonly PemBlock[]): string {
  if (keys.length === 0) return "failed to find any PEM data in key input";
  const [only, second] = keys;
  if (only?.type === "CERTIFICATE" && second === undefined)
    return "found a certificate rather than a key in the PEM for the private key";
  const types = keys.map(({ type }) => type).join(" ");
  return `failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types}]`;
}

function matchProblem(certificate: string, key: string): string | undefined {
  try {
    const found = new X509Certificate(certificate);
    const secret = createPrivateKey(key);
    if (found.publicKey.asymmetricKeyType !== secret.asymmetricKeyType)
      return "private key type does not match public key type";
    return found.checkPrivateKey(secret) ? undefined : "private key does not match public key";
  } catch {
    return "failed to parse private key";
  }
}
