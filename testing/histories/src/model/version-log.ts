import type { Violation } from "../check/violation.ts";
import {
  type History,
  isGet,
  isList,
  isMarked,
  isWrite,
  type KeyText,
  type MarkedWrite,
  type Operation,
  type WriteOperation,
} from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";

/** One change of one object; without `seen` it is its end. */
export interface Version {
  readonly key: KeyText;
  readonly revision: number;
  readonly seen: Seen | undefined;
  /** The object as it was just before; absent where it was not there. */
  readonly before: Seen | undefined;
}

export type MarkedOperation = WriteOperation & { readonly request: MarkedWrite };

/**
 * Every change that anybody saw, in the order of revisions: what all clients together know of the server's own log. It is
 * whole where watches over everything were never cut off from the past.
 */
export class VersionLog {
  readonly versions: readonly Version[];
  readonly violations: readonly Violation[];
  readonly #byKey = new Map<KeyText, Version[]>();
  readonly #byMark: ReadonlyMap<string, MarkedOperation>;
  readonly #ends = new Map<string, Version>();
  readonly #witnesses: (revision: number) => ReadonlySet<string>;

  constructor(history: History) {
    this.#byMark = marksOf(history);
    const collected = new Collected(history);
    const versions: Version[] = [];
    for (const { key, revision, seen } of collected.changes()) {
      const past = this.#past(key);
      const version = { key, revision, seen, before: past.at(-1)?.seen };
      past.push(version);
      versions.push(version);
      if (seen === undefined && version.before !== undefined) this.#ends.set(version.before.uid, version);
    }
    this.versions = versions;
    this.violations = collected.violations;
    this.#witnesses = (revision) => collected.witnesses(revision);
  }

  /** Who was shown a version: ids of requests, and of watches after the word `watch`. */
  witnessesOf({ revision }: Version): ReadonlySet<string> {
    return this.#witnesses(revision);
  }

  /** The changes of one object, oldest first. */
  of(key: KeyText): readonly Version[] {
    return this.#byKey.get(key) ?? [];
  }

  get keys(): Iterable<KeyText> {
    return this.#byKey.keys();
  }

  /** When an object of this uid was removed. */
  endOf(uid: string): Version | undefined {
    return this.#ends.get(uid);
  }

  at(key: KeyText, revision: number): Version | undefined {
    return this.of(key).find((version) => version.revision === revision);
  }

  /** What a key holds at a revision. */
  stateAt(key: KeyText, revision: number): Seen | undefined {
    const versions = this.of(key);
    let low = 0;
    let high = versions.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((versions[middle]?.revision ?? 0) <= revision) low = middle + 1;
      else high = middle;
    }
    return versions[low - 1]?.seen;
  }

  /** The request whose mark is new in a version. */
  writerOf({ seen, before }: Version): MarkedOperation | undefined {
    if (seen === undefined) return undefined;
    const base = before?.uid === seen.uid ? before : undefined;
    // What replaces everything may bring back old marks of others, but its own is new.
    const slots = Object.keys(seen.annotations).sort();
    for (const slot of slots) {
      const id = seen.annotations[slot] ?? "";
      if (base?.annotations[slot] === id) continue;
      const writer = this.#byMark.get(`${slot}=${id}`);
      if (writer !== undefined) return writer;
    }
    const status = seen.status["stamp"];
    return status === undefined || status === base?.status["stamp"]
      ? undefined
      : this.#byMark.get(`status=${status}`);
  }

  #past(key: KeyText): Version[] {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const versions: Version[] = [];
    this.#byKey.set(key, versions);
    return versions;
  }
}

function marksOf({ operations }: History): ReadonlyMap<string, MarkedOperation> {
  const marks = new Map<string, MarkedOperation>();
  for (const operation of operations) {
    const { request } = operation;
    if (!isMarked(request)) continue;
    marks.set(`${request.mark.slot}=${request.mark.id}`, operation as MarkedOperation);
  }
  return marks;
}

/** Whether the answer to a write shows a version that was stored: what lost its last finalizer is shown and gone. */
export function isStored(seen: Seen): boolean {
  return !(seen.isTerminating && seen.finalizers.length === 0 && !seen.isHeld);
}

interface Sighting {
  readonly seen: Seen;
  readonly by: string;
}

/** What was seen, by revision. */
class Collected {
  readonly violations: Violation[] = [];
  readonly #present = new Map<number, Sighting>();
  readonly #gone = new Map<number, Sighting>();
  readonly #witnesses = new Map<number, Set<string>>();

  constructor(history: History) {
    for (const sighting of sightings(history)) this.#see(sighting);
    for (const { id, events } of history.watches) {
      for (const event of events) {
        if (event.kind === "DELETED") this.#end({ seen: event.object, by: `watch ${id}` });
      }
    }
  }

  *changes(): Generator<Omit<Version, "before">> {
    const revisions = [...this.#present.keys(), ...this.#gone.keys()].sort((left, right) => left - right);
    for (const revision of revisions) {
      const present = this.#present.get(revision)?.seen;
      const gone = this.#gone.get(revision)?.seen;
      const key = present?.key ?? gone?.key ?? "";
      yield { key, revision, seen: present };
    }
  }

  witnesses(revision: number): ReadonlySet<string> {
    return this.#witnesses.get(revision) ?? new Set();
  }

  #note({ seen, by }: Sighting): void {
    const known = this.#witnesses.get(seen.revision);
    if (known === undefined) this.#witnesses.set(seen.revision, new Set([by]));
    else known.add(by);
  }

  #see(sighting: Sighting): void {
    const { seen, by } = sighting;
    this.#note(sighting);
    const first = this.#present.get(seen.revision);
    if (first === undefined) {
      this.#present.set(seen.revision, sighting);
      return;
    }
    if (first.seen.text === seen.text) return;
    const who = `${first.by} and ${by}`;
    const { key, revision } = seen;
    if (first.seen.key !== key) {
      const message = `revision ${revision} is that of ${first.seen.key} and of ${key} (${who})`;
      this.violations.push({ rule: "one write for a revision", message, key, revision });
      return;
    }
    const message = `${key} at revision ${revision} has two contents (${who}): ${where(first.seen.text, seen.text)}`;
    this.violations.push({ rule: "one content for a revision", message, key, revision });
  }

  /** Who watches by a selector is told the same of what is still there. */
  #end(sighting: Sighting): void {
    const { key, revision } = sighting.seen;
    this.#note(sighting);
    const present = this.#present.get(revision);
    if (present?.seen.key === key) return;
    const other = present ?? this.#gone.get(revision);
    if (other === undefined) {
      this.#gone.set(revision, sighting);
      return;
    }
    if (other.seen.key === key) return;
    const message = `revision ${revision} is that of ${other.seen.key} and of the end of ${key} (${other.by} and ${sighting.by})`;
    this.violations.push({ rule: "one write for a revision", message, key, revision });
  }
}

/** The first place at which two texts differ. */
function where(left: string, right: string): string {
  let at = 0;
  while (left[at] === right[at] && at < left.length) at += 1;
  const from = Math.max(0, at - 30);
  return `…${left.slice(from, at + 50)}… and …${right.slice(from, at + 50)}…`;
}

/** Every version that a client was shown. */
function* sightings(history: History): Generator<Sighting> {
  for (const { items } of history.baseline) {
    for (const seen of items) yield { seen, by: "the list before the start" };
  }
  for (const operation of history.operations) yield* seenBy(operation);
  for (const { id, events } of history.watches) {
    for (const event of events) {
      const isChange = event.kind === "ADDED" || event.kind === "MODIFIED";
      if (isChange) yield { seen: event.object, by: `watch ${id}` };
    }
  }
}

function* seenBy(operation: Operation): Generator<Sighting> {
  const by = operation.id;
  if (isList(operation)) {
    for (const page of operation.pages) {
      for (const seen of page.items) yield { seen, by };
    }
    return;
  }
  if (isWrite(operation)) for (const seen of operation.items ?? []) yield { seen, by };
  const { answer } = operation;
  if (answer !== undefined && (isGet(operation) || isStored(answer))) yield { seen: answer, by };
}
