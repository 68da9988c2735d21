import type { GitRepository } from "@weir/api";
import { findSsh, type Sign, type TestRepository, type Toolkit } from "@weir/testkit";
import { createMessage, generateKey, readKey, readPrivateKey, sign } from "openpgp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applyRepository,
  applySecret,
  conditionOf,
  requestReconcile,
  startSourceWorld,
  untilReady,
} from "./source-world.ts";
import { makeSshSigner } from "./ssh-signer.ts";

interface Author {
  readonly sign: Sign;
  readonly publicKey: string;
  readonly id: string;
}

async function anAuthor(): Promise<Author> {
  const userIDs = [{ name: "Author", email: "author@example.com" }];
  const pair = await generateKey({ type: "ecc", curve: "ed25519Legacy", userIDs, format: "armored" });
  const signingKeys = await readPrivateKey({ armoredKey: pair.privateKey });
  return {
    publicKey: pair.publicKey,
    id: (await readKey({ armoredKey: pair.publicKey })).getKeyID().toHex().toUpperCase(),
    sign: async (payload) =>
      (await sign({
        message: await createMessage({ binary: payload }),
        signingKeys,
        detached: true,
      })) as string,
  };
}

type Mode = NonNullable<GitRepository["spec"]["verify"]>["mode"];

describe("a GitRepository with spec.verify", () => {
  let world: Toolkit;
  let author: Author;
  let stranger: Author;
  beforeAll(async () => {
    [world, author, stranger] = await Promise.all([startSourceWorld(), anAuthor(), anAuthor()]);
    await applySecret(world, "keys", { "author.asc": author.publicKey });
    await applySecret(world, "other-keys", { "stranger.asc": stranger.publicKey });
    await applySecret(world, "all-keys", { a: author.publicKey, "b.asc": stranger.publicKey });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  function apply(
    name: string,
    mode: Mode,
    ref: GitRepository["spec"]["ref"] = { branch: "main" },
    secret = "keys",
  ): Promise<void> {
    return applyRepository(
      world,
      `${name}.git`,
      { ref, verify: { mode, secretRef: { name: secret } } },
      name,
    );
  }

  async function aSource(
    name: string,
    signer?: Sign,
  ): Promise<{ repository: TestRepository; commit: string }> {
    const repository = await world.git.repository(name);
    const commit = await repository.commit({
      files: { "a.yaml": "a: 1\n" },
      ...(signer && { sign: signer }),
    });
    return { repository, commit };
  }

  test.each(["head", "HEAD"] as const)(
    "takes a commit that a trusted author signed, in mode %s",
    async (mode) => {
      const name = mode === "head" ? "old-name" : "new-name";
      const { commit } = await aSource(name, author.sign);
      await apply(name, mode);
      const { status } = await untilReady(world, "True", { name });
      expect(status?.sourceVerificationMode).toBe("HEAD");
      expect(conditionOf({ status } as GitRepository, "SourceVerified")).toMatchObject({
        status: "True",
        reason: "Succeeded",
        observedGeneration: 1,
        message: `verified signature of\n\t- commit '${commit}' with key '${author.id}'`,
      });
    },
  );

  test("takes a signed tag, and tag and commit where both are asked for", async () => {
    const { repository, commit } = await aSource("tags", stranger.sign);
    const tag = await repository.tag("v1.0.0", commit, author.sign);
    await apply("tags", "Tag", { tag: "v1.0.0" });
    const tagged = await untilReady(world, "True", { name: "tags" });
    const good = `verified signature of\n\t- tag 'v1.0.0@${tag}' with key '${author.id}'`;
    expect(conditionOf(tagged, "SourceVerified")?.message).toBe(good);
    expect(tagged.status?.sourceVerificationMode).toBe("Tag");

    await apply("tags", "TagAndHEAD", { semver: "1.x" }, "all-keys");
    const both = await untilReady(world, "True", { name: "tags" });
    const and = `\n\t- commit '${commit}' with key '${stranger.id}'`;
    expect(conditionOf(both, "SourceVerified")?.message).toBe(`${good}${and}`);
    expect(both.status?.sourceVerificationMode).toBe("TagAndHEAD");

    await apply("tags", "Tag", { name: "refs/tags/v1.0.0" });
    const named = await untilReady(world, "True", { name: "tags" });
    expect(conditionOf(named, "SourceVerified")?.message).toBe(good);
  });

  test("keeps its last artifact when a commit is not signed by who is trusted, and takes the next that is", async () => {
    const { repository } = await aSource("moves", author.sign);
    await apply("moves", "HEAD");
    const before = await untilReady(world, "True", { name: "moves" });
    const forged = await repository.commit({ files: { "a.yaml": "a: 2\n" }, sign: stranger.sign });
    await requestReconcile(world, "r1", "moves");
    const refused = await untilReady(world, "False", { name: "moves", reason: "InvalidCommitSignature" });
    expect(conditionOf(refused, "SourceVerified")).toMatchObject({
      status: "False",
      reason: "InvalidCommitSignature",
      message: `signature verification of commit '${forged}' failed: unable to verify Git commit: unable to verify payload with any of the given key rings: no matching key`,
    });
    expect(refused.status?.artifact).toEqual(before.status?.artifact);
    const next = await repository.commit({ files: { "a.yaml": "a: 3\n" }, sign: author.sign });
    await requestReconcile(world, "r2", "moves");
    const after = await untilReady(world, "True", { name: "moves" });
    expect(after.status?.artifact?.revision).toBe(`main@sha1:${next}`);
    expect(conditionOf(after, "SourceVerified")?.status).toBe("True");
  });

  test("judges what it has anew when the keys are others, and forgets it when nothing is asked for", async () => {
    await aSource("trust", author.sign);
    await apply("trust", "HEAD");
    const before = await untilReady(world, "True", { name: "trust" });
    await apply("trust", "HEAD", { branch: "main" }, "other-keys");
    const refused = await untilReady(world, "False", { name: "trust", reason: "InvalidCommitSignature" });
    expect(refused.status?.artifact).toEqual(before.status?.artifact);
    await applyRepository(world, "trust.git", { ref: { branch: "main" }, interval: "11m" }, "trust");
    // The field is the applier's own, so leaving it out removes it.
    const { status } = await untilReady(world, "True", { name: "trust" });
    expect(status?.sourceVerificationMode).toBeUndefined();
    expect(conditionOf({ status } as GitRepository, "SourceVerified")).toBeUndefined();
  });

  test("says what keeps a source from being verified", async () => {
    const { repository, commit } = await aSource("plain");
    await repository.tag("v1", commit);
    await repository.commit({ tag: "v2", files: { b: "1" } });
    const forged = await repository.tag("v3", commit, stranger.sign);
    const annotated = await repository.tag("v4", commit);
    const cases: ReadonlyArray<readonly [Mode, GitRepository["spec"]["ref"], string, string]> = [
      [
        "HEAD",
        { commit },
        "InvalidCommitSignature",
        `signature verification of commit '${commit}' failed: unsupported signature type: empty`,
      ],
      [
        "Tag",
        { tag: "v2" },
        "InvalidGitObject",
        "cannot verify signature of tag 'v2' since it is not signed",
      ],
      [
        "TagAndHEAD",
        { tag: "v4" },
        "InvalidGitObject",
        `cannot verify signature of tag 'v4@${annotated}' since it is not signed`,
      ],
      [
        "Tag",
        { tag: "v3" },
        "InvalidTagSignature",
        `signature verification of tag 'v3@${forged}' failed: unable to verify Git tag: unable to verify payload with any of the given key rings: no matching key`,
      ],
    ];
    for (const [mode, ref, reason, message] of cases) {
      await apply("plain", mode, ref);
      const failed = await untilReady(world, "False", { name: "plain", reason });
      expect(conditionOf(failed, "SourceVerified")).toMatchObject({ status: "False", reason, message });
      expect(failed.status?.artifact).toBeUndefined();
      expect(conditionOf(failed, "Stalled")).toBeUndefined();
    }
    await apply("plain", "Tag", { branch: "main" });
    const stalled = await untilReady(world, "False", { name: "plain", reason: "InvalidVerificationMode" });
    const message = "cannot verify tag object's signature if a tag reference is not specified";
    expect(conditionOf(stalled, "Stalled")).toMatchObject({ status: "True", message });
  });
});

const ssh = await findSsh(process.env["PATH"] ?? "/usr/bin:/bin");

describe.skipIf(ssh.kind === "absent")("a GitRepository whose author signs with ssh", () => {
  test("takes a commit that the key of a *.sshpub signed", async () => {
    if (ssh.kind === "absent") return;
    await using world = await startSourceWorld();
    await using signer = await makeSshSigner(ssh.keygen);
    const commit = await (await world.git.repository("app")).commit({ files: { a: "1" }, sign: signer.sign });
    await applySecret(world, "keys", { "author.sshpub": signer.publicKey });
    const verify = { mode: "HEAD" as const, secretRef: { name: "keys" } };
    await applyRepository(world, "app.git", { ref: { branch: "main" }, verify });
    expect(conditionOf(await untilReady(world, "True"), "SourceVerified")?.message).toBe(
      `verified signature of\n\t- commit '${commit}' with key '${signer.fingerprint}'`,
    );
  });
});
