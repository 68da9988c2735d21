import type * as OpenPgp from "openpgp";
import type { Key, PublicKey } from "openpgp";
import { SignatureError } from "./signature-error.ts";

/** What was signed, and how. */
export interface SignedBytes {
  /** Armored. */
  readonly signature: string;
  readonly payload: Uint8Array;
}

/** Larger ones are nobody's. */
const MAX_SIGNATURE = 64 * 1024;

/**
 * Holds a detached OpenPGP signature against armored key rings; gives the ID of the primary key that it is good with. Keys
 * that expired or were revoked are no longer good. Throws `SignatureError`.
 */
export async function verifyOpenPgp(
  { signature, payload }: SignedBytes,
  keyRings: readonly string[],
  now: Date,
): Promise<string> {
  // Few need it, and it is large.
  const openpgp = await import("openpgp");
  const rings = await Promise.all(keyRings.map((ring) => readRing(openpgp, ring)));
  for (const ring of rings) {
    if (ring instanceof SignatureError || signature.length > MAX_SIGNATURE) continue;
    const signer = await signerOf(openpgp, { signature, payload }, ring, now);
    if (signer !== undefined) return signer.getKeyID().toHex().toUpperCase();
  }
  const unreadable = rings.find((ring) => ring instanceof SignatureError);
  if (unreadable !== undefined && rings.every((ring) => ring instanceof SignatureError)) throw unreadable;
  throw new SignatureError("unable to verify payload with any of the given key rings: no matching key");
}

async function readRing(openpgp: typeof OpenPgp, armored: string): Promise<readonly Key[] | SignatureError> {
  const read = "unable to read armored key ring: openpgp: invalid argument";
  const block = /^-----BEGIN (PGP [A-Z ]+)-----/m.exec(armored)?.[1];
  if (block === undefined) return new SignatureError(`${read}: no armored data found`);
  if (block !== "PGP PUBLIC KEY BLOCK" && block !== "PGP PRIVATE KEY BLOCK") {
    return new SignatureError(`${read}: expected public or private key block, got: ${block}`);
  }
  try {
    return await openpgp.readKeys({ armoredKeys: armored.slice(armored.search(/^-----BEGIN PGP /m)) });
  } catch (cause) {
    return new SignatureError("unable to read armored key ring", { cause });
  }
}

/** The key of a ring that a signature is good with, at the time it was made and now. */
async function signerOf(
  openpgp: typeof OpenPgp,
  { signature, payload }: SignedBytes,
  ring: readonly Key[],
  now: Date,
): Promise<Key | undefined> {
  try {
    const { signatures } = await openpgp.verify({
      message: await openpgp.createMessage({ binary: payload }),
      signature: await openpgp.readSignature({ armoredSignature: signature.trim() }),
      verificationKeys: ring as PublicKey[],
      format: "binary",
      date: now,
    });
    for (const made of signatures) {
      const signer = ring.find((key) => key.getKeys(made.keyID).length > 0);
      if (signer !== undefined && (await isGood(made.verified, signer, made.keyID, now))) return signer;
    }
    return undefined;
  } catch {
    // Bytes that are no signature match no key, as one of somebody else.
    return undefined;
  }
}

async function isGood(
  verified: Promise<true>,
  signer: Key,
  keyId: Parameters<Key["getSigningKey"]>[0],
  now: Date,
): Promise<boolean> {
  try {
    await verified;
    await signer.getSigningKey(keyId, now);
    return true;
  } catch {
    return false;
  }
}
