import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  generateKeyPairSync,
  scryptSync,
} from "node:crypto";

import { encodeBase64 as encodeBcrypt, hashSync } from "bcryptjs";

import { GoCallError, utf8Bytes, utf8Text } from "@weir/text";

import { defineFunction } from "../define-function.ts";
import type { TemplateRun } from "../template-run.ts";
import { byteLength } from "./byte-text.ts";
import { decodeBase64, encodeBase64 } from "./base-encoding.ts";
import { LARGE_KEY_COST, PASSWORD_COST } from "./costs.ts";
import { outOfRange } from "./go-panic.ts";
import { CHARACTERS, PASSWORD_TEMPLATES } from "./password-templates.ts";
import { ecdsaKeyMaker, generateDsaKey, writePrivateKey } from "./private-key.ts";
import { bytesOf } from "./random-source.ts";

/** Hashes, passwords, keys and encryption. */
export const cryptoFunctions = [
  ...["sha1", "sha256", "sha512"].map((hash) =>
    defineFunction(`${hash}sum`, ["string"], "string", ([text]) =>
      createHash(hash).update(utf8Bytes(text)).digest("hex"),
    ),
  ),
  defineFunction("adler32sum", ["string"], "string", ([text]) => String(adler32(utf8Bytes(text)))),
  defineFunction("bcrypt", ["string"], "string", ([password], run) => bcrypt(password, run)),
  defineFunction("htpasswd", ["string", "string"], "string", ([user, password], run) =>
    user.includes(":") ? `invalid username: ${user}` : `${user}:${bcrypt(password, run)}`,
  ),
  defineFunction(
    "derivePassword",
    ["uint32", "string", "string", "string", "string"],
    "string",
    (args, run) => derivePassword(args, run),
  ),
  defineFunction("genPrivateKey", ["string"], "string", ([type], run) => generatePrivateKey(type, run)),
  defineFunction("encryptAES", ["string", "string"], "string", ([password, text], run) =>
    text === "" ? "" : encryptAes(password, text, run),
  ),
  defineFunction("decryptAES", ["string", "string"], "string", ([password, encoded]) =>
    encoded === "" ? "" : decryptAes(password, encoded),
  ),
];

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}

const BCRYPT_COST = 10;
const LONGEST_BCRYPT_PASSWORD = 72;

function bcrypt(password: string, run: TemplateRun): string {
  if (utf8Bytes(password).length > LONGEST_BCRYPT_PASSWORD) {
    return "failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes";
  }
  run.chargeSteps(PASSWORD_COST);
  const salt = encodeBcrypt([...bytesOf(run, 16)], 16);
  return hashSync(password, `$2a$${BCRYPT_COST}$${salt}`);
}

const SEED = "com.lyndir.masterpassword";

/** The Master Password algorithm, in its first version. */
function derivePassword(
  [counter, type, password, user, site]: readonly [bigint, string, string, string, string],
  run: TemplateRun,
): string {
  const templates = PASSWORD_TEMPLATES.get(type);
  if (templates === undefined) return `cannot find password template ${type}`;
  run.chargeSteps(PASSWORD_COST);
  const salt = Buffer.concat([Buffer.from(SEED), sized(user)]);
  const key = scryptSync(utf8Bytes(password), salt, 64, { N: 32768, r: 8, p: 2, maxmem: 2 ** 27 });
  const input = Buffer.concat([Buffer.from(SEED), sized(site), uint32(counter)]);
  const [first = 0, ...rest] = createHmac("sha256", key).update(input).digest();
  const template = templates[first % templates.length] ?? "";
  return Array.from(template, (element, at) => {
    const characters = CHARACTERS[element] ?? "";
    return characters[(rest[at] ?? 0) % characters.length];
  }).join("");
}

function sized(text: string): Uint8Array {
  const bytes = utf8Bytes(text);
  return Buffer.concat([uint32(BigInt(bytes.length)), bytes]);
}

function uint32(value: bigint): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(Number(value));
  return bytes;
}

function generatePrivateKey(type: string, run: TemplateRun): string {
  run.markImpure("random");
  switch (type) {
    case "":
    case "rsa":
      run.chargeSteps(LARGE_KEY_COST);
      return writePrivateKey({
        kind: "signer",
        key: generateKeyPairSync("rsa", { modulusLength: 4096 }).privateKey,
      });
    case "dsa":
      run.chargeSteps(LARGE_KEY_COST);
      return writePrivateKey(generateDsaKey());
    case "ecdsa":
      return writePrivateKey({ kind: "signer", key: ecdsaKeyMaker() });
    case "ed25519":
      return writePrivateKey({ kind: "signer", key: generateKeyPairSync("ed25519").privateKey });
    default:
      return `Unknown type ${type}`;
  }
}

const BLOCK = 16;

/** The password itself is the key, cut or filled with zeros to 32 bytes. */
function aesKey(password: string): Uint8Array {
  const key = Buffer.alloc(32);
  key.set(utf8Bytes(password).subarray(0, 32));
  return key;
}

function encryptAes(password: string, text: string, run: TemplateRun): string {
  const vector = bytesOf(run, BLOCK);
  const cipher = createCipheriv("aes-256-cbc", aesKey(password), vector);
  return encodeBase64(Buffer.concat([vector, cipher.update(utf8Bytes(text)), cipher.final()]));
}

/** Sprig believes whatever padding it finds. */
function decryptAes(password: string, encoded: string): string {
  const bytes = decodeBase64(encoded);
  if (typeof bytes === "string") throw new GoCallError(bytes);
  // Go's decoder makes room for three bytes in each four.
  const capacity = Math.floor(byteLength(encoded) / 4) * 3;
  if (capacity < BLOCK) throw outOfRange(`[:${BLOCK}] with capacity ${capacity}`);
  if (bytes.length < BLOCK) throw outOfRange(`[${BLOCK}:${bytes.length}]`);
  const encrypted = bytes.subarray(BLOCK);
  if (encrypted.length % BLOCK !== 0) throw new GoCallError("crypto/cipher: input not full blocks");
  if (encrypted.length === 0) throw new GoCallError("runtime error: index out of range [-1]");
  const decipher = createDecipheriv("aes-256-cbc", aesKey(password), bytes.subarray(0, BLOCK));
  decipher.setAutoPadding(false);
  const decrypted = Buffer.concat([decipher.update(encrypted), decipher.final()]);
  const length = decrypted.length - (decrypted.at(-1) ?? 0);
  if (length < 0) throw outOfRange(`[:${length}]`);
  return utf8Text(decrypted.subarray(0, length));
}
