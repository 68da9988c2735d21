import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensurePrivilegeSeparation, type FoundSsh } from "./find-sshd.ts";
import { TestRepository } from "./test-repository.ts";

/** How a test's ssh server is made. */
export interface SshGitServerOptions {
  /** The PATH under which git is found. */
  readonly searchPath: string;
  readonly ssh: Extract<FoundSsh, { readonly kind: "found" }>;
}

/** A key pair of a test. */
export interface SshKeyPair {
  /** The private key as ssh-keygen wrote it. */
  readonly identity: string;
  /** One line, as in `authorized_keys`. */
  readonly publicKey: string;
}

/** What `ssh-keygen` is asked for. */
export interface SshKeyOptions {
  /** `ed25519` by default. */
  readonly type?: "ed25519" | "rsa" | "ecdsa";
  readonly passphrase?: string;
  /** OpenSSH's own format by default. */
  readonly format?: "PEM" | "PKCS8";
}

/** OpenSSH's daemon on loopback with host keys of its own; it serves repositories for reading, to the keys that are let in. */
export interface SshGitServer extends AsyncDisposable {
  /** `127.0.0.1:<port>`. */
  readonly host: string;
  /** `ssh://<user>@127.0.0.1:<port>`; a repository is at `/<name>.git`. */
  readonly url: string;
  /** The line of `known_hosts` that is true of it. */
  readonly knownHosts: string;
  /** The repository of that name, made empty when it is first asked for. */
  repository(name: string): Promise<TestRepository>;
  /** Makes a key pair that nobody lets in yet. */
  makeKey(options?: SshKeyOptions): Promise<SshKeyPair>;
  /** Lets the owner of a key in. */
  authorize(publicKey: string): Promise<void>;
}

/** Starts a server on a free port. A connection is handed to a daemon of its own (`sshd -i`). */
export async function startSshGitServer(options: SshGitServerOptions): Promise<SshGitServer> {
  const root = await mkdtemp(join(tmpdir(), "weir-ssh-server-"));
  await ensurePrivilegeSeparation();
  const keys = new Keys(root, options.ssh.keygen);
  const hostKey = await keys.make({});
  const config = await writeConfig(root, options.searchPath, hostKey);
  const daemons = new Set<ChildProcess>();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    const daemon = startDaemon(options.ssh.sshd, config, socket);
    daemons.add(daemon);
    daemon.on("close", () => daemons.delete(daemon));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const authorized: string[] = [];
  const repositories = new Map<string, Promise<TestRepository>>();
  return {
    host: `127.0.0.1:${port}`,
    url: `ssh://${userInfo().username}@127.0.0.1:${port}`,
    knownHosts: `[127.0.0.1]:${port} ${hostKey.publicKey}`,
    repository: (name) => {
      const path = join(root, `${name}.git`);
      const making =
        repositories.get(name) ?? TestRepository.create({ path, home: root, searchPath: options.searchPath });
      repositories.set(name, making);
      return making;
    },
    makeKey: (wanted = {}) => keys.make(wanted),
    authorize: async (publicKey) => {
      authorized.push(publicKey);
      await writeFile(join(root, "authorized_keys"), `${authorized.join("\n")}\n`, { mode: 0o600 });
    },
    [Symbol.asyncDispose]: async () => {
      for (const daemon of daemons) daemon.kill("SIGKILL");
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(root, { recursive: true, force: true });
    },
  };
}

class Keys {
  readonly #root: string;
  readonly #keygen: string;
  #made = 0;

  constructor(root: string, keygen: string) {
    this.#root = root;
    this.#keygen = keygen;
  }

  async make({ type = "ed25519", passphrase = "", format }: SshKeyOptions): Promise<SshKeyPair> {
    const path = join(this.#root, `key-${this.#made++}`);
    const args = ["-q", "-t", type, "-N", passphrase, "-C", "test", "-f", path];
    await promisify(execFile)(this.#keygen, format === undefined ? args : [...args, "-m", format]);
    const [identity, publicKey] = await Promise.all([
      readFile(path, "utf8"),
      readFile(`${path}.pub`, "utf8"),
    ]);
    return { identity, publicKey: publicKey.trim() };
  }
}

/** One user, keys only, one command: what is asked for is read from the folder of repositories and nothing else. */
async function writeConfig(root: string, searchPath: string, hostKey: SshKeyPair): Promise<string> {
  const write = (name: string, lines: readonly string[], mode: number): Promise<void> =>
    writeFile(join(root, name), `${lines.join("\n")}\n`, { mode });
  await write("host_key", [hostKey.identity.trimEnd()], 0o600);
  await write("authorized_keys", [], 0o600);
  await write(
    "serve",
    [
      "#!/bin/sh",
      `PATH='${searchPath}' HOME='${root}' GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null`,
      "export PATH HOME GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL",
      'name=$(printf %s "$SSH_ORIGINAL_COMMAND" | sed -n "s|^git-upload-pack \'/\\([a-z-]*\\.git\\)\'$|\\1|p")',
      `exec git -c 'safe.directory=*' -c uploadpack.allowAnySHA1InWant=true upload-pack "${root}/$name"`,
    ],
    0o700,
  );
  const config = [
    `HostKey ${root}/host_key`,
    `AuthorizedKeysFile ${root}/authorized_keys`,
    `AllowUsers ${userInfo().username}`,
    `ForceCommand ${root}/serve`,
    "AuthenticationMethods publickey",
    "PermitRootLogin prohibit-password",
    "StrictModes no",
    "UsePAM no",
    "DisableForwarding yes",
    "PermitTTY no",
    "PrintMotd no",
    "PidFile none",
    "LogLevel ERROR",
  ];
  await write("sshd_config", config, 0o600);
  return join(root, "sshd_config");
}

function startDaemon(sshd: string, config: string, socket: Socket): ChildProcess {
  const daemon = spawn(sshd, ["-i", "-e", "-f", config], {
    stdio: [socket, socket, "ignore"],
    env: {},
  });
  daemon.on("error", () => socket.destroy());
  // The daemon holds the connection now; ours must not keep it open after it.
  daemon.on("spawn", () => socket.destroy());
  return daemon;
}
