import { type GitProgram, type GitRun, runProgram } from "./run-program.ts";

/** Hooks, other protocols and everything that asks a person are off, whatever a repository says. */
const HARDENED = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "protocol.allow=never",
  "-c",
  "protocol.http.allow=always",
  "-c",
  "protocol.https.allow=always",
  "-c",
  "protocol.ssh.allow=always",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "advice.detachedHead=false",
  "-c",
  "credential.helper=",
  "-c",
  "http.followRedirects=false",
  "-c",
  "safe.directory=*",
  "-c",
  "core.protectNTFS=true",
  "-c",
  "core.protectHFS=true",
] as const;

/**
 * Runs git with an argument vector, in a private HOME, with hooks, helpers, prompts and the `file` and `ext` protocols off.
 * Resolves to standard output; rejects with `GitProgramError`, or with the signal's reason after ending the program and what
 * it started.
 */
export function runGit(program: GitProgram, run: GitRun): Promise<Buffer> {
  return runProgram(program, { ...run, args: [...HARDENED, ...run.args] });
}
