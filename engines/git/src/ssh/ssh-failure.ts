import type { GitFailure } from "../git-error.ts";

/** Why a server was not reached over ssh. */
export interface SshFailure {
  readonly failure: GitFailure;
  /** In the words of Flux's library. */
  readonly detail: string;
}

const UNAUTHENTICATED =
  "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain";

/**
 * Tells failures apart by what the ssh program says, which it says in one language for us; `undefined` where it is something
 * else. The program's text itself is not passed on, because it names the files that hold the credentials.
 */
export function sshFailureOf(url: string, output: string): SshFailure | undefined {
  const { hostname, port } = new URL(url);
  const dial = `dial tcp ${hostname}:${port === "" ? 22 : port}`;
  const rows: ReadonlyArray<readonly [RegExp, GitFailure, string]> = [
    [/was revoked and you have requested/, "host-key-rejected", handshake("knownhosts: key is revoked")],
    [/has changed and you have requested/, "host-key-rejected", handshake("knownhosts: key mismatch")],
    [/host key is known for/, "host-key-rejected", handshake("knownhosts: key is unknown")],
    [
      /no matching host key type found/,
      "host-key-rejected",
      handshake("ssh: no common algorithm for host key"),
    ],
    [/Host key verification failed/, "host-key-rejected", handshake("knownhosts: key is unknown")],
    [/Permission denied|Too many authentication failures/, "authentication-required", UNAUTHENTICATED],
    [/Connection refused/, "unreachable", `${dial}: connect: connection refused`],
    [/Could not resolve hostname/, "unreachable", `dial tcp: lookup ${hostname}: no such host`],
    [/No route to host/, "unreachable", `${dial}: connect: no route to host`],
    [/Network is unreachable/, "unreachable", `${dial}: connect: network is unreachable`],
    [/Connection timed out|Operation timed out/, "unreachable", `${dial}: i/o timeout`],
    [
      /does not appear to be a git repository|[Rr]epository not found/,
      "repository-not-found",
      "repository not found",
    ],
  ];
  const row = rows.find(([pattern]) => pattern.test(output));
  return row === undefined ? undefined : { failure: row[1], detail: row[2] };
}

function handshake(detail: string): string {
  return `ssh: handshake failed: ${detail}`;
}
