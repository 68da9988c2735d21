import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  createNodeSender,
  type NodeSender,
  type OciDescriptor,
  parseArtifactReference,
  pushArtifact,
  pushParts,
  RegistryClient,
  type RegistryServer,
  serveRegistry,
  VerificationError,
  verifyArtifact,
} from "../src/index.ts";
import { verifyCosign } from "../src/verify/verify-cosign.ts";

const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";
const BUNDLE = "application/vnd.dev.sigstore.bundle.v0.3+json";

interface Pair {
  readonly publicKey: string;
  readonly sign: (bytes: Uint8Array) => string;
}

function aPair(type: "ec" | "rsa" | "ed25519" = "ec"): Pair {
  const { publicKey, privateKey } = keysOf(type);
  const algorithm = type === "ed25519" ? null : "sha256";
  return {
    publicKey: publicKey.export({ type: "spki", format: "pem" }) as string,
    sign: (bytes) => sign(algorithm, bytes, privateKey).toString("base64"),
  };
}

function keysOf(type: "ec" | "rsa" | "ed25519"): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type === "ec") return generateKeyPairSync("ec", { namedCurve: "P-256" });
  return type === "rsa"
    ? generateKeyPairSync("rsa", { modulusLength: 2048 })
    : generateKeyPairSync("ed25519");
}

function aPayload(digest: string, type = "cosign container image signature"): Buffer {
  const critical = {
    identity: { "docker-reference": "example.com/app" },
    image: { "docker-manifest-digest": digest },
    type,
  };
  return Buffer.from(JSON.stringify({ critical, optional: null }));
}

function aBundle(digest: string, pair: Pair, predicateType = "https://sigstore.dev/cosign/sign/v1"): Buffer {
  const statement = {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: digest.slice("sha256:".length) } }],
    predicateType,
    predicate: {},
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const payloadType = "application/vnd.in-toto+json";
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${payload.byteLength} `;
  const sig = pair.sign(Buffer.concat([Buffer.from(head), payload]));
  return Buffer.from(
    JSON.stringify({
      mediaType: BUNDLE,
      verificationMaterial: { publicKey: { hint: "hint" }, tlogEntries: [] },
      dsseEnvelope: { payload: payload.toString("base64"), payloadType, signatures: [{ sig }] },
    }),
  );
}

const digest = `sha256:${"a".repeat(64)}`;
const other = `sha256:${"b".repeat(64)}`;
const subject = `example.com/app@${digest}`;

describe("verifyCosign", () => {
  test.each(["ec", "rsa", "ed25519"] as const)("takes a signature by an %s key", (type) => {
    const pair = aPair(type);
    const payload = aPayload(digest);
    const signatures = [{ kind: "simple-signing", payload, signature: pair.sign(payload) } as const];
    const keys = [aPair("ec").publicKey, pair.publicKey];
    expect(verifyCosign({ subject, digest, signatures, keys })).toEqual({ signature: 0, key: 1 });
  });

  test("takes a bundle", () => {
    const pair = aPair();
    const signatures = [{ kind: "bundle", bundle: aBundle(digest, pair) } as const];
    expect(verifyCosign({ subject, digest, signatures, keys: [pair.publicKey] })).toEqual({
      signature: 0,
      key: 0,
    });
  });

  const pair = aPair();
  const signed = (payload: Buffer) =>
    ({ kind: "simple-signing", payload, signature: pair.sign(payload) }) as const;
  const cases = [
    { name: "no signature at all", signatures: [], problem: "no-signatures" },
    { name: "a signature of another digest", signatures: [signed(aPayload(other))], problem: "no-match" },
    {
      name: "a payload of another kind",
      signatures: [signed(aPayload(digest, "atomic container signature"))],
      problem: "no-match",
    },
    {
      name: "a signature by another key",
      signatures: [{ ...signed(aPayload(digest)), signature: aPair().sign(aPayload(digest)) }],
      problem: "no-match",
    },
    {
      name: "a payload that was changed after it was signed",
      signatures: [{ ...signed(aPayload(other)), payload: aPayload(digest) }],
      problem: "no-match",
    },
    {
      name: "a signature that is no base64",
      signatures: [{ ...signed(aPayload(digest)), signature: "!" }],
      problem: "no-match",
    },
    {
      name: "a bundle about another digest",
      signatures: [{ kind: "bundle", bundle: aBundle(other, pair) } as const],
      problem: "no-match",
    },
    {
      name: "an attestation of something else",
      signatures: [
        { kind: "bundle", bundle: aBundle(digest, pair, "https://slsa.dev/provenance/v1") } as const,
      ],
      problem: "no-match",
    },
    {
      name: "a bundle that is no JSON",
      signatures: [{ kind: "bundle", bundle: Buffer.from("{") } as const],
      problem: "no-match",
    },
  ];
  test.each(cases)("refuses $name", ({ signatures, problem }) => {
    const error = failureOf(() => verifyCosign({ subject, digest, signatures, keys: [pair.publicKey] }));
    expect(error).toMatchObject({ name: "VerificationError", reason: "VerificationError", problem, subject });
    expect(error).toHaveProperty("message", `no matching signatures were found for '${subject}'`);
  });

  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  test.each([
    { name: "a private key", key: privateKey.export({ type: "pkcs8", format: "pem" }) as string },
    { name: "a text that is no key", key: "key" },
    {
      name: "a short RSA key",
      key: generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
        type: "spki",
        format: "pem",
      }),
    },
  ])("refuses $name as a public key", ({ key }) => {
    const error = failureOf(() => verifyCosign({ subject, digest, signatures: [], keys: [String(key)] }));
    expect(error).toMatchObject({ problem: "bad-key" });
  });
});

function failureOf(run: () => unknown): unknown {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("verifyArtifact", () => {
  let server: RegistryServer;
  let sender: NodeSender;
  let client: RegistryClient;
  let pushed: OciDescriptor;

  beforeEach(async () => {
    server = await serveRegistry();
    sender = createNodeSender();
    client = new RegistryClient({ sender });
    pushed = await pushArtifact(client, { reference: reference("v1"), content: Buffer.from("content") });
  });

  afterEach(async () => {
    sender[Symbol.dispose]();
    await server[Symbol.asyncDispose]();
  });

  const reference = (tag: string) => parseArtifactReference(`${server.registry}/org/app:${tag}`);
  const verify = (...keys: readonly string[]) =>
    verifyArtifact(client, {
      reference: { ...reference("v1"), digest: pushed.digest },
      policy: { kind: "cosign-keys", keys },
    });

  test("finds the signature under the tag of the digest", async () => {
    const pair = aPair();
    const payload = aPayload(pushed.digest);
    await pushParts(client, {
      reference: reference(`${pushed.digest.replace(":", "-")}.sig`),
      config: { mediaType: "application/vnd.oci.image.config.v1+json", bytes: Buffer.from("{}") },
      layers: [
        {
          mediaType: SIMPLE_SIGNING,
          bytes: payload,
          annotations: { "dev.cosignproject.cosign/signature": pair.sign(payload) },
        },
      ],
    });
    expect(await verify(pair.publicKey)).toEqual({ signature: 0, key: 0 });
    await expect(verify(aPair().publicKey)).rejects.toMatchObject({ problem: "no-match" });
  });

  test("finds a bundle that refers to the manifest, and then looks at no tag", async () => {
    const pair = aPair();
    const payload = aPayload(pushed.digest);
    await pushParts(client, {
      reference: reference(`${pushed.digest.replace(":", "-")}.sig`),
      config: { mediaType: "application/vnd.oci.image.config.v1+json", bytes: Buffer.from("{}") },
      layers: [
        {
          mediaType: SIMPLE_SIGNING,
          bytes: payload,
          annotations: { "dev.cosignproject.cosign/signature": pair.sign(payload) },
        },
      ],
    });
    const signer = aPair();
    const { tag: _tag, ...repository } = reference("v1");
    await pushParts(client, {
      reference: repository,
      artifactType: BUNDLE,
      config: { mediaType: "application/vnd.oci.empty.v1+json", bytes: Buffer.from("{}") },
      layers: [{ mediaType: BUNDLE, bytes: aBundle(pushed.digest, signer) }],
      subject: pushed,
    });
    expect(await verify(signer.publicKey)).toEqual({ signature: 0, key: 0 });
    await expect(verify(pair.publicKey)).rejects.toBeInstanceOf(VerificationError);
  });

  test("refuses what is not signed", async () => {
    await expect(verify(aPair().publicKey)).rejects.toMatchObject({ problem: "no-signatures" });
  });

  test.each(["cosign-keyless", "notation"] as const)("fails closed for %s", async (kind) => {
    const request = { reference: { ...reference("v1"), digest: pushed.digest }, policy: { kind } };
    await expect(verifyArtifact(client, request)).rejects.toMatchObject({ problem: "unsupported" });
  });
});
