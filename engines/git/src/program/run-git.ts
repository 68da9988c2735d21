import { spawn } from "node:child_process";
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
    subcommand: string,
    exitCode: number | undefined,
    output: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`git ${subcommand} failed${output === "" ? "" : `: ${output}`}`, options);
    this.exitCode = exitCode;
    this.output = output;
  }
}

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

const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_ERROR_TEXT = 64 * 1024;

/**
 * Runs git with an argument vector, in a private HOME, with hooks, helpers, prompts and the `file` and `ext` protocols off.
 * Resolves to standard output; rejects with `GitProgramError`, or with the signal's reason after ending the program.
 */
export function runGit(program: GitProgram, run: GitRun): Promise<Buffer> {
  run.signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(program.command ?? "git", [...HARDENED, ...run.args], {
      cwd: run.directory,
      env: environmentOf(program),
      stdio: [run.input === undefined ? "ignore" : "pipe", "pipe", "pipe"],
    });
    const onAbort = (): void => void child.kill("SIGKILL");
    run.signal?.addEventListener("abort", onAbort, { once: true });
    const output = collect(child.stdout, run.maxOutput ?? MAX_OUTPUT, () => child.kill("SIGKILL"));
    const errors = collect(child.stderr, MAX_ERROR_TEXT);
    const subcommand = run.args.find((arg) => !arg.startsWith("-")) ?? "";
    child.on("error", (cause) =>
      reject(new GitProgramError(subcommand, undefined, "it cannot be started", { cause })),
    );
    child.on("close", (code) => {
      run.signal?.removeEventListener("abort", onAbort);
      if (run.signal?.aborted) return reject(run.signal.reason);
      if (code === 0 && !output.isCut()) return resolve(output.bytes());
      const text = output.isCut() ? "its output is too large" : lastLines(errors.bytes().toString("utf8"));
      return reject(new GitProgramError(subcommand, code ?? undefined, text));
    });
    if (run.input !== undefined) feed(child.stdin, run.input);
  });
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

function lastLines(text: string): string {
  const lines = text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/gi, "$1")
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("remote: Counting") && !/^[\w ]+: +\d+%/.test(line));
  return lines.slice(-3).join("; ").slice(0, 500);
}
