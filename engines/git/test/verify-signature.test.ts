import { describeError } from "@weir/core";
import { createMessage, generateKey, readKey, readPrivateKey, revokeKey, sign } from "openpgp";
import { describe, expect, test } from "vitest";
import { type TrustedKeys, verifySignature } from "../src/index.ts";
import { signedBySsh } from "./signed-by-ssh.ts";

const payload = Buffer.from(signedBySsh.payload);
/** Behind all that the tests make, whose times are whole seconds. */
const now = new Date(new Date().getTime() + 60_000);

interface Author {
  readonly privateKey: string;
  readonly publicKey: string;
  readonly id: string;
}

async function anAuthor(
  options: { readonly keyExpirationTime?: number; readonly date?: Date } = {},
): Promise<Author> {
  const userIDs = [{ name: "Author", email: "author@example.com" }];
  const pair = await generateKey({
    type: "ecc",
    curve: "ed25519Legacy",
    userIDs,
    format: "armored",
    ...options,
  });
  const id = (await readKey({ armoredKey: pair.publicKey })).getKeyID().toHex().toUpperCase();
  return { privateKey: pair.privateKey, publicKey: pair.publicKey, id };
}

async function signatureOf(author: Author, date?: Date): Promise<string> {
  return sign({
    message: await createMessage({ binary: payload }),
    signingKeys: await readPrivateKey({ armoredKey: author.privateKey }),
    detached: true,
    ...(date === undefined ? {} : { date }),
  }) as Promise<string>;
}

async function verdict(
  signature: string,
  keys: Partial<TrustedKeys>,
  object: { readonly kind?: "commit" | "tag"; readonly payload?: Uint8Array } = {},
): Promise<string> {
  const signed = { kind: "commit" as const, payload, ...object, signature };
  return verifySignature(signed, { keyRings: [], authorizedKeys: [], ...keys }, now).catch((error: unknown) =>
    describeError(error),
  );
}

const noKey = "unable to verify payload with any of the given key rings: no matching key";

describe("verifySignature with OpenPGP", () => {
  test("gives the key that a signature is good with, among rings that are not", async () => {
    const [author, other] = await Promise.all([anAuthor(), anAuthor()]);
    const signature = await signatureOf(author);
    expect(await verdict(signature, { keyRings: ["x", other.publicKey, author.publicKey] })).toBe(author.id);
    expect(await verdict(`\n${signature}\n`, { keyRings: [author.publicKey] }, { kind: "tag" })).toBe(
      author.id,
    );
    expect(await verdict(signature, { keyRings: [author.privateKey] })).toBe(author.id);
  });

  test("refuses other keys, other bytes and what is no signature", async () => {
    const [author, other] = await Promise.all([anAuthor(), anAuthor()]);
    const signature = await signatureOf(author);
    const keyRings = [author.publicKey];
    const changed = { payload: Buffer.from(`${signedBySsh.payload} `) };
    expect(await verdict(signature, { keyRings: [other.publicKey] })).toBe(
      `unable to verify Git commit: ${noKey}`,
    );
    expect(await verdict(signature, { keyRings }, changed)).toBe(`unable to verify Git commit: ${noKey}`);
    const broken = "-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----";
    expect(await verdict(broken, { keyRings }, { kind: "tag" })).toBe(`unable to verify Git tag: ${noKey}`);
    const large = `${signature.trimEnd()}${"\n".repeat(70_000)}x`;
    expect(await verdict(large, { keyRings })).toBe(`unable to verify Git commit: ${noKey}`);
  });

  test("refuses keys that expired or were revoked since", async () => {
    const made = new Date(now.getTime() - 10 * 24 * 3_600_000);
    const expired = await anAuthor({ keyExpirationTime: 3_600, date: made });
    const early = await signatureOf(expired, new Date(made.getTime() + 60_000));
    expect(await verdict(early, { keyRings: [expired.publicKey] })).toContain("no matching key");
    const author = await anAuthor();
    const signature = await signatureOf(author);
    const key = await readPrivateKey({ armoredKey: author.privateKey });
    const { publicKey: revoked } = await revokeKey({ key, format: "armored" });
    expect(await verdict(signature, { keyRings: [revoked] })).toContain("no matching key");
  });

  test("says that there is no key that could be read", async () => {
    const author = await anAuthor();
    const signature = await signatureOf(author);
    const read = "unable to verify Git commit: unable to read armored key ring: openpgp: invalid argument";
    expect(await verdict(signature, { keyRings: ["x"] })).toBe(`${read}: no armored data found`);
    expect(await verdict(signature, { keyRings: [signature] })).toBe(
      `${read}: expected public or private key block, got: PGP SIGNATURE`,
    );
    expect(await verdict(signature, {})).toBe(
      "PGP signature detected but no PGP public keys found in secret (keys with .asc suffix)",
    );
  });
});

describe("verifySignature with ssh", () => {
  const { ed25519, rsa, ecdsa, ecdsa521, file } = signedBySsh;
  const no =
    "unable to verify Git commit SSH signature: unable to verify payload with any of the given authorized keys: no matching key";

  test.each([
    ["Ed25519", ed25519],
    ["RSA", rsa],
    ["ECDSA", ecdsa],
    ["ECDSA of 521 bits", ecdsa521],
  ])(
    "gives the fingerprint of the %s key that a signature is good with",
    async (_name, { publicKey, signature }) => {
      const authorizedKeys = ["broken", `# a comment\n\n${publicKey}\n`];
      expect(await verdict(signature, { authorizedKeys })).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
      const changed = { payload: Buffer.from("other") };
      expect(await verdict(signature, { authorizedKeys: [publicKey] }, changed)).toBe(
        `${no}\nssh: signature did not verify`,
      );
    },
  );

  test.each([
    [
      "another key",
      ed25519.signature,
      { authorizedKeys: [rsa.publicKey] },
      `${no}\npublic key does not match`,
    ],
    [
      "another namespace",
      file.signature,
      { authorizedKeys: [file.publicKey] },
      `${no}\nnamespace does not match`,
    ],
    [
      "keys that are none",
      ed25519.signature,
      { authorizedKeys: ["x"] },
      "unable to verify Git commit SSH signature: unable to parse authorized keys: unable to parse authorized key: ssh: no key found",
    ],
    [
      "what is no signature",
      "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----",
      { authorizedKeys: [ed25519.publicKey] },
      "unable to verify Git commit SSH signature: unable to unarmor SSH signature: invalid magic preamble",
    ],
    [
      "no keys of its type",
      ed25519.signature,
      { keyRings: ["x"] },
      "SSH signature detected but no SSH public keys found in secret (keys with .sshpub suffix)",
    ],
    ["no signature", "", { keyRings: ["x"] }, "unsupported signature type: empty"],
    ["X.509", "-----BEGIN SIGNED MESSAGE-----", { keyRings: ["x"] }, "unsupported signature type: x509"],
    ["anything else", "x", { keyRings: ["x"] }, "unsupported signature type: unknown"],
  ])("refuses %s", async (_name, signature, keys, want) => {
    expect(await verdict(signature, keys)).toBe(want);
  });
});
