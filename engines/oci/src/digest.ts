import { createHash, type Hash } from "node:crypto";

/** A digest of content, as the image specification writes it. */
export interface OciDigest {
  readonly algorithm: "sha256" | "sha384" | "sha512";
  readonly hex: string;
}

const DIGEST = /^(?:sha256:[0-9a-f]{64}|sha384:[0-9a-f]{96}|sha512:[0-9a-f]{128})$/;

/** Reads a digest; `undefined` for an unknown algorithm or one of the wrong length. */
export function parseOciDigest(text: string): OciDigest | undefined {
  if (!DIGEST.test(text)) return undefined;
  const colon = text.indexOf(":");
  return { algorithm: text.slice(0, colon) as OciDigest["algorithm"], hex: text.slice(colon + 1) };
}

/** `sha256:<hex>` of bytes. */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** Digests bytes in the algorithm of a digest that is known to be one. */
export function hashLike(digest: string): Hash {
  return createHash(parseOciDigest(digest)?.algorithm ?? "sha256");
}

/** Whether bytes have a digest. */
export function hasDigest(bytes: Uint8Array, digest: string): boolean {
  const parsed = parseOciDigest(digest);
  return parsed !== undefined && createHash(parsed.algorithm).update(bytes).digest("hex") === parsed.hex;
}
