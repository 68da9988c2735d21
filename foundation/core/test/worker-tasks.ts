import { isMainThread, threadId } from "node:worker_threads";
import { transferred, type Transferred, WeirError } from "@weir/core";

class TemplateError extends WeirError {
  override readonly name = "TemplateError";
  readonly reason = "RenderFailed";
  readonly retry = "never";
  readonly line: number;
  readonly lookUp = (): string => "stays behind";

  constructor(line: number, options?: { readonly cause?: unknown }) {
    super(`template fails on line ${line}`, options);
    this.line = line;
  }
}

const calls: string[] = [];

/** Says where it runs and how often this copy of the module was asked. */
export function whereAmI(input: string): unknown {
  calls.push(input);
  return { threadId, isMainThread, calls: [...calls] };
}

export async function double(input: number): Promise<number> {
  return await Promise.resolve(input * 2);
}

export function echo(input: unknown): unknown {
  return input;
}

export function giveBuffer(length: number): Transferred<Uint8Array> {
  const bytes = new Uint8Array(length).fill(7);
  return transferred(bytes, [bytes.buffer]);
}

export function failTyped(line: number): never {
  throw new TemplateError(line, { cause: new TypeError("no such field", { cause: "a plain text" }) });
}

export function returnFunction(): unknown {
  return () => 1;
}

export function loopForever(flag: SharedArrayBuffer | undefined): void {
  if (flag !== undefined) {
    Atomics.store(new Int32Array(flag), 0, 1);
    Atomics.notify(new Int32Array(flag), 0);
  }
  for (;;);
}

export function eatMemory(): number {
  const held: unknown[] = [];
  for (;;) held.push(Array.from({ length: 1000 }, () => ({ place: held.length })));
}

export function leave(code: number): never {
  process.exit(code);
}

export function failLater(): Promise<never> {
  void Promise.reject(new TypeError("nobody catches this"));
  return new Promise(() => {});
}

/** Grows one array, which V8 moves into ever larger blocks. */
export function growArray(): number {
  const numbers: number[] = [];
  for (let index = 0; ; index++) numbers.push(index);
}

/** Grows one table in the same way. */
export function growMap(): number {
  const numbers = new Map<number, number>();
  for (let index = 0; ; index++) numbers.set(index, index);
}
