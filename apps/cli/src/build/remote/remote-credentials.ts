import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { GitCredentials } from "@weir/git";
import { RemoteCredentialsError } from "./remote-error.ts";

/** A user and a password for the servers of one origin. */
export interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

/** Who a build says it is to the servers of remote bases; each is told only what is meant for it. */
export interface RemoteCredentials {
  /** For a server over HTTP; what the URL itself carries comes first. */
  basicFor(url: URL): BasicCredentials | undefined;
  readonly ssh: GitCredentials | undefined;
}

/** Where credentials are read from. */
export interface CredentialFiles {
  /** A file as `git credential-store` writes it: a URL with user and password a line. */
  readonly gitCredentials: string | undefined;
  readonly sshKey: string | undefined;
  readonly sshKnownHosts: string | undefined;
  readonly workingDirectory: string;
}

/** Reads the files that credentials are in. Throws `RemoteCredentialsError`; no message holds what is in them. */
export async function readRemoteCredentials(files: CredentialFiles): Promise<RemoteCredentials> {
  const { gitCredentials, sshKey, sshKnownHosts, workingDirectory } = files;
  const read = (path: string): Promise<string> =>
    readFile(resolve(workingDirectory, path), "utf8").catch((cause: unknown) => {
      throw new RemoteCredentialsError(`cannot read ${path}`, { cause });
    });
  const stored = gitCredentials === undefined ? [] : parseStore(await read(gitCredentials), gitCredentials);
  if ((sshKey === undefined) !== (sshKnownHosts === undefined)) {
    throw new RemoteCredentialsError("--ssh-key and --ssh-known-hosts are needed together");
  }
  const ssh: GitCredentials | undefined =
    sshKey === undefined || sshKnownHosts === undefined
      ? undefined
      : { kind: "ssh", identity: await read(sshKey), knownHosts: await read(sshKnownHosts) };
  return { ssh, basicFor: (url) => fromUrl(url) ?? fromStore(stored, url) };
}

function fromUrl(url: URL): BasicCredentials | undefined {
  if (url.username === "") return undefined;
  return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

function fromStore(stored: readonly URL[], url: URL): BasicCredentials | undefined {
  const found = stored.find((entry) => entry.origin === url.origin && isBelow(url.pathname, entry.pathname));
  return found === undefined ? undefined : fromUrl(found);
}

function isBelow(path: string, prefix: string): boolean {
  const bare = prefix.replace(/\/$/, "");
  return bare === "" || path === bare || path.startsWith(`${bare}/`);
}

function parseStore(text: string, file: string): readonly URL[] {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.flatMap((line, at) => {
    if (line === "" || line.startsWith("#")) return [];
    const url = URL.canParse(line) ? new URL(line) : undefined;
    if (url === undefined || url.username === "" || !/^https?:$/.test(url.protocol)) {
      throw new RemoteCredentialsError(`line ${at + 1} of ${file} is no URL with a user`);
    }
    return [url];
  });
}
