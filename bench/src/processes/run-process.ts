import { spawn } from "node:child_process";
import { readChildrenCpu, readMemory } from "./proc-files.ts";

/** A process to run. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Five minutes by default. */
  readonly timeoutMs?: number;
}

/** What a process printed, line by line, and when, in milliseconds after its start. */
export interface PrintedLine {
  readonly text: string;
  readonly atMs: number;
}

/** A process that has ended. */
export interface ProcessRun {
  readonly wallMs: number;
  /** Of the process and what it waited for; NaN where the system does not tell. */
  readonly cpuSeconds: number;
  /** Largest resident memory, seen every 20 ms; NaN where the system does not tell. */
  readonly peakMb: number;
  readonly stdout: Buffer;
  readonly lines: readonly PrintedLine[];
}

/** A process of a benchmark failed, so there is nothing to time. */
export class ProcessFailedError extends Error {
  override readonly name = "ProcessFailedError";
}

const SAMPLE_MS = 20;
const TIMEOUT_MS = 900_000;

/** Runs a process from its start to its end. Throws where it does not end with 0. */
export async function runProcess(command: Command): Promise<ProcessRun> {
  const cpuBefore = readChildrenCpu();
  const start = performance.now();
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: command.timeoutMs ?? TIMEOUT_MS,
  });
  let peakMb = Number.NaN;
  const sampler = setInterval(() => {
    const memory = child.pid === undefined ? undefined : readMemory(child.pid);
    if (memory !== undefined) peakMb = memory.peakMb;
  }, SAMPLE_MS);
  const stdout: { readonly chunk: Buffer; readonly atMs: number }[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => stdout.push({ chunk, atMs: performance.now() - start }));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    const wallMs = performance.now() - start;
    if (code !== 0) throw failure(command, code, Buffer.concat(stderr).toString("utf8"));
    const cpuSeconds = (readChildrenCpu() ?? Number.NaN) - (cpuBefore ?? Number.NaN);
    const output = Buffer.concat(stdout.map(({ chunk }) => chunk));
    return { wallMs, cpuSeconds, peakMb, stdout: output, lines: linesOf(stdout) };
  } finally {
    clearInterval(sampler);
  }
}

function failure({ program, args }: Command, code: number | null, complaint: string): ProcessFailedError {
  const ending = code === null ? "was killed" : `ended with ${code}`;
  return new ProcessFailedError(`${[program, ...args].join(" ")} ${ending}\n${complaint.slice(-2_000)}`);
}

/** A line counts from the moment at which it is whole. */
function linesOf(
  chunks: readonly { readonly chunk: Buffer; readonly atMs: number }[],
): readonly PrintedLine[] {
  const lines: PrintedLine[] = [];
  let rest = "";
  for (const { chunk, atMs } of chunks) {
    const parts = `${rest}${chunk.toString("utf8")}`.split("\n");
    rest = parts.pop() ?? "";
    for (const text of parts) lines.push({ text, atMs });
  }
  return lines;
}
