import { describe, expect, test } from "vitest";
import type { LogFile } from "../src/storage/log-file.ts";
import { openLog } from "../src/storage/open-log.ts";
import { restoreIndex } from "../src/storage/restore-index.ts";
import { RevisionIndex } from "../src/storage/revision-index.ts";
import type { LogRow } from "../src/storage/storage-row.ts";
import {
  cutOffBetween,
  DB,
  type Files,
  killedBetween,
  putFiles,
  sameFiles,
  scratchFolder,
  takeFiles,
} from "./crash-disk.ts";
import { writeFirstVersion } from "./first-version.ts";

/** One moment of a run: the files, and what was promised and begun by then. */
interface Moment {
  readonly step: string;
  readonly files: Files;
  readonly acknowledged: number;
  readonly begun: number;
  /** The files as the disk surely has them. */
  readonly flushed: Files;
}

/** Repeatable numbers below a bound. */
function lehmer(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 48271) % 2147483647;
    return state % bound;
  };
}

/** A life of a storage: writes, deletions, checkpoints, compactions and closings, with a look at the files at every step. */
class Life {
  readonly rows: LogRow[] = [];
  readonly moments: Moment[] = [];
  readonly #folder: string;
  readonly #path: string;
  readonly #fsync: boolean;
  readonly #random = lehmer(11);
  readonly #index = new RevisionIndex();
  #unreachable: readonly number[] = [];
  #acknowledged = 1;
  #flushed: Files = new Map();
  /** Called at each step; may throw. */
  readonly #interrupt: (step: string) => void;

  constructor(
    folder: string,
    path: string,
    fsync: boolean,
    interrupt: (step: string) => void = () => undefined,
  ) {
    this.#folder = folder;
    this.#path = path;
    this.#fsync = fsync;
    this.#interrupt = interrupt;
  }

  look(step: string): void {
    const files = takeFiles(this.#folder);
    const begun = this.rows.at(-1)?.revision ?? 1;
    const before = this.moments.at(-1)?.files.get(DB);
    this.moments.push({ step, files, begun, acknowledged: this.#acknowledged, flushed: this.#flushed });
    // Whatever writes to the file itself flushes it before it goes on.
    if (before !== undefined && files.get(DB)?.equals(before) === false) this.#flushed = files;
  }

  open(): LogFile {
    const { file } = openLog({
      path: this.#path,
      maxBytes: undefined,
      fsync: this.#fsync,
      onStep: (step) => this.#step(step),
    });
    this.look("opened");
    this.#flushed = takeFiles(this.#folder);
    return file;
  }

  async run(): Promise<void> {
    const file = this.open();
    for (let round = 0; round < 5; round++) {
      this.#commit(file, [this.#row(), this.#row(), this.#row()]);
      this.#commit(file, [this.#row(9000)]);
      this.#commit(file, [this.#row()]);
      if (round === 2) await this.#checkpoint(file);
      if (round > 0) this.#compact(file);
    }
    this.#close(file);
    const again = this.open();
    this.#commit(again, [this.#row()]);
    this.#compact(again);
    await this.#checkpoint(again);
    this.#commit(again, [this.#row(), this.#row()]);
    this.#close(again);
  }

  #step(step: string): void {
    this.look(step);
    this.#interrupt(step);
  }

  /** Writes one of few keys, or deletes it. */
  #row(bytes = 300): LogRow {
    const revision = (this.rows.at(-1)?.revision ?? 1) + 1;
    const key = `/core/configmaps/default/${this.#random(6)}`;
    const current = this.rows.findLast((row) => row.key === key);
    const isDeletion = current?.value !== undefined && this.#random(4) === 0;
    const value = isDeletion ? undefined : Buffer.from(`${revision} `.padEnd(bytes, String(revision)));
    const createRevision = current?.value === undefined ? revision : current.createRevision;
    const row = { revision, createRevision, key, value, atMs: 1000 + revision };
    this.rows.push(row);
    return row;
  }

  #commit(file: LogFile, rows: readonly LogRow[]): void {
    this.#retry(() => file.commit(rows));
    this.look("committed");
    if (this.#fsync) {
      this.#retry(() => file.syncNow());
      this.#flushed = takeFiles(this.#folder);
    }
    for (const row of rows) this.#index.record(row);
    this.#acknowledged = this.#index.revision;
    this.look("acknowledged");
  }

  async #checkpoint(file: LogFile): Promise<void> {
    await file.checkpoint().catch(() => file.checkpoint());
    this.#flushed = takeFiles(this.#folder);
    this.look("checkpointed");
  }

  #compact(file: LogFile): void {
    const before = this.#index.oldest + 1 + this.#random(this.#index.revision - this.#index.oldest);
    this.#unreachable = this.#unreachable.concat(this.#index.compact(before));
    const target = { revision: this.#index.revision, compacted: this.#index.oldest };
    while (this.#unreachable.length > 0 || !file.isCompactedTo(target.compacted)) {
      this.#unreachable = this.#retry(() => file.compactStep(target, this.#unreachable));
      this.look("compacted in part");
      if (this.#fsync) this.#retry(() => file.syncNow());
      if (this.#fsync) this.#flushed = takeFiles(this.#folder);
    }
  }

  #close(file: LogFile): void {
    file.close();
    this.#flushed = takeFiles(this.#folder);
    this.look("closed");
  }

  #retry<T>(act: () => T): T {
    try {
      return act();
    } catch {
      return act();
    }
  }
}

/** What a store holds after all rows up to a revision. */
function stateAt(rows: readonly LogRow[], revision: number): ReadonlyMap<string, string> {
  const state = new Map<string, string>();
  for (const row of rows) {
    if (row.revision > revision) break;
    if (row.value === undefined) state.delete(row.key);
    else state.set(row.key, `${row.revision}:${row.createRevision}:${Buffer.from(row.value).toString()}`);
  }
  return new Map([...state].sort());
}

interface Reopened {
  readonly revision: number;
  readonly index: RevisionIndex;
}

function reopen(path: string, goesOn: boolean): Reopened {
  const { file, rows, bounds } = openLog({ path, maxBytes: undefined, fsync: false });
  const index = new RevisionIndex();
  const unreachable = restoreIndex(index, rows, bounds);
  const { revision } = index;
  if (goesOn) {
    const target = { revision, compacted: index.oldest };
    for (let rest = unreachable; rest.length > 0; ) rest = file.compactStep(target, rest);
    file.commit([
      { revision: revision + 1, createRevision: revision + 1, key: "/after", value: undefined, atMs: 0 },
    ]);
  }
  file.close();
  return { revision, index };
}

function check(life: Life, moment: Moment, found: Reopened, isAcknowledgedKept: boolean): void {
  const { revision, index } = found;
  const where = `at ${moment.step}, acknowledged ${moment.acknowledged}, begun ${moment.begun}, found ${revision}`;
  if (isAcknowledgedKept) expect(revision, where).toBeGreaterThanOrEqual(moment.acknowledged);
  expect(revision, where).toBeLessThanOrEqual(moment.begun);
  const want = stateAt(life.rows, revision);
  const { entries } = index.range("");
  const state = new Map(
    entries.map((entry) => [
      entry.key,
      `${entry.modRevision}:${entry.createRevision}:${Buffer.from(entry.value).toString()}`,
    ]),
  );
  expect(state, where).toEqual(want);
  const kept = index.entriesAfter(index.oldest, 1000).map((entry) => entry.revision);
  const log = life.rows.map((row) => row.revision).filter((each) => each > index.oldest && each <= revision);
  expect(kept, where).toEqual(log);
  // Nor is any past that can still be read a different one.
  if (index.oldest <= revision && index.oldest > 1) {
    const past = index.range("", { revision: index.oldest }).entries.map((entry) => entry.key);
    expect(past, where).toEqual([...stateAt(life.rows, index.oldest).keys()]);
  }
}

function tryAll(
  life: Life,
  states: (before: Moment, moment: Moment) => Iterable<Files>,
  isAcknowledgedKept: (moment: Moment) => boolean,
): number {
  using scratch = scratchFolder();
  let count = 0;
  let last: Files | undefined;
  for (const [at, moment] of life.moments.entries()) {
    const before = life.moments[at - 1] ?? moment;
    if (sameFiles(before.files, moment.files) && before.acknowledged === moment.acknowledged && at > 0)
      continue;
    for (const files of states(before, moment)) {
      if (last !== undefined && sameFiles(last, files)) continue;
      last = files;
      putFiles(scratch.folder, files);
      count += 1;
      const goesOn = count % 4 === 0;
      const found = reopen(scratch.path, goesOn);
      check(life, moment, found, isAcknowledgedKept(moment));
      if (goesOn) expect(reopen(scratch.path, false).revision).toBe(found.revision + 1);
    }
  }
  return count;
}

const STEPS = [
  "begin",
  "bounds: update",
  "checkpoint",
  "close",
  "commit",
  "commit: insert",
  "compact: delete",
  "create: link",
  "create: sync",
  "create: sync folder",
  "create: unlink",
  "create: write",
  "identity",
  "open",
  "sync",
  "sync file",
];

describe("a crash", () => {
  test("of the process at any write loses nothing that was acknowledged and leaves nothing half-done", async () => {
    using scratch = scratchFolder();
    const life = new Life(scratch.folder, scratch.path, true);
    await life.run();
    const steps = new Set(life.moments.map(({ step }) => step).filter((step) => STEPS.includes(step)));
    expect([...steps].sort()).toEqual(STEPS);
    const count = tryAll(
      life,
      (before, moment) => killedBetween(before.files, moment.files),
      () => true,
    );
    expect(count).toBeGreaterThan(300);
  }, 60_000);

  test("of the machine at any write loses nothing that was acknowledged either", async () => {
    using scratch = scratchFolder();
    const life = new Life(scratch.folder, scratch.path, true);
    await life.run();
    const random = lehmer(3);
    const count = tryAll(
      life,
      (before, moment) =>
        cutOffBetween(moment.flushed, { before: before.files, after: moment.files }, random),
      () => true,
    );
    expect(count).toBeGreaterThan(300);
  }, 60_000);

  test("of the machine leaves an older whole state where nothing is flushed", async () => {
    using scratch = scratchFolder();
    const life = new Life(scratch.folder, scratch.path, false);
    await life.run();
    const random = lehmer(5);
    const count = tryAll(
      life,
      (before, moment) =>
        cutOffBetween(moment.flushed, { before: before.files, after: moment.files }, random),
      () => false,
    );
    expect(count).toBeGreaterThan(300);
  }, 60_000);

  test("of the process loses nothing where nothing is flushed", async () => {
    using scratch = scratchFolder();
    const life = new Life(scratch.folder, scratch.path, false);
    await life.run();
    tryAll(
      life,
      (before, moment) => [before.files, moment.files],
      () => false,
    );
    using other = scratchFolder();
    for (const moment of life.moments) {
      if (moment.step !== "acknowledged") continue;
      putFiles(other.folder, moment.files);
      check(life, moment, reopen(other.path, false), true);
    }
  }, 60_000);

  test("while a file of version 1 is brought to version 2 leaves one or the other", async () => {
    using scratch = scratchFolder();
    const rows = writeFirstVersion(scratch.path);
    const moments: Files[] = [];
    const look = (): void => void moments.push(takeFiles(scratch.folder));
    const steps: string[] = [];
    const { file } = openLog({
      path: scratch.path,
      maxBytes: undefined,
      fsync: true,
      onStep: (step) => {
        steps.push(step);
        look();
      },
    });
    file.close();
    look();
    expect(steps).toEqual([
      "open",
      "upgrade: close",
      "create: write",
      "create: sync",
      "upgrade: fill",
      "upgrade: rename",
      "upgrade: sync folder",
      "open",
      "close",
    ]);
    using other = scratchFolder();
    for (const files of moments) {
      putFiles(other.folder, files);
      const { index, revision } = reopen(other.path, true);
      expect(revision).toBe(9);
      expect(index.oldest).toBe(5);
      const found = index
        .range("")
        .entries.map((entry) => [entry.key, entry.modRevision, entry.createRevision]);
      expect(found).toEqual([
        ["/a", 8, 2],
        ["/c", 6, 6],
        ["/d", 5, 5],
      ]);
      expect(index.entriesAfter(5, 100).map((entry) => entry.revision)).toEqual(
        rows.filter((each) => each > 5),
      );
    }
  });
});

test("a compaction goes in steps, so that no write waits for all of it", () => {
  using scratch = scratchFolder();
  const { file } = openLog({ path: scratch.path, maxBytes: undefined, fsync: false });
  const value = Buffer.from("x");
  const rows = Array.from({ length: 1300 }, (_, at) => ({
    revision: at + 2,
    createRevision: 2,
    key: "/a",
    value,
    atMs: 0,
  }));
  file.commit(rows);
  const target = { revision: 1301, compacted: 1301 };
  const unreachable = rows.slice(0, -1).map(({ revision }) => revision);
  const left: number[] = [];
  for (let rest: readonly number[] = unreachable; rest.length > 0; left.push(rest.length)) {
    rest = file.compactStep(target, rest);
  }
  expect(left).toEqual([1299, 1299, 1299, 799, 299, 0]);
  file.close();
  expect(reopen(scratch.path, false).index.range("").entries).toHaveLength(1);
});

describe("a failure", () => {
  test("at any step of a write leaves the file as before, and the next attempt succeeds", async () => {
    using scratch = scratchFolder();
    const counting = new Life(scratch.folder, scratch.path, true);
    await counting.run();
    const total = counting.moments.length;
    for (let failing = 1; failing < total; failing += 7) {
      using other = scratchFolder();
      let step = 0;
      const life = new Life(other.folder, other.path, true, (name) => {
        step += 1;
        // The first opening and a failed flush are final, as they should be.
        const isRetried = !/^(?:open|create|sync|close)/.test(name);
        if (step === failing && isRetried) throw new TypeError(`failed at ${name}`);
      });
      await life.run();
      const end = life.moments.at(-1) as Moment;
      check(life, end, reopen(other.path, false), true);
    }
  }, 60_000);

  test("of a flush is final: nobody knows what the disk has", async () => {
    using scratch = scratchFolder();
    let isFailing = false;
    const onStep = (step: string): void => {
      if (isFailing && step === "sync") throw new TypeError("the disk is gone");
    };
    const { file } = openLog({ path: scratch.path, maxBytes: undefined, fsync: true, onStep });
    const row = { revision: 2, createRevision: 2, key: "/a", value: Buffer.from("1"), atMs: 0 };
    file.commit([row]);
    isFailing = true;
    expect(() => file.syncNow()).toThrow(/failed/);
    isFailing = false;
    expect(() => file.commit([{ ...row, revision: 3 }])).toThrow(/failed/);
    expect(() => file.syncNow()).toThrow(/failed/);
    file.close();
  });
});
