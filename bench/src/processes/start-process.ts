import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readMemory } from "./proc-files.ts";
import { type Command, ProcessFailedError } from "./run-process.ts";

/** A process that runs until it is disposed. */
export interface RunningProcess extends AsyncDisposable {
  readonly pid: number;
  /** Milliseconds since it was started. */
  elapsedMs(): number;
  /** The first line that it prints and that matches; rejects where it ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** Resident memory in MB, where the system tells. */
  memory(): { readonly nowMb: number; readonly peakMb: number } | undefined;
}

/** What has not ended by then is killed. */
const ENDING_MS = 10_000;

/** Starts a process; disposing it asks it to end (SIGTERM) and waits until it has. */
export function startProcess(command: Command): RunningProcess {
  const start = performance.now();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = new Output(child, command);
  return {
    pid: child.pid ?? 0,
    elapsedMs: () => performance.now() - start,
    line: (pattern) => output.line(pattern),
    memory: () => (child.pid === undefined ? undefined : readMemory(child.pid)),
    [Symbol.asyncDispose]: () => end(child),
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timeout = setTimeout(() => child.kill("SIGKILL"), ENDING_MS);
  await exited;
  clearTimeout(timeout);
}

interface Wait {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (error: Error) => void;
}

/** What a process printed so far, and who waits for more. */
class Output {
  readonly #lines: string[] = [];
  readonly #waits = new Set<Wait>();
  #complaint = "";
  #failure: Error | undefined;

  constructor(child: ChildProcess & { readonly stdout: object | null }, { program, args }: Command) {
    if (child.stdout !== null) {
      createInterface({ input: child.stdout }).on("line", (text) => this.#print(text));
    }
    child.stderr?.on("data", (chunk: Buffer) => (this.#complaint += chunk.toString("utf8")));
    child.on("error", (error) => this.#fail(error));
    child.on("close", (code) => {
      const message = `${[program, ...args].join(" ")} ended with ${code}\n${this.#complaint.slice(-2_000)}`;
      this.#fail(new ProcessFailedError(message));
    });
  }

  line(pattern: RegExp): Promise<RegExpExecArray> {
    for (const text of this.#lines) {
      const match = pattern.exec(text);
      if (match !== null) return Promise.resolve(match);
    }
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<RegExpExecArray>();
    this.#waits.add({ pattern, resolve, reject });
    return promise;
  }

  #print(text: string): void {
    this.#lines.push(text);
    for (const wait of this.#waits) {
      const match = wait.pattern.exec(text);
      if (match === null) continue;
      this.#waits.delete(wait);
      wait.resolve(match);
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const wait of this.#waits) wait.reject(this.#failure);
    this.#waits.clear();
  }
}
