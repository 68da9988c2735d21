import { findSsh, type SshGitServer, startSshGitServer, type Toolkit } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyRepository, applySecret, conditionOf, startSourceWorld, untilReady } from "./source-world.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";
const ssh = await findSsh(searchPath);
const why = ssh.kind === "absent" ? ` (skipped: ${ssh.reason})` : "";

describe.skipIf(ssh.kind === "absent")(`a GitRepository at an ssh URL${why}`, () => {
  let world: Toolkit;
  let server: SshGitServer;
  let identity: string;
  let locked: string;
  beforeAll(async () => {
    if (ssh.kind === "absent") return;
    [world, server] = await Promise.all([startSourceWorld(), startSshGitServer({ searchPath, ssh })]);
    const key = await server.makeKey();
    await server.authorize(key.publicKey);
    identity = key.identity;
    locked = (await server.makeKey({ passphrase: "canary" })).identity;
    await (await server.repository("app")).commit({ files: { "a.yaml": "a: 1\n" } });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await world?.[Symbol.asyncDispose]();
  });

  test("becomes an artifact with the Secret's identity and known_hosts", async () => {
    await applySecret(world, "good", { identity, known_hosts: server.knownHosts });
    await applyRepository(world, `${server.url}/app.git`, { secretRef: { name: "good" } }, "good");
    const ready = await untilReady(world, "True", { name: "good" });
    expect(ready.status?.artifact?.revision).toMatch(/^main@sha1:/);
    expect(await world.artifacts.verify(ready.status?.artifact as never)).toBe("intact");
  });

  test.each([
    {
      name: "other-host-key",
      secret: () => ({ identity, known_hosts: server.knownHosts.replace(/(.*\]:)\d+/, "$11") }),
      reason: "GitOperationFailed",
      message:
        /^failed to checkout and determine revision: unable to clone 'ssh:.*': ssh: handshake failed: knownhosts: key is unknown$/,
    },
    {
      name: "no-known-hosts",
      secret: () => ({ identity }),
      reason: "AuthenticationFailed",
      message:
        /^failed to configure authentication options: invalid 'ssh' auth option: 'known_hosts' is required$/,
    },
    {
      name: "no-password",
      secret: () => ({ identity: locked, known_hosts: server.knownHosts }),
      reason: "AuthenticationFailed",
      message:
        /^SSH identity key is encrypted but no 'password' field was provided in the secret 'default\/no-password'$/,
    },
    {
      name: "wrong-password",
      secret: () => ({ identity: locked, known_hosts: server.knownHosts, password: "canary-wrong" }),
      reason: "GitOperationFailed",
      message: /: unable to construct auth method with options: x509: decryption password incorrect$/,
    },
    {
      name: "broken-known-hosts",
      secret: () => ({ identity, known_hosts: "canary" }),
      reason: "GitOperationFailed",
      message:
        /: unable to construct auth method with options: knownhosts: knownhosts: missing host pattern$/,
    },
  ])("says why it fails and holds no secret: $name", async ({ name, secret, reason, message }) => {
    await applySecret(world, name, secret());
    await applyRepository(world, `${server.url}/app.git`, { secretRef: { name } }, name);
    const failed = await untilReady(world, "False", { name, reason });
    expect(conditionOf(failed, "FetchFailed")?.message).toMatch(message);
    expect(JSON.stringify(failed.status)).not.toContain("canary");
  });
});
