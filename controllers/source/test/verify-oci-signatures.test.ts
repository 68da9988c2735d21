import { generateKeyPairSync } from "node:crypto";
import type { RegistryServer } from "@weir/oci";
import { startRegistry, type Toolkit } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applyOci,
  conditionOf,
  push,
  requestReconcile,
  signWith,
  startOciWorld,
  untilReady,
} from "./oci-world.ts";
import { applySecret } from "./source-world.ts";

const trusted = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe("an OCIRepository that is verified", () => {
  let world: Toolkit;
  let registry: RegistryServer;
  const requests: string[] = [];
  beforeAll(async () => {
    world = await startOciWorld();
    registry = await startRegistry({
      onRequest: ({ method, url }) => requests.push(`${method} ${new URL(url).pathname}`),
    });
    const publicKey = trusted.publicKey.export({ type: "spki", format: "pem" }) as string;
    const other = stranger.publicKey.export({ type: "spki", format: "pem" }) as string;
    await applySecret(world, "keys", { "a.pub": other, "b.pub": publicKey, "notes.txt": "no key" });
    await applySecret(world, "no-keys", { "cosign.key": "x" });
    await applySecret(world, "bad-key", { "cosign.pub": "no key" });
    await applySecret(world, "policy", { "trustpolicy.json": "{}", "ca.crt": "x" });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const verify = { provider: "cosign", secretRef: { name: "keys" } } as const;
  const url = (name: string) => `oci://${registry.registry}/${name}`;

  test("is Ready with a signature by one of its keys, and is not verified again", async () => {
    const { digest } = await push(`${registry.registry}/signed:1`, { "a.yaml": "a: 1\n" });
    await signWith(trusted.privateKey, `${registry.registry}/signed`, digest);
    await applyOci(world, "signed", { url: url("signed"), ref: { tag: "1" }, verify });
    const ready = await untilReady(world, "signed", "True");
    expect(conditionOf(ready, "SourceVerified")).toMatchObject({
      status: "True",
      reason: "Succeeded",
      message: `verified signature of revision 1@${digest}`,
    });
    requests.length = 0;
    await requestReconcile(world, "signed", "1");
    await untilReady(world, "signed", "True", { handled: "1" });
    expect(requests).toEqual(["HEAD /v2/signed/manifests/1"]);
  });

  test("is verified again when the object changed, and forgets it when it is not asked for", async () => {
    const { digest } = await push(`${registry.registry}/changed:1`, { "a.yaml": "a: 1\n" });
    await signWith(trusted.privateKey, `${registry.registry}/changed`, digest);
    await applyOci(world, "changed", { url: url("changed"), ref: { tag: "1" }, verify });
    await untilReady(world, "changed", "True");
    const none = { ...verify, secretRef: { name: "no-keys" } };
    await applyOci(world, "changed", { url: url("changed"), ref: { tag: "1" }, verify: none });
    const refused = await untilReady(world, "changed", "False", { reason: "VerificationError" });
    expect(refused.status?.artifact?.revision).toBe(`1@${digest}`);
    await applyOci(world, "changed", { url: url("changed"), ref: { tag: "1" } });
    const unasked = await untilReady(world, "changed", "True");
    expect(conditionOf(unasked, "SourceVerified")).toBeUndefined();
  });

  test("keeps the last good artifact when the tag moves to what is not signed", async () => {
    const { digest } = await push(`${registry.registry}/moved:1`, { "a.yaml": "a: 1\n" });
    await signWith(trusted.privateKey, `${registry.registry}/moved`, digest);
    await applyOci(world, "moved", { url: url("moved"), ref: { tag: "1" }, verify });
    const before = await untilReady(world, "moved", "True");
    await push(`${registry.registry}/moved:1`, { "a.yaml": "a: evil\n" });
    await requestReconcile(world, "moved", "1");
    const after = await untilReady(world, "moved", "False", { reason: "VerificationError" });
    expect(after.status?.artifact).toEqual(before.status?.artifact);
    expect(conditionOf(after, "ArtifactOutdated")?.status).toBe("True");
  });

  const unsigned = /^failed to verify the signature using provider 'cosign': no matching signatures were/;
  test.each([
    { name: "by-nobody", signs: "nobody", spec: verify, want: unsigned },
    { name: "by-another", signs: "another", spec: verify, want: unsigned },
    {
      name: "keys-none",
      signs: "trusted",
      spec: { ...verify, secretRef: { name: "no-keys" } },
      want: unsigned,
    },
    {
      name: "key-bad",
      signs: "trusted",
      spec: { ...verify, secretRef: { name: "bad-key" } },
      want: /^failed to verify the signature using provider 'cosign': PEM decoding failed$/,
    },
    {
      name: "root-missing",
      signs: "trusted",
      spec: { ...verify, trustedRootSecretRef: { name: "none" } },
      want: /provider 'cosign': failed to read trusted root from secret 'default\/none': secrets "none" not/,
    },
    {
      name: "keyless",
      signs: "trusted",
      spec: { provider: "cosign", matchOIDCIdentity: [{ issuer: ".*", subject: ".*" }] },
      want: /^failed to verify the signature using provider 'cosign keyless': keyless verification is not/,
    },
    {
      name: "notation",
      signs: "trusted",
      spec: { provider: "notation", secretRef: { name: "policy" } },
      want: /^failed to verify the signature using provider 'notation': notation verification is not/,
    },
    {
      name: "notation-secret",
      signs: "trusted",
      spec: { provider: "notation" },
      want: /provider 'notation': verification secret cannot be empty: '.*@sha256:\w+'$/,
    },
    {
      name: "notation-policy",
      signs: "trusted",
      spec: { provider: "notation", secretRef: { name: "keys" } },
      want: /provider 'notation': 'trustpolicy.json' not found in secret 'default\/keys'$/,
    },
  ] as const)("has no artifact unless it is verified: $name", async ({ name, signs, spec, want }) => {
    const { digest } = await push(`${registry.registry}/${name}:1`, { "a.yaml": `a: ${name}\n` });
    const key = signs === "another" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : trusted;
    if (signs !== "nobody") await signWith(key.privateKey, `${registry.registry}/${name}`, digest);
    await applyOci(world, name, { url: url(name), ref: { tag: "1" }, verify: spec as never });
    const refused = await untilReady(world, name, "False", { reason: "VerificationError" });
    expect(conditionOf(refused, "SourceVerified")?.message).toMatch(want);
    expect(conditionOf(refused, "SourceVerified")?.status).toBe("False");
    expect(conditionOf(refused, "FetchFailed")).toBeUndefined();
    expect(refused.status?.artifact).toBeUndefined();
  });
});
