/** X.509 certificates as Go's crypto/x509 makes them of Sprig's templates. */
import { createHash, createPublicKey, type KeyObject, sign, X509Certificate } from "node:crypto";

import { type GoField, GoCallError, GoObject, quoteGo, utf8Bytes } from "@weir/text";

import { isAscii } from "./byte-text.ts";
import { der, derContext, derInteger, derOid, derTime, type DerValue, readDer } from "./der.ts";
import { writePem } from "./pem.ts";
import { type PrivateKey, writePrivateKey } from "./private-key.ts";

/** A certificate and its key, which a template reads as `.Cert` and `.Key`, both PEM. */
export class CertificateObject extends GoObject {
  readonly type = "sprig.certificate";
  readonly kind = "struct";
  readonly certificate: string;
  readonly key: string;

  constructor(certificate: string, key: string) {
    super();
    this.certificate = certificate;
    this.key = key;
  }

  override fields(): readonly GoField[] {
    return [
      { name: "Cert", type: "string", value: this.certificate },
      { name: "Key", type: "string", value: this.key },
    ];
  }
}

/** What a certificate says. */
export interface CertificateTemplate {
  readonly commonName: string;
  readonly addresses: readonly Uint8Array[];
  readonly dnsNames: readonly string[];
  /** Seconds since the epoch. */
  readonly notBefore: bigint;
  readonly notAfter: bigint;
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly isAuthority: boolean;
}

/** Who signs: the certificate's own subject unless there is a parent. */
export interface CertificateSigner {
  readonly key: PrivateKey;
  readonly parent?: ParentCertificate;
}

/** What is needed of a certificate to sign others with it. */
export interface ParentCertificate {
  readonly x509: X509Certificate;
  /** The subject in DER. */
  readonly subject: Uint8Array;
  readonly subjectKeyId: Uint8Array | undefined;
}

/** Makes a certificate for a key. Throws a `GoCallError` with Sprig's text. */
export function createCertificate(
  template: CertificateTemplate,
  key: PrivateKey,
  signer: CertificateSigner,
): CertificateObject {
  const bytes = certificateBytes(template, key, signer);
  return new CertificateObject(writePem({ type: "CERTIFICATE", bytes }), writePrivateKey(key));
}

function certificateBytes(
  template: CertificateTemplate,
  key: PrivateKey,
  { key: signingKey, parent }: CertificateSigner,
): Uint8Array {
  const signer = signerOf(signingKey);
  const algorithm = signatureAlgorithm(signer);
  if (key.kind === "dsa") throw failed("x509: unsupported public key type: *dsa.PublicKey");
  if (parent !== undefined && !parent.x509.checkPrivateKey(signer)) {
    throw failed("x509: provided PrivateKey doesn't match parent's PublicKey");
  }
  const subject = nameOf(template.commonName);
  const issuer = parent?.subject ?? subject;
  const publicKey = createPublicKey(key.key).export({ format: "der", type: "spki" });
  const authority = Buffer.compare(issuer, subject) === 0 ? undefined : parent?.subjectKeyId;
  const contents = der(
    "sequence",
    derContext(0, true, derInteger(Uint8Array.of(2))),
    derInteger(template.serial),
    algorithm.identifier,
    issuer,
    der("sequence", timeOf(template.notBefore), timeOf(template.notAfter)),
    subject,
    publicKey,
    derContext(3, true, extensionsOf(template, publicKey, authority)),
  );
  const signature = sign(algorithm.hash, contents, signer);
  return der("sequence", contents, algorithm.identifier, bitString(signature));
}

function failed(problem: string): GoCallError {
  return new GoCallError(`error creating certificate: ${problem}`);
}

function signerOf(key: PrivateKey): KeyObject {
  const type = key.kind === "signer" ? key.key.asymmetricKeyType : "dsa";
  if (key.kind === "dsa" || type === "x25519" || type === "x448") {
    throw failed("x509: certificate private key does not implement crypto.Signer");
  }
  return key.key;
}

interface SignatureAlgorithm {
  readonly hash: string | null;
  readonly identifier: Uint8Array;
}

const CURVE_ALGORITHMS: Readonly<Record<string, readonly [hash: string, oid: string]>> = {
  secp224r1: ["sha256", "1.2.840.10045.4.3.2"],
  prime256v1: ["sha256", "1.2.840.10045.4.3.2"],
  secp384r1: ["sha384", "1.2.840.10045.4.3.3"],
  secp521r1: ["sha512", "1.2.840.10045.4.3.4"],
};

function signatureAlgorithm(key: KeyObject): SignatureAlgorithm {
  if (key.asymmetricKeyType === "rsa") {
    return { hash: "sha256", identifier: der("sequence", derOid("1.2.840.113549.1.1.11"), der("null")) };
  }
  if (key.asymmetricKeyType === "ed25519") {
    return { hash: null, identifier: der("sequence", derOid("1.3.101.112")) };
  }
  const found = CURVE_ALGORITHMS[key.asymmetricKeyDetails?.namedCurve ?? ""];
  if (found === undefined) throw failed("x509: only RSA, ECDSA and Ed25519 keys supported");
  return { hash: found[0], identifier: der("sequence", derOid(found[1])) };
}

/** What Go writes as a PrintableString; other text is UTF-8. */
const PRINTABLE = /^[A-Za-z0-9 '()+,\-./:=?]*$/;

function nameOf(commonName: string): Uint8Array {
  if (commonName === "") return der("sequence");
  const type = PRINTABLE.test(commonName) ? "printable" : "utf8";
  const attribute = der("sequence", derOid("2.5.4.3"), der(type, utf8Bytes(commonName)));
  return der("sequence", der("set", attribute));
}

function timeOf(seconds: bigint): Uint8Array {
  const time = derTime(seconds);
  if (time === undefined) {
    throw failed("asn1: structure error: cannot represent time as GeneralizedTime");
  }
  return time;
}

function bitString(bytes: Uint8Array, unusedBits = 0): Uint8Array {
  return der("bitString", Uint8Array.of(unusedBits), bytes);
}

const USE_BY_BOTH_SIDES = der("sequence", derOid("1.3.6.1.5.5.7.3.1"), derOid("1.3.6.1.5.5.7.3.2"));

function extensionsOf(
  { commonName, addresses, dnsNames, isAuthority }: CertificateTemplate,
  publicKey: Uint8Array,
  authorityKeyId: Uint8Array | undefined,
): Uint8Array {
  // Signatures and keys to encipher with; an authority signs certificates as well.
  const usage = isAuthority ? bitString(Uint8Array.of(0xa4), 2) : bitString(Uint8Array.of(0xa0), 5);
  const constraints = isAuthority ? der("sequence", der("boolean", Uint8Array.of(0xff))) : der("sequence");
  const extensions = [
    extension("2.5.29.15", true, usage),
    extension("2.5.29.37", false, USE_BY_BOTH_SIDES),
    extension("2.5.29.19", true, constraints),
  ];
  if (isAuthority) extensions.push(extension("2.5.29.14", false, der("octetString", keyIdOf(publicKey))));
  if (authorityKeyId !== undefined) {
    extensions.push(extension("2.5.29.35", false, der("sequence", derContext(0, false, authorityKeyId))));
  }
  if (dnsNames.length + addresses.length > 0) {
    const names = [...dnsNames.map(dnsNameOf), ...addresses.map((address) => derContext(7, false, address))];
    extensions.push(extension("2.5.29.17", commonName === "", der("sequence", ...names)));
  }
  return der("sequence", ...extensions);
}

function extension(oid: string, isCritical: boolean, value: Uint8Array): Uint8Array {
  const critical = isCritical ? [der("boolean", Uint8Array.of(0xff))] : [];
  return der("sequence", derOid(oid), ...critical, der("octetString", value));
}

/** RFC 7093's first method: a part of the hash of the key's bits. */
function keyIdOf(publicKey: Uint8Array): Uint8Array {
  const bits = partsOf(publicKey)[1]?.content.subarray(1) ?? publicKey;
  return createHash("sha256").update(bits).digest().subarray(0, 20);
}

function dnsNameOf(name: string): Uint8Array {
  if (!isAscii(name)) throw failed(`x509: ${quoteGo(name)} cannot be encoded as an IA5String`);
  return derContext(2, false, Buffer.from(name));
}

function partsOf(bytes: Uint8Array): readonly DerValue[] {
  return readDer(readDer(bytes)?.[0]?.content ?? Uint8Array.of()) ?? [];
}

/** Reads a certificate to sign with, or `undefined` if it is none. */
export function readCertificate(bytes: Uint8Array): ParentCertificate | undefined {
  const x509 = x509Of(bytes);
  const fields = partsOf(partsOf(bytes)[0]?.whole ?? bytes);
  const start = fields[0]?.tag === 0xa0 ? 1 : 0;
  const subject = fields[start + 4]?.whole;
  if (x509 === undefined || subject === undefined) return undefined;
  return { x509, subject, subjectKeyId: subjectKeyIdOf(fields.find(({ tag }) => tag === 0xa3)) };
}

function x509Of(bytes: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

function subjectKeyIdOf(extensions: DerValue | undefined): Uint8Array | undefined {
  const oid = derOid("2.5.29.14");
  for (const { content } of extensions === undefined ? [] : partsOf(extensions.content)) {
    const parts = readDer(content) ?? [];
    const value = parts.at(-1)?.content;
    if (Buffer.compare(parts[0]?.whole ?? oid.subarray(1), oid) !== 0 || value === undefined) continue;
    return readDer(value)?.[0]?.content;
  }
  return undefined;
}
