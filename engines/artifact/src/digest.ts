import { createHash } from "node:crypto";

const DIGEST = /^(sha256|sha384|sha512):([0-9a-f]+)$/;

/** A digest as Flux writes it: `sha256:<hex>`. */
export interface Digest {
  readonly algorithm: "sha256" | "sha384" | "sha512";
  readonly hex: string;
}

/** Parses a digest; `undefined` for an algorithm that is not known. */
export function parseDigest(text: string): Digest | undefined {
  const match = DIGEST.exec(text);
  if (match === null) return undefined;
  return { algorithm: match[1] as Digest["algorithm"], hex: match[2] ?? "" };
}

/** The digest of bytes in the algorithm of another digest, or in sha256. */
export function digestOf(bytes: Uint8Array, like?: Digest): string {
  const algorithm = like?.algorithm ?? "sha256";
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}
