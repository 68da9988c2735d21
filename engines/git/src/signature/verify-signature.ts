import { type SignedBytes, verifyOpenPgp } from "./openpgp-signature.ts";
import { SignatureError } from "./signature-error.ts";
import { signatureTypeOf } from "./signature-type.ts";
import { verifySsh } from "./ssh-signature.ts";

/** A commit or a tag with its signature. */
export interface SignedObject extends SignedBytes {
  readonly kind: "commit" | "tag";
}

/** Who is trusted. */
export interface TrustedKeys {
  /** Armored OpenPGP keys. */
  readonly keyRings: readonly string[];
  /** Public keys of ssh, in the form of `authorized_keys`. */
  readonly authorizedKeys: readonly string[];
}

/**
 * Holds the signature of a commit or a tag against the keys of its type; gives the OpenPGP key's ID or the ssh key's
 * fingerprint. Throws `SignatureError` with Flux's words, also for types that nobody can check.
 */
export async function verifySignature(object: SignedObject, keys: TrustedKeys, now: Date): Promise<string> {
  const type = signatureTypeOf(object.signature);
  const { keyRings, authorizedKeys } = keys;
  switch (type) {
    case "openpgp":
      if (keyRings.length === 0) throw missing("PGP", ".asc");
      return named(`unable to verify Git ${object.kind}`, () => verifyOpenPgp(object, keyRings, now));
    case "ssh":
      if (authorizedKeys.length === 0) throw missing("SSH", ".sshpub");
      return named(`unable to verify Git ${object.kind} SSH signature`, async () =>
        verifySsh(object, authorizedKeys),
      );
    default:
      throw new SignatureError(`unsupported signature type: ${type}`);
  }
}

async function named(what: string, verify: () => Promise<string>): Promise<string> {
  try {
    return await verify();
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw new SignatureError(what, { cause });
  }
}

function missing(type: string, suffix: string): SignatureError {
  return new SignatureError(
    `${type} signature detected but no ${type} public keys found in secret (keys with ${suffix} suffix)`,
  );
}
