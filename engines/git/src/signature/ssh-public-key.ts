import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { sshString } from "../ssh/wire.ts";

/** A public key that signs commits. */
export interface SshPublicKey {
  /** As ssh writes it. */
  readonly blob: Buffer;
  /** `SHA256:…`. */
  readonly fingerprint: string;
  /** Whether a signature, as ssh writes it, is this key's over the bytes. */
  readonly isGood: (signed: Buffer, signature: Buffer) => boolean;
}

const CURVES: Readonly<
  Record<string, { readonly crv: string; readonly bytes: number; readonly hash: string }>
> = {
  "ecdsa-sha2-nistp256": { crv: "P-256", bytes: 32, hash: "sha256" },
  "ecdsa-sha2-nistp384": { crv: "P-384", bytes: 48, hash: "sha384" },
  "ecdsa-sha2-nistp521": { crv: "P-521", bytes: 66, hash: "sha512" },
};

const RSA_HASHES: Readonly<Record<string, string>> = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" };

/** Reads one line of `authorized_keys`, with or without options before the key; `undefined` where it holds none. */
export function parseAuthorizedKey(line: string): SshPublicKey | undefined {
  const words = line.split(/[\t ]+/);
  const index = words.findIndex((word) => /^(ssh-(rsa|ed25519)|ecdsa-sha2-nistp\d+)$/.test(word));
  const blob = Buffer.from(words[index + 1] ?? "", "base64");
  return index < 0 ? undefined : readPublicKey(blob);
}

function readPublicKey(blob: Buffer): SshPublicKey | undefined {
  const fields = sshStrings(blob);
  const type = fields?.[0]?.toString("latin1") ?? "";
  const isGood = fields === undefined ? undefined : verifierOf(type, fields.slice(1));
  if (isGood === undefined) return undefined;
  const digest = createHash("sha256").update(blob).digest("base64").replace(/=+$/, "");
  return { blob, fingerprint: `SHA256:${digest}`, isGood: (signed, signature) => isGood(signed, signature) };
}

type Verifier = SshPublicKey["isGood"];

function verifierOf(type: string, fields: readonly Buffer[]): Verifier | undefined {
  try {
    if (type === "ssh-ed25519") return ed25519(fields);
    if (type === "ssh-rsa") return rsa(fields);
    const curve = Object.hasOwn(CURVES, type) ? CURVES[type] : undefined;
    return curve === undefined ? undefined : ecdsa(type, curve, fields);
  } catch {
    // Fields that make no key.
    return undefined;
  }
}

function ed25519([point = Buffer.alloc(0)]: readonly Buffer[]): Verifier {
  const key = keyOf({ kty: "OKP", crv: "Ed25519", x: point.toString("base64url") });
  return (signed, signature) => {
    const [format, bytes] = sshStrings(signature) ?? [];
    return is(format, "ssh-ed25519") && bytes !== undefined && verify(null, signed, key, bytes);
  };
}

function rsa([e = Buffer.alloc(0), n = Buffer.alloc(0)]: readonly Buffer[]): Verifier {
  const key = keyOf({
    kty: "RSA",
    e: unsigned(e).toString("base64url"),
    n: unsigned(n).toString("base64url"),
  });
  return (signed, signature) => {
    const [format, bytes] = sshStrings(signature) ?? [];
    const name = format?.toString("latin1") ?? "";
    const hash = Object.hasOwn(RSA_HASHES, name) ? RSA_HASHES[name] : undefined;
    return hash !== undefined && bytes !== undefined && verify(hash, signed, key, bytes);
  };
}

function ecdsa(
  type: string,
  { crv, bytes: size, hash }: { readonly crv: string; readonly bytes: number; readonly hash: string },
  [, point = Buffer.alloc(0)]: readonly Buffer[],
): Verifier | undefined {
  if (point.length !== 1 + 2 * size || point[0] !== 4) return undefined;
  const x = point.subarray(1, 1 + size).toString("base64url");
  const y = point.subarray(1 + size).toString("base64url");
  const key = keyOf({ kty: "EC", crv, x, y });
  return (signed, signature) => {
    const [format, bytes] = sshStrings(signature) ?? [];
    const [r, s] = (bytes === undefined ? undefined : sshStrings(bytes))?.map(unsigned) ?? [];
    if (!is(format, type) || r === undefined || s === undefined) return false;
    if (r.length > size || s.length > size) return false;
    const pair = Buffer.concat([padded(r, size), padded(s, size)]);
    return verify(hash, signed, { key, dsaEncoding: "ieee-p1363" }, pair);
  };
}

function keyOf(jwk: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key: jwk, format: "jwk" });
}

function is(format: Buffer | undefined, name: string): boolean {
  return format?.toString("latin1") === name;
}

/** A number as ssh writes it, without the byte that says it is positive. */
function unsigned(number: Buffer): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  return start < 0 ? Buffer.alloc(0) : number.subarray(start);
}

function padded(number: Buffer, size: number): Buffer {
  return Buffer.concat([Buffer.alloc(size - number.length), number]);
}

/** The strings that bytes are made of; `undefined` where they are not. */
function sshStrings(bytes: Buffer): readonly Buffer[] | undefined {
  const strings: Buffer[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const value = sshString.read(bytes, offset);
    if (value === undefined) return undefined;
    strings.push(value);
    offset += 4 + value.length;
  }
  return strings;
}
