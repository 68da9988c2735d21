import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from "node:crypto";
import { WeirError } from "@weir/core";
import {
  bitString,
  boolean,
  integer,
  objectId,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from "./der.ts";
import { keyUsages } from "./key-usages.ts";

/** A certificate and its private key, both as PEM. */
export interface CertifiedKey {
  readonly certificate: string;
  readonly key: string;
}

/** An authority of one's own, that issues certificates for servers and clients. */
export interface CertificateAuthority extends CertifiedKey {
  /** When the authority's own certificate ends, in milliseconds since 1970. */
  readonly notAfterMs: number;
  /** Makes a certificate for a server that is reached by these names and addresses. */
  issue(names: ServerNames, options: IssueOptions): CertifiedKey;
  /** Makes a certificate by which a client shows who it is: its name as the common name, its groups as organizations. */
  issueClient(client: ClientName, options: Omit<IssueOptions, "commonName">): CertifiedKey;
  /** Makes a certificate, as PEM, for a key that somebody else has. */
  sign(request: SigningRequest): string;
}

/** What a certificate says of a key that somebody else has. */
export interface SigningRequest {
  /** The subject's name, its public key and, where it has any, its other names, as DER. */
  readonly subject: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly alternativeNames?: Uint8Array | undefined;
  /** What the key is for, as Kubernetes says: `digital signature`, `client auth`. */
  readonly usages: readonly string[];
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Who a client is. */
export interface ClientName {
  readonly name: string;
  readonly groups: readonly string[];
}

/** By what a server is reached. */
export interface ServerNames {
  readonly dns: readonly string[];
  /** IPv4 or IPv6 addresses. */
  readonly ips: readonly string[];
}

/** For whom and how long a certificate is good. */
export interface IssueOptions {
  readonly commonName: string;
  readonly nowMs: number;
  readonly validMs: number;
}

/** A certificate and a key that do not belong together, or are no such things. */
export class CertificateError extends WeirError {
  override readonly name = "CertificateError";
  readonly reason = "InvalidCertificate";
  readonly retry = "backoff";
}

const OID = {
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  subjectKeyId: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyId: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
  serverAuth: "1.3.6.1.5.5.7.3.1",
  clientAuth: "1.3.6.1.5.5.7.3.2",
} as const;

/** Clocks of clients may be behind. */
const BACKDATED_MS = 3_600_000;

/** Makes an authority with a new P-256 key, known to nobody else. */
export function createAuthority({ commonName, nowMs, validMs }: IssueOptions): CertificateAuthority {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = certify({
    subject: distinguishedName(commonName),
    issuer: commonName,
    publicKey,
    signingKey: privateKey,
    nowMs,
    validMs,
    extensions: [
      extension(OID.basicConstraints, sequence(boolean(true)), true),
      // digitalSignature, keyEncipherment and keyCertSign.
      extension(OID.keyUsage, bitString(Buffer.from([0b1010_0100]), 2), true),
      extension(OID.subjectKeyId, octetString(keyIdOf(publicKey))),
    ],
  });
  return openAuthority({ certificate, key: pemOf(privateKey) });
}

/** Opens an authority that was made before. Throws a `CertificateError`. */
export function openAuthority(pair: CertifiedKey): CertificateAuthority {
  const { certificate, privateKey } = readPair(pair);
  const keyId = keyIdOf(createPublicKey(privateKey));
  const issuer = /(?:^|\n)CN=(.*)$/m.exec(certificate.subject)?.[1] ?? "";
  return {
    ...pair,
    notAfterMs: certificate.validToDate.getTime(),
    issue: (names, options) => issue(names, options, { issuer, privateKey, keyId }),
    issueClient: (client, options) => issueClient(client, options, { issuer, privateKey, keyId }),
    sign: (request) => signRequest(request, { issuer, privateKey, keyId }),
  };
}

/** Reads a certificate (the first of a chain) with its key, and checks that they belong together. */
export function readPair(pair: CertifiedKey): {
  readonly certificate: X509Certificate;
  readonly privateKey: KeyObject;
} {
  let certificate: X509Certificate;
  let privateKey: KeyObject;
  try {
    certificate = new X509Certificate(pair.certificate);
    privateKey = createPrivateKey(pair.key);
  } catch (error) {
    throw new CertificateError("the certificate or its key cannot be read", { cause: error });
  }
  if (!certificate.checkPrivateKey(privateKey))
    throw new CertificateError("the key is not that of the certificate");
  return { certificate, privateKey };
}

interface Issuer {
  readonly issuer: string;
  readonly privateKey: KeyObject;
  readonly keyId: Uint8Array;
}

function issue(
  names: ServerNames,
  options: IssueOptions,
  { issuer, privateKey, keyId }: Issuer,
): CertifiedKey {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const alternatives = [
    ...names.dns.map((name) => tagged(0x82, Buffer.from(name, "latin1"))),
    ...names.ips.map((ip) => tagged(0x87, ipOctets(ip))),
  ];
  const certificate = certify({
    subject: distinguishedName(options.commonName),
    issuer,
    publicKey: own.publicKey,
    signingKey: privateKey,
    nowMs: options.nowMs,
    validMs: options.validMs,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // digitalSignature and keyEncipherment.
      extension(OID.keyUsage, bitString(Buffer.from([0b1010_0000]), 5), true),
      extension(OID.extendedKeyUsage, sequence(objectId(OID.serverAuth))),
      extension(OID.authorityKeyId, sequence(tagged(0x80, keyId))),
      extension(OID.subjectAltName, sequence(...alternatives)),
    ],
  });
  return { certificate, key: pemOf(own.privateKey) };
}

function issueClient(
  { name, groups }: ClientName,
  { nowMs, validMs }: Omit<IssueOptions, "commonName">,
  { issuer, privateKey, keyId }: Issuer,
): CertifiedKey {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const certificate = certify({
    subject: distinguishedName(name, groups),
    issuer,
    publicKey: own.publicKey,
    signingKey: privateKey,
    nowMs,
    validMs,
    extensions: [
      extension(OID.basicConstraints, sequence(), true),
      // digitalSignature and keyEncipherment.
      extension(OID.keyUsage, bitString(Buffer.from([0b1010_0000]), 5), true),
      extension(OID.extendedKeyUsage, sequence(objectId(OID.clientAuth))),
      extension(OID.authorityKeyId, sequence(tagged(0x80, keyId))),
    ],
  });
  return { certificate, key: pemOf(own.privateKey) };
}

function signRequest(request: SigningRequest, { issuer, privateKey, keyId }: Issuer): string {
  const { subject, publicKey, alternativeNames, usages, notBeforeMs, notAfterMs } = request;
  const { bits, unused, extended } = keyUsages(usages);
  return certifyBody({
    subject,
    issuer,
    publicKey,
    signingKey: privateKey,
    notBeforeMs,
    notAfterMs,
    extensions: [
      ...(bits.length === 0 ? [] : [extension(OID.keyUsage, bitString(bits, unused), true)]),
      ...(extended.length === 0
        ? []
        : [extension(OID.extendedKeyUsage, sequence(...extended.map((id) => objectId(id))))]),
      extension(OID.basicConstraints, sequence(), true),
      extension(OID.authorityKeyId, sequence(tagged(0x80, keyId))),
      ...(alternativeNames === undefined ? [] : [extension(OID.subjectAltName, alternativeNames)]),
    ],
  });
}

interface CertificateFields {
  readonly subject: Uint8Array;
  readonly issuer: string;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly nowMs: number;
  readonly validMs: number;
  readonly extensions: readonly Uint8Array[];
}

function certify({ publicKey, nowMs, validMs, ...fields }: CertificateFields): string {
  return certifyBody({
    ...fields,
    publicKey: publicKey.export({ type: "spki", format: "der" }),
    notBeforeMs: nowMs - BACKDATED_MS,
    notAfterMs: nowMs + validMs,
  });
}

interface CertificateBody
  extends Omit<CertificateFields, "publicKey" | "nowMs" | "validMs">,
    Pick<SigningRequest, "publicKey" | "notBeforeMs" | "notAfterMs"> {}

function certifyBody(fields: CertificateBody): string {
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const serial = randomBytes(16);
  // Positive and without a leading zero, so that it is a proper DER integer.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    distinguishedName(fields.issuer),
    sequence(time(fields.notBeforeMs), time(fields.notAfterMs)),
    fields.subject,
    fields.publicKey,
    tagged(0xa3, sequence(...fields.extensions)),
  );
  const signature = sign("sha256", body, fields.signingKey);
  return pem(sequence(body, algorithm, bitString(signature)));
}

function distinguishedName(commonName: string, organizations: readonly string[] = []): Uint8Array {
  const part = (id: string, text: string): Uint8Array => set(sequence(objectId(id), utf8String(text)));
  return sequence(
    ...organizations.map((organization) => part(OID.organization, organization)),
    part(OID.commonName, commonName),
  );
}

function extension(id: string, value: Uint8Array, isCritical = false): Uint8Array {
  return sequence(objectId(id), ...(isCritical ? [boolean(true)] : []), octetString(value));
}

function keyIdOf(publicKey: KeyObject): Uint8Array {
  return createHash("sha1")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest();
}

function pemOf(privateKey: KeyObject): string {
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function ipOctets(ip: string): Uint8Array {
  if (!ip.includes(":")) return Buffer.from(ip.split(".").map(Number));
  const [head = "", tail] = ip.split("::");
  const groups = (text: string | undefined): readonly number[] =>
    text === undefined || text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
  const [before, after] = [groups(head), groups(tail)];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}

function pem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
