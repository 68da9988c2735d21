import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { DerError, derIdentifier, DerReader, type DerValue } from "./der-reader.ts";

/** Who asks for a certificate, and what for, as a PKCS #10 request says. */
export interface CertificateRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  /** Whether the subject says anything beside its common name and organizations. */
  readonly hasOtherNames: boolean;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emails: readonly string[];
  readonly uris: readonly string[];
  /** The subject's name, its public key and, where it has any, its other names, as DER. */
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly alternativeNames: Uint8Array | undefined;
}

/** What reading a request came to; what is wrong with it is told in the words of Go. */
export type ReadRequest =
  | {
      readonly kind: "request";
      readonly request: CertificateRequest;
      /** Whether who asks has the key. */
      readonly isSigned: boolean;
      /** What is told where they do not. */
      readonly problem: string;
    }
  | { readonly kind: "refused"; readonly why: string };

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BITS = 0x03;
const OCTETS = 0x04;
const IDENTIFIER = 0x06;
const ATTRIBUTES = 0xa0;
const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
const EXTENSIONS = "1.2.840.113549.1.9.14";
const ALTERNATIVE_NAMES = "2.5.29.17";

/** How what is signed is signed, by the identifier of the algorithm. */
const ALGORITHMS: Readonly<Record<string, string | null>> = {
  "1.2.840.10045.4.3.2": "sha256",
  "1.2.840.10045.4.3.3": "sha384",
  "1.2.840.10045.4.3.4": "sha512",
  "1.2.840.113549.1.1.11": "sha256",
  "1.2.840.113549.1.1.12": "sha384",
  "1.2.840.113549.1.1.13": "sha512",
  "1.3.101.112": null,
};

/** Reads the PEM of a certificate request and checks its signature. */
export function readCertificateRequest(pem: string): ReadRequest {
  const block = /-----BEGIN ([^\n-]*)-----\r?\n([A-Za-z0-9+/=\s]*)-----END \1-----/.exec(pem);
  if (block === null || block[1] !== "CERTIFICATE REQUEST")
    return { kind: "refused", why: "PEM block type must be CERTIFICATE REQUEST" };
  try {
    return readDer(Buffer.from(block[2] ?? "", "base64"));
  } catch (error) {
    if (error instanceof DerError) return { kind: "refused", why: "x509: malformed certificate request" };
    throw error;
  }
}

function readDer(der: Uint8Array): ReadRequest {
  const outer = new DerReader(der).within(SEQUENCE);
  const signed = outer.next(SEQUENCE);
  const algorithm = derIdentifier(outer.within(SEQUENCE).next(IDENTIFIER));
  const signature = outer.next(BITS).content.subarray(1);
  const info = new DerReader(signed.content);
  info.next(INTEGER);
  const name = info.next(SEQUENCE);
  const subject = readSubject(new DerReader(name.content));
  const publicKey = info.next(SEQUENCE).whole;
  const names = info.isAtEnd ? NO_NAMES : readAttributes(info.next(ATTRIBUTES));
  const key = keyOf(publicKey);
  if (key === undefined) return { kind: "refused", why: "x509: unsupported public key" };
  return {
    kind: "request",
    request: { ...subject, ...names, subject: name.whole, publicKey },
    isSigned: isSignedBy(key, { algorithm, signed: signed.whole, signature }),
    problem: PROBLEMS[key.asymmetricKeyType ?? ""] ?? "x509: cannot verify signature",
  };
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ec: "x509: ECDSA verification failure",
  rsa: "crypto/rsa: verification error",
  ed25519: "x509: Ed25519 verification failure",
};

function keyOf(publicKey: Uint8Array): KeyObject | undefined {
  try {
    return createPublicKey({ key: Buffer.from(publicKey), format: "der", type: "spki" });
  } catch {
    return undefined;
  }
}

interface Signed {
  readonly algorithm: string;
  readonly signed: Uint8Array;
  readonly signature: Uint8Array;
}

function isSignedBy(key: KeyObject, { algorithm, signed, signature }: Signed): boolean {
  const digest = Object.hasOwn(ALGORITHMS, algorithm) ? ALGORITHMS[algorithm] : undefined;
  if (digest === undefined) return false;
  try {
    return verify(digest, signed, key, signature);
  } catch {
    return false;
  }
}

type Subject = Pick<CertificateRequest, "commonName" | "organizations" | "hasOtherNames">;

function readSubject(names: DerReader): Subject {
  const organizations: string[] = [];
  let commonName = "";
  let hasOtherNames = false;
  while (!names.isAtEnd) {
    const set = names.within(SET);
    while (!set.isAtEnd) {
      const pair = set.within(SEQUENCE);
      const type = derIdentifier(pair.next(IDENTIFIER));
      const value = Buffer.from(pair.next().content).toString("utf8");
      if (type === COMMON_NAME) commonName = value;
      else if (type === ORGANIZATION) organizations.push(value);
      else hasOtherNames = true;
    }
  }
  return { commonName, organizations, hasOtherNames };
}

type Names = Pick<CertificateRequest, "dnsNames" | "ipAddresses" | "emails" | "uris" | "alternativeNames">;

const NO_NAMES: Names = {
  dnsNames: [],
  ipAddresses: [],
  emails: [],
  uris: [],
  alternativeNames: undefined,
};

function readAttributes({ content }: DerValue): Names {
  const attributes = new DerReader(content);
  while (!attributes.isAtEnd) {
    const attribute = attributes.within(SEQUENCE);
    if (derIdentifier(attribute.next(IDENTIFIER)) !== EXTENSIONS) continue;
    const extensions = attribute.within(SET).within(SEQUENCE);
    while (!extensions.isAtEnd) {
      const extension = extensions.within(SEQUENCE);
      if (derIdentifier(extension.next(IDENTIFIER)) !== ALTERNATIVE_NAMES) continue;
      let value = extension.next();
      if (value.tag !== OCTETS) value = extension.next(OCTETS);
      return { ...readNames(new DerReader(value.content).within(SEQUENCE)), alternativeNames: value.content };
    }
  }
  return NO_NAMES;
}

function readNames(names: DerReader): Omit<Names, "alternativeNames"> {
  const found: Record<"dnsNames" | "ipAddresses" | "emails" | "uris", string[]> = {
    dnsNames: [],
    ipAddresses: [],
    emails: [],
    uris: [],
  };
  while (!names.isAtEnd) {
    const { tag, content } = names.next();
    const text = Buffer.from(content).toString("latin1");
    if (tag === 0x81) found.emails.push(text);
    else if (tag === 0x82) found.dnsNames.push(text);
    else if (tag === 0x86) found.uris.push(text);
    else if (tag === 0x87) found.ipAddresses.push(addressText(content));
  }
  return found;
}

function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups: string[] = [];
  for (let index = 0; index + 1 < bytes.length; index += 2)
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16));
  return groups.join(":");
}
