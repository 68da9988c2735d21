import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { VerificationError } from "./verification-error.ts";

/** A key that signatures are checked with. */
export interface SignatureKey {
  /** Whether a signature is one of these bytes by this key; what is no signature is none. */
  isSignatureOf(signature: Uint8Array, bytes: Uint8Array): boolean;
}

const PUBLIC_KEY = /-----BEGIN ((?:RSA )?PUBLIC KEY)-----[A-Za-z0-9+/=\s]+-----END \1-----/;
const MAX_PEM = 64 * 1024;

/**
 * Reads the first public key of a PEM text, as cosign does: ECDSA and RSA (PKCS #1 v1.5) over SHA-256, and Ed25519. Throws
 * `VerificationError` for anything else, a private key among it.
 */
export function readSignatureKey(pem: string, subject: string): SignatureKey {
  const found = pem.length > MAX_PEM ? null : PUBLIC_KEY.exec(pem);
  if (found === null) throw badKey(subject, "PEM decoding failed");
  const key = importKey(found[0], subject);
  const algorithm = algorithmOf(key, subject);
  return {
    isSignatureOf: (signature, bytes) => {
      try {
        return verify(algorithm, bytes, key, signature);
      } catch {
        return false;
      }
    },
  };
}

function importKey(pem: string, subject: string): KeyObject {
  try {
    return createPublicKey(pem);
  } catch (cause) {
    throw badKey(subject, "the public key cannot be read", cause);
  }
}

const LEAST_RSA_BITS = 2048;

/** The digest that is signed; Ed25519 signs what it is given. */
function algorithmOf(key: KeyObject, subject: string): "sha256" | null {
  switch (key.asymmetricKeyType) {
    case "ec":
      return "sha256";
    case "ed25519":
      return null;
    case "rsa":
      if ((key.asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_RSA_BITS) return "sha256";
      throw badKey(subject, `an RSA key has less than ${LEAST_RSA_BITS} bits`);
    default:
      throw badKey(subject, `keys of the type ${key.asymmetricKeyType ?? "unknown"} are not supported`);
  }
}

function badKey(subject: string, message: string, cause?: unknown): VerificationError {
  return new VerificationError("bad-key", subject, message, cause === undefined ? {} : { cause });
}
