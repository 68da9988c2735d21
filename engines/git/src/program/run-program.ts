import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { WeirError, type RetryPolicy } from "@weir/core";

/** How the git program is run: the folder of its private home, and what is added to its environment. */
export interface GitProgram {
  /** Holds the program's HOME and configuration, and nothing else; mode 0700. */
  readonly home: string;
  /** Name or path of the program; `git` by default. */
  readonly command?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The PATH under which git and ssh are found. */
  readonly searchPath: string;
}

/** One run. */
export interface GitRun {
  readonly args: readonly string[];
  readonly directory: string;
  readonly input?: Uint8Array | Readable;
  readonly signal?: AbortSignal;
  /** Bytes of output kept; 64 MiB by default. */
  readonly maxOutput?: number;
}

/** The program ended with an error; its text is kept for whoever words the failure. */
export class GitProgramError extends WeirError {
  override readonly name = "GitProgramError";
  readonly reason = "GitOperationFailed";
  readonly retry: RetryPolicy = "backoff";
  readonly exitCode: number | undefined;
  /** The last lines of standard error, without progress and with URLs bare of credentials. */
  readonly output: string;

  constructor(
    command: string,
    exitCode: number | undefined,
    output: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`${command} failed${output === "" ? "" : `: ${output}`}`, options);
    this.exitCode = exitCode;
    this.output = output;
  }
}

/** Windows has no process groups. */
const HAS_GROUPS = process.platform !== "win32";
const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_ERROR_TEXT = 64 * 1024;

/** Says which command fails. */
function nameOf(program: GitProgram, run: GitRun): string {
  const options = run.args.findLastIndex((arg) => arg === "-c");
  const [subcommand = ""] = run.args.slice(options < 0 ? 0 : options + 2);
  return program.command === undefined ? `git ${subcommand}` : program.command;
}

/**
 * Runs a program of git's or ssh's with an argument vector, in a private HOME and without a terminal. Resolves to standard
 * output; rejects with `GitProgramError`, or with the signal's reason after ending the program and what it started.
 */
export function runProgram(program: GitProgram, run: GitRun): Promise<Buffer> {
  run.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program.command ?? "git", run.args, {
      cwd: run.directory,
      env: environmentOf(program),
      stdio: [run.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
      // A group of its own, so that ssh and the transports that git starts end with it.
      detached: HAS_GROUPS,
    });
    const kill = (): void => killGroup(child);
    run.signal?.addEventListener("abort", kill, { once: true });
    const output = collect(child.stdout, run.maxOutput ?? MAX_OUTPUT, kill);
    const errors = collect(child.stderr, MAX_ERROR_TEXT);
    const name = nameOf(program, run);
    child.on("error", (cause) =>
      reject(new GitProgramError(name, undefined, "it cannot be started", { cause })),
    );
    child.on("close", (code) => {
      run.signal?.removeEventListener("abort", kill);
      if (run.signal?.aborted) return reject(run.signal.reason);
      if (code === 0 && !output.isCut()) return resolve(output.bytes());
      const said = errors.bytes().toString("utf8").replaceAll(program.home, "~");
      const text = output.isCut() ? "its output is too large" : lastLines(said);
      return reject(new GitProgramError(name, code ?? undefined, text));
    });
    if (run.input !== undefined) feed(child.stdin, run.input);
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return;
  try {
    if (HAS_GROUPS) process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
    // It ended in the meantime.
  }
}

function feed(stdin: NodeJS.WritableStream | null, input: Uint8Array | Readable): void {
  if (stdin === null) return;
  stdin.on("error", () => {});
  if (input instanceof Uint8Array) stdin.end(input);
  else input.pipe(stdin);
}

function environmentOf(program: GitProgram): Record<string, string> {
  return {
    PATH: program.searchPath,
    HOME: program.home,
    XDG_CONFIG_HOME: program.home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: `${program.home}/gitconfig`,
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "/bin/false",
    GIT_OPTIONAL_LOCKS: "0",
    ...program.environment,
  };
}

interface Collected {
  bytes(): Buffer;
  isCut(): boolean;
}

function collect(stream: Readable | null, most: number, onCut?: () => void): Collected {
  const chunks: Buffer[] = [];
  let size = 0;
  stream?.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= most) chunks.push(chunk);
    else onCut?.();
  });
  return { bytes: () => Buffer.concat(chunks), isCut: () => size > most };
}

/** What says nothing of the cause: progress, frames, and what git adds to every failure of a transport. */
const NOISE =
  /^(remote: Counting|[\w ]+: +\d+%|@+( |$)|fatal: Could not read from remote repository|Please make sure you have the correct access rights|and the repository exists)/;

function lastLines(text: string): string {
  const lines = text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, "$1")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !NOISE.test(line));
  return lines.slice(-3).join("; ").slice(0, 500);
}
