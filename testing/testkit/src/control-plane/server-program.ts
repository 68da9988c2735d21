import { type ChildProcess, spawn } from "node:child_process";
import { systemClock } from "@weir/core";
import { ControlPlaneError } from "./control-plane-error.ts";

/** How a program is started. */
export interface ProgramStart {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly directory: string;
}

/** How much of what it said last is kept for an error. */
const KEPT_OUTPUT = 4_000;
/** A server that does not end when it is asked to is killed. */
const GRACE_MS = 10_000;

/** A server in a process of its own, which ends with this one at the latest. */
export class ServerProgram implements AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = "";
  #hasEnded = false;

  constructor({ name, path, args, directory }: ProgramStart) {
    this.name = name;
    const child = spawn(path, args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"], env: {} });
    this.#child = child;
    this.pid = child.pid ?? 0;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#output = (this.#output + text).slice(-KEPT_OUTPUT);
    });
    const killNow = (): void => void child.kill("SIGKILL");
    process.once("exit", killNow);
    this.#ended = new Promise((resolve) => {
      const end = (): void => {
        this.#hasEnded = true;
        process.removeListener("exit", killNow);
        resolve();
      };
      child.once("error", (error) => {
        this.#output += error.message;
        end();
      });
      child.once("close", end);
    });
  }

  /** Throws where the program ended by itself. */
  assertRuns(): void {
    if (this.#hasEnded) throw this.failure("ended by itself");
  }

  /** An error that says what the program said last. */
  failure(what: string): ControlPlaneError {
    return new ControlPlaneError(this.name, what, this.#output.trim());
  }

  /** Ends it as a crash does. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    this.#child.kill("SIGTERM");
    const late = systemClock.setTimer(GRACE_MS, () => this.#child.kill("SIGKILL"));
    await this.#ended;
    late.cancel();
  }
}
