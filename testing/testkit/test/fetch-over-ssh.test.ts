import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeError, systemClock } from "@weir/core";
import {
  fetchRevision,
  type GitCheckout,
  type GitFetchRequest,
  type GitFetchResult,
  parseGitCredentials,
} from "@weir/git";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually, findSsh, type SshGitServer, type SshKeyPair, startSshGitServer } from "../src/index.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";
const ssh = await findSsh(searchPath);
const why = ssh.kind === "absent" ? ` (skipped: ${ssh.reason})` : "";

describe.skipIf(ssh.kind === "absent")(`fetching over ssh from OpenSSH's server${why}`, () => {
  let server: SshGitServer;
  let key: SshKeyPair;
  let scratch: string;
  let hash: string;

  beforeAll(async () => {
    if (ssh.kind === "absent") return;
    server = await startSshGitServer({ searchPath, ssh });
    key = await server.makeKey();
    await server.authorize(key.publicKey);
    scratch = await mkdtemp(join(tmpdir(), "weir-ssh-test-"));
    hash = await (await server.repository("app")).commit({ files: { "a.yaml": "x: 1\n" } });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(scratch, { recursive: true, force: true });
  });

  function fetch(
    secret: Readonly<Record<string, string>>,
    more: Partial<GitFetchRequest> & { readonly path?: string } = {},
  ): Promise<GitFetchResult> {
    const url = more.url ?? `${server.url}/app.git`;
    const data = new Map(
      Object.entries({ identity: key.identity, known_hosts: server.knownHosts, ...secret }),
    );
    const request = { url, ref: { branch: "main" }, timeoutMs: 20_000, ...more };
    return Promise.resolve().then(() =>
      fetchRevision(
        { ...request, credentials: parseGitCredentials(url, data) },
        { scratch, searchPath: more.path ?? searchPath, clock: systemClock },
      ),
    );
  }

  async function messageOf(promise: Promise<GitFetchResult>): Promise<string> {
    const message = await promise.then(
      (result) => `it worked: ${result.kind}`,
      (error: unknown) => describeError(error),
    );
    expect(await readdir(scratch)).toEqual([]);
    return message;
  }

  function checkedOut(result: GitFetchResult): GitCheckout {
    expect(result.kind).toBe("checkout");
    return result as GitCheckout;
  }

  test("checks out what it is asked for and leaves nothing behind", async () => {
    const result = checkedOut(await fetch({}));
    expect(result.revision).toBe(`main@sha1:${hash}`);
    expect(await readFile(join(result.directory, "a.yaml"), "utf8")).toBe("x: 1\n");
    await result[Symbol.asyncDispose]();
    expect(await readdir(scratch)).toEqual([]);
    expect(await fetch({}, { knownRevision: result.revision })).toEqual({
      kind: "unchanged",
      revision: result.revision,
    });
    await using pinned = checkedOut(await fetch({}, { ref: { commit: hash } }));
    expect(pinned.revision).toBe(`sha1:${hash}`);
  });

  test.each([
    ["an RSA key in PEM", { type: "rsa", format: "PEM" }],
    ["an ECDSA key in PEM", { type: "ecdsa", format: "PEM" }],
    ["an ECDSA key in PKCS#8", { type: "ecdsa", format: "PKCS8" }],
    ["an Ed25519 key with a passphrase", { passphrase: "pass 'word" }],
    ["an RSA key in PEM with a passphrase", { type: "rsa", format: "PEM", passphrase: "pass 'word" }],
  ] as const)("takes %s", async (_name, options) => {
    const other = await server.makeKey(options);
    await server.authorize(other.publicKey);
    const password = "passphrase" in options ? { password: options.passphrase } : {};
    await using result = checkedOut(await fetch({ identity: other.identity, ...password }));
    expect(result.revision).toBe(`main@sha1:${hash}`);
  });

  test("takes an Ed25519 key in PKCS#8, which older ssh programs do not read", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const raw = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const blob = Buffer.concat([sshString("ssh-ed25519"), sshString(raw)]);
    await server.authorize(`ssh-ed25519 ${blob.toString("base64")} test`);
    const identity = privateKey.export({ type: "pkcs8", format: "pem" }) as string;
    await using result = checkedOut(await fetch({ identity }));
    expect(result.revision).toBe(`main@sha1:${hash}`);
  });

  test("finds a hashed host and one among several", async () => {
    const [, type, blob] = server.knownHosts.split(" ");
    const lines = [
      `# a comment`,
      "",
      `other.example.com,[127.0.0.1]:${server.host.split(":")[1]} ${type} ${blob}`,
    ];
    await using result = checkedOut(await fetch({ known_hosts: lines.join("\n") }));
    expect(result.revision).toBe(`main@sha1:${hash}`);
  });

  test("says in Flux's words why the server or the key is refused", async () => {
    const stranger = await server.makeKey();
    const locked = await server.makeKey({ passphrase: "right" });
    await server.authorize(locked.publicKey);
    const lockedPem = await server.makeKey({ type: "rsa", format: "PEM", passphrase: "right" });
    const url = `${server.url}/app.git`;
    const bare = url.replace(/^(ssh:\/\/)[^@]*@/, "$1");
    const cannot = `unable to clone '${bare}'`;
    const port = server.host.split(":")[1];
    const wrong = "unable to construct auth method with options: x509: decryption password incorrect";
    const cases: ReadonlyArray<readonly [string, Readonly<Record<string, string>>, string]> = [
      [
        "another key of the host",
        { known_hosts: `[127.0.0.1]:${port} ${stranger.publicKey}` },
        `${cannot}: ssh: handshake failed: knownhosts: key mismatch`,
      ],
      [
        "another host",
        { known_hosts: `example.com ${stranger.publicKey}` },
        `${cannot}: ssh: handshake failed: knownhosts: key is unknown`,
      ],
      [
        "a revoked key of the host",
        { known_hosts: `@revoked ${server.knownHosts}` },
        `${cannot}: ssh: handshake failed: knownhosts: key is revoked`,
      ],
      [
        "a key that is not let in",
        { identity: stranger.identity },
        `${cannot}: ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain`,
      ],
      ["a wrong passphrase", { identity: locked.identity, password: "wrong" }, wrong],
      ["a wrong passphrase of a PEM", { identity: lockedPem.identity, password: "wrong" }, wrong],
    ];
    for (const [name, secret, want] of cases) {
      expect([name, await messageOf(fetch(secret))]).toEqual([name, want]);
    }
    expect(await messageOf(fetch({}, { url: `${server.url}/none.git` }))).toContain("repository not found");
    const closed = await closedPort();
    expect(await messageOf(fetch({}, { url: `ssh://git@127.0.0.1:${closed}/app.git` }))).toBe(
      `unable to clone 'ssh://127.0.0.1:${closed}/app.git': dial tcp 127.0.0.1:${closed}: connect: connection refused`,
    );
    expect(await messageOf(fetch({}, { url: "ssh://git@no-such-host.invalid/app.git" }))).toBe(
      "unable to clone 'ssh://no-such-host.invalid/app.git': dial tcp: lookup no-such-host.invalid: no such host",
    );
  });

  test("keeps the key and its passphrase out of arguments and environments, in files of the owner's", async () => {
    const watch = await aWatchedSsh();
    const locked = await server.makeKey({ passphrase: "canary" });
    await server.authorize(locked.publicKey);
    const secret = { identity: locked.identity, password: "canary" };
    await using result = checkedOut(await fetch(secret, { path: watch.path }));
    expect(result.revision).toBe(`main@sha1:${hash}`);
    const seen = await readFile(join(watch.folder, "seen"), "utf8");
    expect(seen).toContain("git-upload-pack");
    expect(seen).not.toContain("canary");
    for (const line of locked.identity.split("\n").slice(1, -2)) expect(seen).not.toContain(line);
    const modes = await readFile(join(watch.folder, "modes"), "utf8");
    expect(modes).toContain("-rw------- identity");
    expect(modes).toContain("-rw------- passphrase");
    expect(modes).not.toMatch(/^-...(?!------)/m);
  });

  test("logs in as git where the URL names nobody", async () => {
    const watch = await aWatchedSsh();
    const { host } = server;
    await messageOf(fetch({}, { url: `ssh://${host}/app.git`, path: watch.path }));
    expect(await readFile(join(watch.folder, "config"), "utf8")).toMatch(/^user git$/m);
    await messageOf(fetch({}, { url: `ssh://somebody@${host}/app.git`, path: watch.path }));
    expect(await readFile(join(watch.folder, "config"), "utf8")).toMatch(/^user somebody$/m);
  });

  test("ends the ssh program, too, when its time is up", async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => mute.listen(0, "127.0.0.1", resolve));
    const held = new Set<string>();
    let closed = 0;
    mute.on("connection", (socket) => {
      held.add(`${socket.remotePort}`);
      socket.resume();
      socket.on("error", () => {});
      socket.on("close", () => (closed += 1));
    });
    const { port } = mute.address() as AddressInfo;
    const url = `ssh://git@127.0.0.1:${port}/app.git`;
    expect(await messageOf(fetch({}, { url, timeoutMs: 300 }))).toContain("context deadline exceeded");
    await eventually(() => Promise.resolve(expect(closed).toBe(held.size)));
    await new Promise((resolve) => mute.close(resolve));
  });

  /** The ssh program behind one that notes what it is started with and how. */
  async function aWatchedSsh(): Promise<{ folder: string; path: string }> {
    const folder = join(await mkdtemp(join(tmpdir(), "weir-ssh-watch-")), "bin");
    await mkdir(folder);
    const script = [
      "#!/bin/sh",
      `{ printf '%s\\n' "$@"; env; } >> '${folder}/seen'`,
      `ls -l "$HOME" | awk '{ print $1, $NF }' >> '${folder}/modes'`,
      `PATH='${searchPath}' ssh -G "$@" > '${folder}/config'`,
      `PATH='${searchPath}' exec ssh "$@"`,
    ];
    await writeFile(join(folder, "ssh"), `${script.join("\n")}\n`);
    await chmod(join(folder, "ssh"), 0o755);
    return { folder, path: `${folder}:${searchPath}` };
  }
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function sshString(value: string | Uint8Array): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
