import type { GitCredentials } from "../credentials.ts";
import { type GitProgram, GitProgramError, runProgram } from "../program/run-program.ts";

/** Writes a file of the private home. */
export type WriteFile = (name: string, text: string, mode?: number) => Promise<void>;

/**
 * Writes what the ssh program reads, and returns what git's environment needs to start it so. It reads nothing else: strict
 * host keys, one identity, no agent, no configuration of the user's or the machine's, no other way to log in.
 */
export async function writeSshHome(
  credentials: GitCredentials,
  home: string,
  write: WriteFile,
): Promise<Readonly<Record<string, string>>> {
  const { identity = "", knownHosts = "", password } = credentials;
  await write("identity", `${identity.trimEnd()}\n`);
  await write("known_hosts", `${knownHosts.trimEnd()}\n`);
  const config = [
    "User git",
    `UserKnownHostsFile ${configPath(`${home}/known_hosts`)}`,
    "GlobalKnownHostsFile /dev/null",
    "StrictHostKeyChecking yes",
    "UpdateHostKeys no",
    `IdentityFile ${configPath(`${home}/identity`)}`,
    "IdentitiesOnly yes",
    "IdentityAgent none",
    "PreferredAuthentications publickey",
    "NumberOfPasswordPrompts 1",
    `BatchMode ${password === undefined ? "yes" : "no"}`,
  ];
  await write("ssh_config", `${config.join("\n")}\n`);
  const environment = {
    GIT_SSH_COMMAND: `ssh -F ${shellQuote(`${home}/ssh_config`)}`,
    GIT_SSH_VARIANT: "ssh",
  };
  if (password === undefined) return environment;
  await write("passphrase", `${password}\n`);
  await write("askpass", `#!/bin/sh\ncat ${shellQuote(`${home}/passphrase`)}\n`, 0o700);
  return { ...environment, SSH_ASKPASS: `${home}/askpass`, SSH_ASKPASS_REQUIRE: "force", DISPLAY: ":0" };
}

/** Whether the passphrase opens the identity of a home. Asked only after a login failed, to say what was wrong. */
export async function opensIdentity(program: GitProgram, signal: AbortSignal): Promise<boolean> {
  try {
    const args = ["-y", "-f", `${program.home}/identity`];
    await runProgram({ ...program, command: "ssh-keygen" }, { args, directory: program.home, signal });
    return true;
  } catch (error) {
    if (!(error instanceof GitProgramError)) throw error;
    // Without the program, nobody knows.
    return error.exitCode === undefined;
  }
}

/** A path in ssh's configuration, where `%` begins a token. */
function configPath(path: string): string {
  return `"${path.replaceAll("%", "%%").replace(/[\\"]/g, "\\$&")}"`;
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
