/** Private keys in the PEM forms that Sprig reads and writes. */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";

import { GoCallError } from "@weir/text";

import { der, derInteger, type DerValue, readDer } from "./der.ts";
import { type PemBlock, readPem, writePem } from "./pem.ts";

/** A private key: one of node's, or one of DSA's, which Go reads but lets sign nothing. */
export type PrivateKey =
  | { readonly kind: "signer"; readonly key: KeyObject }
  | { readonly kind: "dsa"; readonly bytes: Uint8Array };

/** Makes the private keys of certificates that come without one. */
export type KeyMaker = () => KeyObject;

/** RSA of 2048 bits, which is Sprig's choice and takes a twentieth of a second. */
export const rsaKeyMaker: KeyMaker = () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;

/** ECDSA on P-256, which takes no time. */
export const ecdsaKeyMaker: KeyMaker = () =>
  generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;

/** Reads the first block of a PEM text. Throws a `GoCallError` with Sprig's text. */
export function readPrivateKey(text: string): PrivateKey {
  const block = readPem(text);
  if (block === undefined) throw new GoCallError("no PEM data in input");
  if (block.type === "PRIVATE KEY") return signer(block, "pkcs8", "decoding PEM as PKCS#8");
  if (!block.type.endsWith(" PRIVATE KEY")) {
    throw new GoCallError(`no private key data in PEM block of type ${block.type}`);
  }
  const type = block.type.slice(0, -" PRIVATE KEY".length);
  if (type === "RSA") return signer(block, "pkcs1", "parsing RSA private key from PEM");
  if (type === "EC") return signer(block, "sec1", "parsing EC private key from PEM");
  if (type === "DSA") return dsaKey(block);
  throw new GoCallError(`invalid private key type ${type}`);
}

function signer({ bytes }: PemBlock, type: "pkcs1" | "pkcs8" | "sec1", problem: string): PrivateKey {
  try {
    const key = createPrivateKey({ key: Buffer.from(bytes), format: "der", type });
    return { kind: "signer", key };
  } catch (cause) {
    throw new GoCallError(`${problem}: x509: failed to parse private key`, { cause });
  }
}

function dsaKey({ bytes }: PemBlock): PrivateKey {
  const numbers = readDer(readDer(bytes)?.[0]?.content ?? bytes);
  if (numbers?.length !== 6) {
    throw new GoCallError("parsing DSA private key from PEM: asn1: structure error: not a DSA private key");
  }
  return { kind: "dsa", bytes };
}

/** Writes a key in the form that Go's packages give it: RSA and EC in their own, others in PKCS #8. */
export function writePrivateKey(private_: PrivateKey): string {
  if (private_.kind === "dsa") return writePem({ type: "DSA PRIVATE KEY", bytes: private_.bytes });
  const { key } = private_;
  const form = key.asymmetricKeyType === "rsa" ? "pkcs1" : key.asymmetricKeyType === "ec" ? "sec1" : "pkcs8";
  return key.export({ format: "pem", type: form } as { format: "pem"; type: "pkcs8" }) as string;
}

/** A new DSA key with 2048 bits in the form that OpenSSL has for it. */
export function generateDsaKey(): PrivateKey {
  const { privateKey } = generateKeyPairSync("dsa", { modulusLength: 2048, divisorLength: 256 });
  const parts = partsOf(privateKey.export({ format: "der", type: "pkcs8" }));
  const [p, q, g] = partsOf(partsOf(parts[1]?.whole)[1]?.whole);
  const [x] = readDer(parts[2]?.content ?? Buffer.alloc(0)) ?? [];
  const y = powerModulo(numberOf(g), numberOf(x), numberOf(p));
  const numbers = [p, q, g].map((value) => value?.whole ?? Buffer.alloc(0));
  const bytes = der(
    "sequence",
    derInteger(Uint8Array.of(0)),
    ...numbers,
    bytesOf(y),
    x?.whole ?? Buffer.alloc(0),
  );
  return { kind: "dsa", bytes };
}

function partsOf(bytes: Uint8Array | undefined): readonly DerValue[] {
  return readDer(readDer(bytes ?? Buffer.alloc(0))?.[0]?.content ?? Buffer.alloc(0)) ?? [];
}

function numberOf(value: DerValue | undefined): bigint {
  return BigInt(`0x${Buffer.from(value?.content ?? Uint8Array.of(0)).toString("hex")}`);
}

function bytesOf(value: bigint): Buffer {
  const digits = value.toString(16);
  return derInteger(Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex"));
}

function powerModulo(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let factor = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * factor) % modulus;
    factor = (factor * factor) % modulus;
  }
  return result;
}
