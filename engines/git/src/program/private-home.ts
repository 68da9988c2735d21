import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GitCredentials, GitProxy } from "../credentials.ts";
import { type WriteFile, writeSshHome } from "../ssh/ssh-home.ts";
import type { GitProgram } from "./run-program.ts";

/** A home for the runs of one fetch: its files hold the credentials and go with it. */
export interface PrivateHome extends AsyncDisposable {
  readonly program: GitProgram;
}

/** Where homes are made, and which programs are used. */
export interface PrivateHomeOptions {
  readonly scratch: string;
  readonly searchPath: string;
  readonly command?: string;
}

/**
 * Makes a folder with mode 0700 that carries the credentials to git and ssh by files with mode 0600, so that they are in
 * no argument and in no environment. HTTP credentials are bound to the repository's own host.
 */
export async function createPrivateHome(
  url: string,
  credentials: GitCredentials,
  proxy: GitProxy | undefined,
  options: PrivateHomeOptions,
): Promise<PrivateHome> {
  await mkdir(options.scratch, { recursive: true, mode: 0o700 });
  const home = await mkdtemp(join(options.scratch, "git-home-"));
  const write = (name: string, text: string, mode = 0o600): Promise<void> =>
    writeFile(join(home, name), text, { mode });
  const config = [
    ...remoteConfig(url),
    ...(await httpConfig(url, credentials, home, write)),
    ...proxyConfig(proxy),
  ];
  await write("gitconfig", `${config.join("\n")}\n`);
  const environment = credentials.kind === "ssh" ? await writeSshHome(credentials, home, write) : {};
  return {
    program: {
      home,
      searchPath: options.searchPath,
      environment,
      ...(options.command === undefined ? {} : { command: options.command }),
    },
    [Symbol.asyncDispose]: () => rm(home, { recursive: true, force: true }),
  };
}

/** The name under which a home knows the repository, so that its URL is in no argument. */
export const REMOTE = "observed";

function remoteConfig(url: string): readonly string[] {
  return [`[remote "${REMOTE}"]`, `\turl = ${quote(url)}`];
}

async function httpConfig(
  url: string,
  credentials: GitCredentials,
  home: string,
  write: WriteFile,
): Promise<readonly string[]> {
  if (url.startsWith("ssh://")) return [];
  const lines: string[] = [];
  const header = authorizationHeader(credentials);
  if (header !== undefined) lines.push(`\textraHeader = ${quote(header)}`);
  if (credentials.caFile !== undefined) {
    await write("ca.crt", credentials.caFile);
    lines.push(`\tsslCAInfo = ${quote(`${home}/ca.crt`)}`);
  }
  if (credentials.certFile !== undefined && credentials.keyFile !== undefined) {
    await write("tls.crt", credentials.certFile);
    await write("tls.key", credentials.keyFile);
    lines.push(`\tsslCert = ${quote(`${home}/tls.crt`)}`, `\tsslKey = ${quote(`${home}/tls.key`)}`);
  }
  return lines.length === 0 ? [] : [`[http ${quote(`${new URL(url).origin}/`)}]`, ...lines];
}

function authorizationHeader(credentials: GitCredentials): string | undefined {
  if (credentials.kind === "bearer") return `Authorization: Bearer ${credentials.bearerToken ?? ""}`;
  if (credentials.kind !== "basic") return undefined;
  const pair = `${credentials.username ?? ""}:${credentials.password ?? ""}`;
  return `Authorization: Basic ${Buffer.from(pair).toString("base64")}`;
}

function proxyConfig(proxy: GitProxy | undefined): readonly string[] {
  if (proxy === undefined) return [];
  const url = new URL(proxy.address);
  if (proxy.username !== undefined) url.username = encodeURIComponent(proxy.username);
  if (proxy.password !== undefined) url.password = encodeURIComponent(proxy.password);
  return ["[http]", `\tproxy = ${quote(url.href)}`, "\tproxyAuthMethod = basic"];
}

/** A value of git's configuration, quoted so that no character of it is read as syntax. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
