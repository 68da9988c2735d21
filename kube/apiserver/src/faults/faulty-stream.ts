import type { Clock } from "@weir/core";
import { expiredError } from "@weir/objects";
import { ConnectionDroppedError, type Fault } from "./fault.ts";

/** How long an event waits for a neighbour to change places with. */
const NEIGHBOUR_MS = 20;

/** A watch's text as the fault spoils it. */
export async function* spoilStream(
  chunks: AsyncIterable<string>,
  fault: Fault,
  clock: Clock,
): AsyncGenerator<string> {
  const lines = linesOf(chunks);
  switch (fault.kind) {
    case "cut":
    case "close":
    case "expire":
      return yield* endAfter(lines, fault);
    case "duplicate":
      for await (const line of lines) yield line + line;
      return;
    case "late":
      for await (const line of lines) {
        await clock.sleep(fault.ms);
        yield line;
      }
      return;
    case "reorder":
      return yield* swapNeighbours(lines, clock);
    default:
      yield* lines;
  }
}

/** Text as whole lines, each with its line feed. */
async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield `${line}\n`;
  }
  if (rest !== "") yield rest;
}

async function* endAfter(
  lines: AsyncIterable<string>,
  { kind, afterEvents }: Fault & { readonly afterEvents: number },
): AsyncGenerator<string> {
  let sent = 0;
  if (sent < afterEvents || kind === "cut") {
    for await (const line of lines) {
      if (sent >= afterEvents) {
        yield line.slice(0, line.length / 2);
        throw new ConnectionDroppedError();
      }
      yield line;
      sent += 1;
      if (sent >= afterEvents && kind !== "cut") break;
    }
  }
  if (kind === "expire" && sent >= afterEvents) yield expiredLine();
}

function expiredLine(): string {
  const { status } = expiredError("too old resource version");
  return `${JSON.stringify({ type: "ERROR", object: status })}\n`;
}

async function* swapNeighbours(lines: AsyncGenerator<string>, clock: Clock): AsyncGenerator<string> {
  let held: string | undefined;
  // A line that was waited for is never let go of: the next turn waits for the same promise.
  let next = lines.next();
  try {
    for (;;) {
      const result = await (held === undefined ? next : orTimeout(next, clock));
      if (result?.done === true) break;
      const line = result?.value;
      if (result !== undefined) next = lines.next();
      if (held === undefined) held = line;
      else {
        yield line !== undefined && mayChangePlaces(held, line) ? line + held : held + (line ?? "");
        held = undefined;
      }
    }
    if (held !== undefined) yield held;
  } finally {
    // Whoever stops reading does not hear what becomes of the last line.
    next.catch(() => undefined);
  }
}

async function orTimeout<Value>(work: Promise<Value>, clock: Clock): Promise<Value | undefined> {
  const done = new AbortController();
  const late = clock.sleep(NEIGHBOUR_MS, done.signal).catch(() => undefined);
  try {
    return (await Promise.race([work, late])) as Value | undefined;
  } finally {
    done.abort();
  }
}

interface EventLine {
  readonly type: string;
  readonly object: { readonly metadata?: { readonly namespace?: string; readonly name?: string } };
}

/** A server keeps the order of one object's events, and what a bookmark says holds for all before it. */
function mayChangePlaces(left: string, right: string): boolean {
  const [first, second] = [JSON.parse(left) as EventLine, JSON.parse(right) as EventLine];
  const isChange = ({ type }: EventLine): boolean => ["ADDED", "MODIFIED", "DELETED"].includes(type);
  const key = ({ object: { metadata } }: EventLine): string =>
    `${metadata?.namespace ?? ""}/${metadata?.name ?? ""}`;
  return isChange(first) && isChange(second) && key(first) !== key(second);
}
