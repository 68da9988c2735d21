import { createHash } from "node:crypto";

/** Up to so many bytes, loading `node:crypto` takes longer than all the hashes of a usual build. */
const SMALL = 16 * 1024;

const BLOCK = 64;
const ROUNDS = 64;

/**
 * SHA-256 of a text in UTF-8, as hexadecimal digits.
 *
 * Most builds hash a few short texts, and a process that builds once is half over when `node:crypto` is loaded; so short
 * texts are hashed here and long ones there. For names only: time depends on the text's length.
 */
export function sha256(text: string): string {
  if (text.length > SMALL) return createHash("sha256").update(text).digest("hex");
  return sha256Small(Buffer.from(text, "utf8"));
}

/** By FIPS 180-4, section 6.2. */
export function sha256Small(bytes: Uint8Array): string {
  const { roundConstants, initial } = constants();
  const state = Uint32Array.from(initial);
  const words = new Uint32Array(ROUNDS);
  const message = padded(bytes);
  for (let start = 0; start < message.byteLength; start += BLOCK) {
    for (let at = 0; at < 16; at += 1) words[at] = message.getUint32(start + 4 * at);
    for (let at = 16; at < ROUNDS; at += 1) words[at] = expanded(words, at);
    compress(state, words, roundConstants);
  }
  return [...state].map((word) => word.toString(16).padStart(8, "0")).join("");
}

/** The message, a one bit, zeros, and its length in bits at the end of a block. */
function padded(bytes: Uint8Array): DataView {
  const length = Math.ceil((bytes.length + 9) / BLOCK) * BLOCK;
  const message = new Uint8Array(length);
  message.set(bytes);
  message[bytes.length] = 0x80;
  const view = new DataView(message.buffer);
  view.setBigUint64(length - 8, BigInt(bytes.length) * 8n);
  return view;
}

const rotated = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

function expanded(words: Uint32Array, at: number): number {
  const low = words[at - 15] ?? 0;
  const high = words[at - 2] ?? 0;
  const sigma0 = rotated(low, 7) ^ rotated(low, 18) ^ (low >>> 3);
  const sigma1 = rotated(high, 17) ^ rotated(high, 19) ^ (high >>> 10);
  return ((words[at - 16] ?? 0) + sigma0 + (words[at - 7] ?? 0) + sigma1) >>> 0;
}

// oxlint-disable-next-line complexity -- its branches are the defaults that reading by index asks for
function compress(state: Uint32Array, words: Uint32Array, roundConstants: Uint32Array): void {
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state;
  for (let round = 0; round < ROUNDS; round += 1) {
    const sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25);
    const choice = (e & f) ^ (~e & g);
    const first = (h + sum1 + choice + (roundConstants[round] ?? 0) + (words[round] ?? 0)) >>> 0;
    const sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22);
    const majority = (a & b) ^ (a & c) ^ (b & c);
    [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) >>> 0, c, b, a, (first + sum0 + majority) >>> 0];
  }
  for (const [at, word] of [a, b, c, d, e, f, g, h].entries()) state[at] = ((state[at] ?? 0) + word) >>> 0;
}

interface Constants {
  readonly roundConstants: Uint32Array;
  readonly initial: Uint32Array;
}

/** The first 32 bits of the fractions of the cube roots of the first 64 primes, and of the square roots of the first 8. */
function constants(): Constants {
  const primes = firstPrimes(ROUNDS);
  return {
    roundConstants: Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime))),
    initial: Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime))),
  };
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * 2 ** 32);
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = [];
  for (let candidate = 2; primes.length < count; candidate += 1) {
    if (!primes.some((prime) => candidate % prime === 0)) primes.push(candidate);
  }
  return primes;
}
