import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { seededRandom } from "@weir/core";
import { caseSeed } from "./dice.ts";
import type { Bench, Difference, FuzzCase, FuzzOutcome, FuzzTarget } from "./fuzz-target.ts";

/** A case and what the two programs made of it. */
export interface Compared {
  readonly index: number;
  readonly given: FuzzCase;
  readonly theirs: FuzzOutcome;
  readonly difference: Difference | undefined;
  /** The name of the waiver that the difference falls under. */
  readonly waiver: string | undefined;
}

export function generateCase(target: FuzzTarget, seed: number, index: number): FuzzCase {
  return target.generate(seededRandom(caseSeed(seed, index)));
}

/** What the root of every case is called, as in recorded messages. */
const ROOT_NAME = "$ROOT";

/** Runs both programs on a case. */
export async function compareCase({ target, tool }: Bench, given: FuzzCase, index = 0): Promise<Compared> {
  const parent = mkdtempSync(join(tmpdir(), "weir-fuzz-"));
  // The name gets into what is built, and so into hashes: it is the same for both.
  const scratch = join(parent, ROOT_NAME);
  try {
    mkdirSync(scratch);
    for (const [path, bytes] of filesOf(given)) {
      const file = join(scratch, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
    }
    const running = target.theirs(given, tool, scratch);
    const ours = await ownOutcome(target, given, scratch);
    const theirs = await running;
    const difference = target.difference(ours, theirs);
    const waiver =
      difference && target.waivers.find((candidate) => candidate.applies(given, ours, theirs))?.name;
    if (difference === undefined || waiver !== undefined) return { index, given, theirs, difference, waiver };
    return { index, given, ...(await settle({ target, tool }, given, { scratch, ours, theirs })) };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

function* filesOf({ files, filesBase64 = {} }: FuzzCase): Generator<readonly [string, Uint8Array]> {
  for (const [path, text] of Object.entries(files)) yield [path, Buffer.from(text, "utf8")];
  for (const [path, text] of Object.entries(filesBase64)) yield [path, Buffer.from(text, "base64")];
}

/** How often a real program is asked again where it differs: what it says may hang on the order of its maps. */
const REPEATS = 25;

/** The waiver, if a target has it, for what the real program never says twice. */
export const VARIES = "different in every run";

interface Unsettled {
  readonly scratch: string;
  readonly ours: FuzzOutcome;
  readonly theirs: FuzzOutcome;
}

/** The difference to what the real program says most like us, if it does not always say the same. */
async function settle(
  { target, tool }: Bench,
  given: FuzzCase,
  { scratch, ours, theirs }: Unsettled,
): Promise<Pick<Compared, "theirs" | "difference" | "waiver">> {
  let varies = false;
  for (let repeat = 0; repeat < (target.repeats ?? REPEATS); repeat++) {
    const again = await target.theirs(given, tool, scratch);
    varies ||= target.difference(theirs, again) !== undefined;
    if (target.difference(ours, again) === undefined) {
      return { theirs: again, difference: undefined, waiver: undefined };
    }
  }
  const waiver = varies && target.waivers.some(({ name }) => name === VARIES) ? VARIES : undefined;
  return { theirs, difference: target.difference(ours, theirs), waiver };
}

/** Anything but an error that the engine means to throw is a difference, whatever the real program does. */
async function ownOutcome(target: FuzzTarget, given: FuzzCase, scratch: string): Promise<FuzzOutcome> {
  try {
    return await target.ours(given, scratch);
  } catch (error) {
    const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { error: `unexpected: ${shown}`, warnings: "" };
  }
}

/** The indices of as many cases, of some kinds where these are named. */
export function* casesOfKinds(
  { kindOf }: FuzzTarget,
  {
    seed,
    count,
    kinds,
  }: { readonly seed: number; readonly count: number; readonly kinds: readonly string[] },
): Generator<number> {
  let found = 0;
  for (let index = 0; found < count; index += 1) {
    const isWanted =
      kinds.length === 0 || kinds.includes(kindOf?.(seededRandom(caseSeed(seed, index))) ?? "");
    if (!isWanted) continue;
    found += 1;
    yield index;
  }
}

/** Compares cases, a few at a time, and yields them in order. */
export async function* compareCases(
  bench: Bench,
  seed: number,
  indices: Iterable<number>,
): AsyncGenerator<Compared> {
  const pending: Promise<Compared>[] = [];
  const { workers = 2 } = bench.target;
  const left = indices[Symbol.iterator]();
  for (;;) {
    while (pending.length < workers) {
      const next = left.next();
      if (next.done === true) break;
      pending.push(compareCase(bench, generateCase(bench.target, seed, next.value), next.value));
    }
    const first = pending.shift();
    if (first === undefined) return;
    yield await first;
  }
}
