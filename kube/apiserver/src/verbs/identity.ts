import type { Random } from "@weir/core";

/** Letters and digits that never spell a word and are not mixed up, as Kubernetes draws them. */
const ALPHABET = "bcdfghjklmnpqrstvwxz2456789";

/** The five characters that end a generated name. */
export function randomSuffix(random: Random): string {
  let text = "";
  for (let index = 0; index < 5; index += 1) text += ALPHABET[Math.floor(random.next() * ALPHABET.length)];
  return text;
}

/** A version 4 UUID. */
export function newUid(random: Random): string {
  const bytes = Array.from({ length: 16 }, () => Math.floor(random.next() * 256));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
