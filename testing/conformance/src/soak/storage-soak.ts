import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSqliteStorage, type Storage } from "@weir/apiserver";
import { type Random, seededRandom, systemClock } from "@weir/core";

/** How long a storage is killed. */
export interface StorageSoakOptions {
  readonly seed: number;
  readonly seconds: number;
  /** Longest time that a writer lives. */
  readonly longestMs?: number;
}

/** What came of it. */
export interface StorageSoakResult {
  readonly kills: number;
  /** Kills before the storage was open. */
  readonly earlyKills: number;
  readonly acknowledged: number;
  /** Revisions that were found although nobody had been told of them: durable, but killed before the answer. */
  readonly untold: number;
  readonly largestFileBytes: number;
  readonly problems: readonly string[];
}

interface Told {
  /** The newest revision that was acknowledged or shown to a watcher. */
  newest: number;
  readonly byKey: Map<string, { readonly revision: number; readonly sequence: string }>;
  readonly keyOf: Map<number, string>;
}

/**
 * Kills a process that writes to a storage at random moments, again and again on the same file, and looks after each kill
 * whether everything is there that it had been told was: with and without waiting for the disk in turn, as a killed process
 * loses nothing either way.
 */
export async function runStorageSoak(options: StorageSoakOptions): Promise<StorageSoakResult> {
  const { seed, seconds, longestMs = 1500 } = options;
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), "weir-soak-"));
  const path = join(folder, "state.db");
  const told: Told = { newest: 1, byKey: new Map(), keyOf: new Map() };
  const problems: string[] = [];
  const counts = { kills: 0, earlyKills: 0, acknowledged: 0, untold: 0, largestFileBytes: 0 };
  const end = systemClock.now() + seconds * 1000;
  try {
    while (systemClock.now() < end && problems.length === 0) {
      const lines = await killedWriter(path, counts.kills, random, longestMs);
      counts.kills += 1;
      if (lines.length === 0) counts.earlyKills += 1;
      counts.acknowledged += hear(told, lines, problems);
      await using storage = await createSqliteStorage({ path, fsync: false });
      counts.untold += (await storage.revision()) - told.newest;
      problems.push(...(await compare(storage, told)));
      told.newest = await storage.revision();
      counts.largestFileBytes = Math.max(counts.largestFileBytes, (await stat(path)).size);
    }
  } catch (error) {
    problems.push(`after ${counts.kills} kills: ${String(error)}`);
  }
  if (problems.length === 0) await rm(folder, { recursive: true, force: true });
  else problems.push(`the files are in ${folder}`);
  return { ...counts, problems };
}

/** The lines of a writer that lived for a random time; the last one only where it is whole. */
async function killedWriter(
  path: string,
  run: number,
  random: Random,
  longestMs: number,
): Promise<readonly string[]> {
  const program = new URL("storage-writer.ts", import.meta.url).pathname;
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const sync = random.next() < 0.5 ? "sync" : "nosync";
  const seed = String(Math.floor(random.next() * 1e9) + 1);
  const child = spawn(process.execPath, [...flags, program, path, String(run), sync, seed], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
  });
  const ended = once(child.stdout, "end");
  // One in eight is killed while it starts and opens the file.
  if (random.next() < 0.125) await systemClock.sleep(100 + random.next() * 400);
  else {
    while (output === "" && child.exitCode === null) await systemClock.sleep(5);
    await systemClock.sleep(random.next() ** 2 * longestMs);
  }
  child.kill("SIGKILL");
  await Promise.all([exited, ended]);
  return output.split("\n").slice(0, -1);
}

/** Takes note of what a writer said; gives how many writes were acknowledged. */
function hear(told: Told, lines: readonly string[], problems: string[]): number {
  const before = told.newest;
  for (const line of lines) {
    const [what, text, key = "", sequence = ""] = line.split(" ");
    const revision = Number(text);
    if (what === "o") {
      if (revision < before) problems.push(`revision went back from ${before} to ${revision}`);
      continue;
    }
    if (revision <= before) problems.push(`revision ${revision} was given again, ${before} had been reached`);
    hearOf(told, { revision, key }, problems);
    const isNewer = revision > (told.byKey.get(key)?.revision ?? 0);
    if (what === "a" && isNewer) told.byKey.set(key, { revision, sequence });
  }
  return lines.filter((line) => line.startsWith("a ")).length;
}

function hearOf(
  told: Told,
  { revision, key }: { readonly revision: number; readonly key: string },
  problems: string[],
): void {
  const other = told.keyOf.get(revision) ?? key;
  if (other !== key) problems.push(`revision ${revision} is ${other}'s and ${key}'s`);
  told.keyOf.set(revision, key);
  told.newest = Math.max(told.newest, revision);
}

/** Compares what a file holds with what was told; from here on what it holds is what counts. */
async function compare(storage: Storage, told: Told): Promise<readonly string[]> {
  const newest = await storage.revision();
  const problems: string[] = [];
  if (newest < told.newest) problems.push(`revision ${told.newest} was told of, the file ends at ${newest}`);
  for (const [key, last] of told.byKey) {
    const found = await storage.get(key);
    const text = found === undefined ? GONE : (new TextDecoder().decode(found.value).split(" ")[0] ?? "");
    const revision = found?.modRevision;
    const problem = lossOf(last, { revision, sequence: text }, newest > told.newest);
    if (problem !== undefined) problems.push(`${key} ${problem}`);
    told.byKey.set(key, { revision: revision ?? last.revision, sequence: text });
  }
  told.keyOf.clear();
  return problems;
}

/** How a deletion is told. */
const GONE = "-";

/** `hasUntold`: what was found may come from writes that nobody was told of. */
function lossOf(
  last: { readonly revision: number; readonly sequence: string },
  found: { readonly revision: number | undefined; readonly sequence: string },
  hasUntold: boolean,
): string | undefined {
  if (found.sequence === last.sequence) return undefined;
  const was = `acknowledged was ${last.sequence} at ${last.revision}`;
  if (found.revision === undefined) return hasUntold ? undefined : `is gone, ${was}`;
  if (hasUntold && found.revision > last.revision) return undefined;
  return `holds ${found.sequence} at ${found.revision}, ${was}`;
}
