import type { JsonObject, JsonValue } from "@weir/core";
import { parseJson } from "@weir/core";
import { isJsonObject, propertyOf, textOf } from "../descriptor.ts";
import { hasDigest } from "../digest.ts";
import { readSignatureKey, type SignatureKey } from "./public-key.ts";
import { VerificationError } from "./verification-error.ts";

/** What cosign attached to an artifact: a signed payload of its own, or a bundle of Sigstore's. */
export type CosignSignature =
  | {
      readonly kind: "simple-signing";
      /** The layer: JSON that names the digest. */
      readonly payload: Uint8Array;
      /** Base64, of the layer's annotation. */
      readonly signature: string;
    }
  | {
      readonly kind: "bundle";
      /** The layer: a Sigstore bundle in JSON. */
      readonly bundle: Uint8Array;
    };

/** What is verified against what. */
export interface CosignVerification {
  /** For messages: the reference with its digest. */
  readonly subject: string;
  /** `sha256:<hex>` of the manifest. */
  readonly digest: string;
  /** The manifest itself, which some bundles sign directly. */
  readonly manifest?: Uint8Array;
  readonly signatures: readonly CosignSignature[];
  /** PEM of the public keys; one signature by one of them is enough. */
  readonly keys: readonly string[];
}

/** Which signature was found good; positions in the lists that were given. */
export interface VerifiedSignature {
  readonly signature: number;
  readonly key: number;
}

const MAX_JSON_DEPTH = 64;
const PAYLOAD_TYPE = "cosign container image signature";
const STATEMENT_TYPE = "application/vnd.in-toto+json";
const STATEMENTS = new Set(["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"]);
const SIGN_PREDICATE = "https://sigstore.dev/cosign/sign/v1";

/**
 * Verifies signatures of cosign with public keys. A transparency log is not asked, as by Flux where a key is given. Throws
 * `VerificationError` unless a signature by one of the keys covers the digest.
 */
export function verifyCosign(verification: CosignVerification): VerifiedSignature {
  const { subject, signatures } = verification;
  if (verification.keys.length === 0) {
    throw new VerificationError("no-keys", subject, `no public keys to verify '${subject}' with`);
  }
  const keys = verification.keys.map((pem) => readSignatureKey(pem, subject));
  for (const [signature, candidate] of signatures.entries()) {
    const key = keys.findIndex((each) => isGood(candidate, each, verification));
    if (key !== -1) return { signature, key };
  }
  throw new VerificationError(
    signatures.length === 0 ? "no-signatures" : "no-match",
    subject,
    `no matching signatures were found for '${subject}'`,
  );
}

function isGood(candidate: CosignSignature, key: SignatureKey, verification: CosignVerification): boolean {
  return candidate.kind === "simple-signing"
    ? isGoodPayload(candidate, key, verification.digest)
    : isGoodBundle(candidate.bundle, key, verification);
}

function isGoodPayload(
  { payload, signature }: Extract<CosignSignature, { readonly kind: "simple-signing" }>,
  key: SignatureKey,
  digest: string,
): boolean {
  const bytes = decodeBase64(signature);
  if (bytes === undefined || !key.isSignatureOf(bytes, payload)) return false;
  const critical = objectOf(readObject(payload), "critical");
  if (critical === undefined || textOf(critical, "type") !== PAYLOAD_TYPE) return false;
  const image = objectOf(critical, "image");
  return image !== undefined && textOf(image, "docker-manifest-digest") === digest;
}

function isGoodBundle(bundle: Uint8Array, key: SignatureKey, verification: CosignVerification): boolean {
  const value = readObject(bundle);
  if (value === undefined || !textOf(value, "mediaType").startsWith("application/vnd.dev.sigstore.bundle")) {
    return false;
  }
  const envelope = objectOf(value, "dsseEnvelope");
  if (envelope !== undefined) return isGoodEnvelope(envelope, key, verification.digest);
  const message = objectOf(value, "messageSignature");
  return message !== undefined && isGoodMessage(message, key, verification);
}

/** The signed text of an envelope is a statement about digests. */
function isGoodEnvelope(envelope: JsonObject, key: SignatureKey, digest: string): boolean {
  const payloadType = textOf(envelope, "payloadType");
  const payload = decodeBase64(textOf(envelope, "payload"));
  const signatures = propertyOf(envelope, "signatures");
  if (payloadType !== STATEMENT_TYPE || payload === undefined || !Array.isArray(signatures)) return false;
  const signed = preAuthenticated(payloadType, payload);
  const isSigned = signatures.slice(0, MAX_SIGNATURES).some((entry) => {
    const bytes = isJsonObject(entry) ? decodeBase64(textOf(entry, "sig")) : undefined;
    return bytes !== undefined && key.isSignatureOf(bytes, signed);
  });
  return isSigned && isStatementAbout(readObject(payload), digest);
}

const MAX_SIGNATURES = 16;

/** What DSSE signs: type and payload, each with its length, so that neither can pass for a part of the other. */
function preAuthenticated(payloadType: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.byteLength} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** A signature says "this is it"; an attestation that says something else of the artifact is none. */
function isStatementAbout(statement: JsonObject | undefined, digest: string): boolean {
  if (statement === undefined || !STATEMENTS.has(textOf(statement, "_type"))) return false;
  if (textOf(statement, "predicateType") !== SIGN_PREDICATE) return false;
  const subjects = propertyOf(statement, "subject");
  const [algorithm = "", hex = ""] = digest.split(":");
  return (
    Array.isArray(subjects) &&
    subjects.some((subject) => {
      const digests = isJsonObject(subject) ? objectOf(subject, "digest") : undefined;
      return hex !== "" && digests !== undefined && textOf(digests, algorithm) === hex;
    })
  );
}

function isGoodMessage(message: JsonObject, key: SignatureKey, verification: CosignVerification): boolean {
  const { manifest, digest } = verification;
  const bytes = decodeBase64(textOf(message, "signature"));
  if (bytes === undefined || manifest === undefined || !hasDigest(manifest, digest)) return false;
  return key.isSignatureOf(bytes, manifest);
}

function objectOf(value: JsonObject | undefined, key: string): JsonObject | undefined {
  const inner = value === undefined ? undefined : propertyOf(value, key);
  return isJsonObject(inner) ? inner : undefined;
}

/** What is not JSON says nothing. */
function readObject(bytes: Uint8Array): JsonObject | undefined {
  const value = tryParse(bytes);
  return isJsonObject(value) ? value : undefined;
}

function tryParse(bytes: Uint8Array): JsonValue | undefined {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), { maxDepth: MAX_JSON_DEPTH });
  } catch {
    return undefined;
  }
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function decodeBase64(text: string): Uint8Array | undefined {
  return BASE64.test(text) && text.length % 4 === 0 ? Buffer.from(text, "base64") : undefined;
}
