import { X509Certificate } from "node:crypto";

const BLOCK = /-----BEGIN ([^\n-]*)-----\r?\n([A-Za-z0-9+/=\s:,-]*?)-----END \1-----/g;

/** What is wrong with certificates in PEM, given in base64, in the words of Go; `undefined` where nothing is. */
export function certificateProblem(encoded: string): string | undefined {
  const blocks = [...Buffer.from(encoded, "base64").toString("latin1").matchAll(BLOCK)];
  for (const [whole, type = "", body = ""] of blocks) {
    if (type !== "CERTIFICATE")
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (body.includes(":")) return "no PEM block headers are permitted";
    if (!isCertificate(whole)) return "x509: malformed certificate";
  }
  return blocks.length === 0 ? "must contain at least one CERTIFICATE PEM block" : undefined;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
