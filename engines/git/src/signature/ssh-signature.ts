import { createHash } from "node:crypto";
import { sshString } from "../ssh/wire.ts";
import type { SignedBytes } from "./openpgp-signature.ts";
import { SignatureError } from "./signature-error.ts";
import { parseAuthorizedKey, type SshPublicKey } from "./ssh-public-key.ts";

const MAGIC = "SSHSIG";
const VERSION = 1;
const NAMESPACE = "git";
const BLOCK = /^-----BEGIN SSH SIGNATURE-----\s*([A-Za-z0-9+/=\s]*)-----END SSH SIGNATURE-----/;

interface SshSignature {
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly reserved: Buffer;
  readonly hash: string;
  readonly signature: Buffer;
}

/**
 * Holds a signature of ssh's (`SSHSIG`, namespace `git`) against texts in the form of `authorized_keys`; gives the
 * fingerprint of the key that it is good with. Throws `SignatureError`.
 */
export function verifySsh({ signature, payload }: SignedBytes, authorizedKeys: readonly string[]): string {
  const parsed = parseSignature(signature.trim());
  const sets = authorizedKeys.map(parseKeys);
  const problems = new Set<string>();
  for (const keys of sets) {
    if (keys instanceof SignatureError) continue;
    for (const key of keys) {
      const problem = problemOf(key, parsed, payload);
      if (problem === undefined) return key.fingerprint;
      problems.add(problem);
    }
  }
  const unreadable = sets.find((keys) => keys instanceof SignatureError);
  if (unreadable !== undefined && sets.every((keys) => keys instanceof SignatureError)) throw unreadable;
  const why = ["no matching key", ...problems].join("\n");
  throw new SignatureError(`unable to verify payload with any of the given authorized keys: ${why}`);
}

function parseKeys(text: string): readonly SshPublicKey[] | SignatureError {
  const keys: SshPublicKey[] = [];
  for (const line of text.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const key = parseAuthorizedKey(line);
    if (key === undefined) {
      return new SignatureError(
        "unable to parse authorized keys: unable to parse authorized key: ssh: no key found",
      );
    }
    keys.push(key);
  }
  return keys;
}

function parseSignature(armored: string): SshSignature {
  const unarmor = "unable to unarmor SSH signature";
  const body = BLOCK.exec(armored)?.[1];
  if (body === undefined) throw new SignatureError(`${unarmor}: invalid PEM block`);
  const bytes = Buffer.from(body, "base64");
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC || bytes.length < MAGIC.length + 4) {
    throw new SignatureError(`${unarmor}: invalid magic preamble`);
  }
  const version = bytes.readUInt32BE(MAGIC.length);
  if (version !== VERSION) {
    throw new SignatureError(`${unarmor}: unsupported signature version ${version}: expected ${VERSION}`);
  }
  const fields: Buffer[] = [];
  let offset = MAGIC.length + 4;
  while (fields.length < 5) {
    const field = sshString.read(bytes, offset);
    if (field === undefined) throw new SignatureError(`${unarmor}: it ends too early`);
    fields.push(field);
    offset += 4 + field.length;
  }
  const [publicKey, namespace, reserved, hash, signature] = fields as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    Buffer,
  ];
  return {
    publicKey,
    namespace: namespace.toString("utf8"),
    reserved,
    hash: hash.toString("latin1"),
    signature,
  };
}

function problemOf(key: SshPublicKey, parsed: SshSignature, payload: Uint8Array): string | undefined {
  const { namespace, reserved, hash } = parsed;
  if (!key.blob.equals(parsed.publicKey)) return "public key does not match";
  if (namespace !== NAMESPACE) return "namespace does not match";
  if (hash !== "sha256" && hash !== "sha512") {
    return `unsupported hash algorithm ${JSON.stringify(hash)}: must be "sha256" or "sha512"`;
  }
  const digest = createHash(hash).update(payload).digest();
  const signed = Buffer.concat([
    Buffer.from(MAGIC, "latin1"),
    ...[namespace, reserved, hash, digest].map((field) => sshString.write(field)),
  ]);
  return key.isGood(signed, parsed.signature) ? undefined : "ssh: signature did not verify";
}
