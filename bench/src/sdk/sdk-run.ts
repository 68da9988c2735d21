import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { readCpu, readMemory } from "../processes/proc-files.ts";
import { type Command, ProcessFailedError } from "../processes/run-process.ts";
import { startProcess } from "../processes/start-process.ts";

/** What is asked of one side. */
export interface SdkWorkload {
  readonly objects: number;
  /** Changes per second, and for how long; none by default. */
  readonly churn?: { readonly rate: number; readonly seconds: number };
}

/** What one side needed. */
export interface SdkFigures {
  /** Until the watches were up, and until every object was reconciled, since the process began to run its own code. */
  readonly managerMs: number;
  readonly syncedMs: number;
  /** Longest stall of the event loop until then; absent where there is no such loop. */
  readonly syncStallMs?: number;
  /** Resident memory once it is quiet, and at its largest. */
  readonly restMb: number;
  readonly peakMb: number;
  /** CPU time from the start of the process until it is quiet, in seconds. */
  readonly syncCpu: number;
  /** From the server's write to the reconcile. */
  readonly latency?: {
    readonly runs: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
    /** CPU time of each reconcile with what led to it, in microseconds. */
    readonly cpuUs: number;
    readonly stallMs?: number;
  };
}

/** Quiet enough for a garbage collector to have had its turn. */
const QUIET_MS = 2_000;

/** Runs one side against a stub of its own. */
export async function runSdkWorkload(
  stubCommand: Command,
  consumer: (server: string) => Command,
  workload: SdkWorkload,
): Promise<SdkFigures> {
  await using stub = startProcess(stubCommand);
  const [, port = ""] = await stub.line(/^listening (\d+)$/);
  const server = `http://127.0.0.1:${port}`;
  await using side = new Side(consumer(server));
  const synced = await side.answer("synced");
  await quiet();
  const restMb = side.memory().nowMb;
  const syncCpu = side.cpuSeconds();
  const latency = workload.churn === undefined ? undefined : await churn(side, server, workload.churn);
  return {
    managerMs: synced["managerMs"] ?? Number.NaN,
    syncedMs: synced["ms"] ?? Number.NaN,
    ...(synced["stallMs"] === undefined ? {} : { syncStallMs: synced["stallMs"] }),
    restMb,
    peakMb: side.memory().peakMb,
    syncCpu,
    ...(latency === undefined ? {} : { latency }),
  };
}

type Figures = Readonly<Record<string, number>>;

/** The first round warms both sides up and is not counted. */
async function churn(
  side: Side,
  server: string,
  { rate, seconds }: NonNullable<SdkWorkload["churn"]>,
): Promise<NonNullable<SdkFigures["latency"]>> {
  let figures: Figures = {};
  let cpuUs = Number.NaN;
  for (const round of ["warm-up", "measured"] as const) {
    const length = round === "warm-up" ? 2 : seconds;
    const cpuBefore = side.cpuSeconds();
    await fetch(`${server}/churn?rate=${rate}&seconds=${length}`, { method: "POST" });
    await quiet();
    side.ask();
    figures = await side.answer("churned");
    cpuUs = ((side.cpuSeconds() - cpuBefore) / (figures["runs"] ?? Number.NaN)) * 1e6;
  }
  const of = (name: string): number => figures[name] ?? Number.NaN;
  const stall = figures["stallMs"] === undefined ? {} : { stallMs: figures["stallMs"] };
  return { runs: of("runs"), p50: of("p50"), p99: of("p99"), max: of("max"), cpuUs, ...stall };
}

function quiet(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, QUIET_MS));
}

/** A process that prints a line of figures for each line it is given. */
class Side implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #wake: () => void = () => {};
  #hasEnded = false;

  constructor({ program, args, cwd, env }: Command) {
    this.#child = spawn(program, args, { cwd, env: env ?? process.env, stdio: ["pipe", "pipe", "inherit"] });
    this.#child.on("exit", () => {
      this.#hasEnded = true;
      this.#wake();
    });
    if (this.#child.stdout === null) return;
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
  }

  ask(): void {
    this.#child.stdin?.write("\n");
  }

  async answer(name: string): Promise<Figures> {
    for (;;) {
      const line = this.#lines.shift();
      if (line?.startsWith(`${name} `) === true) return JSON.parse(line.slice(name.length)) as Figures;
      if (line === undefined && this.#hasEnded) throw new ProcessFailedError(`ended before it ${name}`);
      if (line === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  memory(): { readonly nowMb: number; readonly peakMb: number } {
    return readMemory(this.#child.pid ?? 0) ?? { nowMb: Number.NaN, peakMb: Number.NaN };
  }

  cpuSeconds(): number {
    return readCpu(this.#child.pid ?? 0) ?? Number.NaN;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#hasEnded) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await exited;
  }
}
