import type { Watch, WatchEvent } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import { isChosen } from "../model/selectors.ts";
import type { Version } from "../model/version-log.ts";
import { Snapshots, wasCompacted } from "./check-lists.ts";
import type { Subject } from "./subject.ts";
import type { Rule, Violation } from "./violation.ts";

/** A watch tells of every change of its scope after its start, once, in the order of revisions, and as it was. */
export function* checkWatches(subject: Subject): Generator<Violation> {
  const snapshots = new Snapshots(subject);
  for (const watch of subject.history.watches) yield* new WatchCheck(subject, snapshots, watch).violations();
}

/** Whether a watch is past the last change of its scope; what it left out on the way is not asked. */
export function hasToldAll(subject: Subject, { request, events }: Watch): boolean {
  const { start } = request;
  const { log, history } = subject;
  const told = Math.max(...events.map(revisionOf), start.kind === "after" ? start.revision : 0);
  const isBegun = events.some((event) => event.kind === "BOOKMARK" && event.isInitialEnd);
  if (start.kind === "initial" && !isBegun) return false;
  for (let at = log.versions.length - 1; at >= 0; at--) {
    const version = log.versions[at];
    if (version === undefined || version.revision <= told) return true;
    const isShown = [version.seen, version.before].some(
      (seen) => seen !== undefined && isChosen(seen, request),
    );
    if (version.revision <= history.settled && isShown) return false;
  }
  return true;
}

function revisionOf(event: WatchEvent): number {
  return event.kind === "BOOKMARK" ? event.revision : event.object.revision;
}

type Change = Exclude<WatchEvent, { readonly kind: "BOOKMARK" }>;
type Bookmark = WatchEvent & { readonly kind: "BOOKMARK" };
interface Expected {
  readonly kind: string;
  readonly version: Version;
}

/** From where on a watch is held to tell everything. */
interface Beginning {
  readonly revision: number;
  /** How many events come before. */
  readonly events: number;
}

/** So many missing events are named one by one. */
const NAMED = 3;

class WatchCheck {
  readonly #subject: Subject;
  readonly #snapshots: Snapshots;
  readonly #watch: Watch;

  constructor(subject: Subject, snapshots: Snapshots, watch: Watch) {
    this.#subject = subject;
    this.#snapshots = snapshots;
    this.#watch = watch;
  }

  *violations(): Generator<Violation> {
    yield* this.#end();
    for (const event of this.#watch.events) yield* this.#time(event);
    const found = this.#beginning();
    if ("violations" in found) yield* found.violations;
    else yield* this.#live(found);
  }

  #violation(
    rule: Rule,
    message: string,
    version?: { readonly key: string; readonly revision: number },
  ): Violation {
    const { id } = this.#watch;
    const at = version === undefined ? {} : { key: version.key, revision: version.revision };
    return { rule, message: `watch ${id} ${message}`, watch: id, ...at };
  }

  *#end(): Generator<Violation> {
    const { end, request } = this.#watch;
    if (end.kind === "failed") yield this.#violation("requests are answered", `failed: ${end.message}`);
    if (end.kind !== "expired" || request.start.kind !== "after") return;
    const { server, promises } = this.#subject.history;
    const { revision } = request.start;
    if (!promises.expiresOnlyCompacted || wasCompacted(server, this.#lastRevision(revision), end.at)) return;
    yield this.#violation(
      "history is kept",
      `was told that revision ${revision} is too old, and it was not compacted`,
    );
  }

  #lastRevision(start: number): number {
    const last = this.#watch.events.at(-1);
    return last === undefined ? start : revisionOf(last);
  }

  /** Nobody is told of what is not written yet. */
  *#time(event: WatchEvent): Generator<Violation> {
    const revision = revisionOf(event);
    if (this.#subject.knowledge.earliestOf(revision) < event.at) return;
    yield this.#violation("order in time", `told of revision ${revision} before its writes were sent`);
  }

  #beginning(): Beginning | { readonly violations: Iterable<Violation> } {
    const { start } = this.#watch.request;
    if (start.kind === "after") return { revision: start.revision, events: 0 };
    // A watch without a revision that takes bookmarks may be told where its first events end, too.
    const isTold = this.#watch.events.some((event) => event.kind === "BOOKMARK" && event.isInitialEnd);
    return start.kind === "initial" || isTold ? this.#announced() : this.#guessed(start.isAny);
  }

  /** The first events are ended by a bookmark, which says what they show. */
  #announced(): Beginning | { readonly violations: Iterable<Violation> } {
    const { events, opened, request } = this.#watch;
    const ends = events.findIndex((event) => event.kind === "BOOKMARK" && event.isInitialEnd);
    const first = ends < 0 ? events : events.slice(0, ends);
    const isWrong = first.some(({ kind }) => kind !== "ADDED");
    if (isWrong) {
      const message = "begins with something else than what is there";
      return { violations: [this.#violation("the first events are a snapshot", message)] };
    }
    const bookmark = events[ends];
    if (bookmark?.kind !== "BOOKMARK") {
      const isWaitedFor = this.#watch.end.kind === "open" && this.#subject.history.settled > 0;
      const never = this.#violation("the first events are a snapshot", "never ended its first events");
      return { violations: isWaitedFor ? [never] : [] };
    }
    const { revision } = bookmark;
    const violations = [...this.#compareFirst(first as readonly Change[], revision)];
    const isAny = request.start.kind === "now" && request.start.isAny;
    const known = isAny ? 0 : this.#subject.knowledge.knownBefore(opened);
    if (revision < known) {
      const message = `begins with revision ${revision}, although revision ${known} was known before`;
      violations.push(this.#violation("reads are fresh", message));
    }
    return violations.length > 0 ? { violations } : { revision, events: ends + 1 };
  }

  *#compareFirst(first: readonly Change[], revision: number): Generator<Violation> {
    const found = new Map(first.map(({ object }) => [object.key, object]));
    for (const seen of this.#snapshots.at(revision, this.#watch.request)) {
      const shown = found.get(seen.key);
      found.delete(seen.key);
      if (shown?.revision === seen.revision) continue;
      const how = shown === undefined ? "without it" : `with its revision ${shown.revision}`;
      const message = `begins at revision ${revision}, where ${seen.key} is at revision ${seen.revision}, ${how}`;
      yield this.#violation("the first events are a snapshot", message, seen);
    }
    for (const seen of found.values()) {
      const message = `begins at revision ${revision} with ${seen.key} at revision ${seen.revision}, which does not belong there`;
      yield this.#violation("the first events are a snapshot", message, seen);
    }
  }

  /** Nothing says where the first events end: any number of them may be what was there. */
  #guessed(isAny: boolean): Beginning | { readonly violations: Iterable<Violation> } {
    const { events, opened } = this.#watch;
    const isFresh = !isAny && this.#subject.history.promises.watchesBeginFresh;
    const known = isFresh ? this.#subject.knowledge.knownBefore(opened) : 0;
    const changes = events.filter((event): event is Change => event.kind !== "BOOKMARK");
    const later = changes.findIndex(({ kind }) => kind !== "ADDED");
    const most = later < 0 ? changes.length : later;
    for (let count = most; count >= 0; count--) {
      const revision = this.#snapshotOf(changes, count, known);
      if (revision !== undefined)
        return { revision, events: events.indexOf(changes[count - 1] as Change) + 1 };
    }
    const message = `begins with what was never there at once${known > 0 ? ` after revision ${known}` : ""}`;
    return { violations: [this.#violation("the first events are a snapshot", message)] };
  }

  /** The newest revision at which so many first events are all that is there. */
  #snapshotOf(changes: readonly Change[], count: number, known: number): number | undefined {
    const first = new Map(changes.slice(0, count).map(({ object }) => [object.key, object.revision]));
    if (first.size < count) return undefined;
    const next = changes[count];
    // What broke off may have told only a part.
    const mayBePart = next === undefined && this.#watch.end.kind !== "open";
    const isAt = (revision: number): boolean => {
      const there = this.#snapshots.at(revision, this.#watch.request);
      const shown = there.filter(({ key, revision: own }) => first.get(key) === own).length;
      return shown === count && (there.length === count || mayBePart);
    };
    const low = Math.max(known, ...first.values());
    if (next !== undefined)
      return next.object.revision > low && isAt(next.object.revision - 1)
        ? next.object.revision - 1
        : undefined;
    // Nothing came after: any moment since will do.
    const candidates = [
      low,
      ...this.#subject.log.versions.map(({ revision }) => revision).filter((each) => each > low),
    ];
    return candidates.find(isAt);
  }

  *#live({ revision, events: skipped }: Beginning): Generator<Violation> {
    const { request, events, end } = this.#watch;
    const expected = [...this.#snapshots.changesAfter(revision, request)];
    let next = 0;
    const told = new Told(revision);
    for (const event of events.slice(skipped)) {
      if (event.kind === "BOOKMARK") {
        yield* this.#bookmark(event, told, expected[next]);
        continue;
      }
      const at = firstFrom(expected, event.object.revision, next);
      const match = expected[at];
      if (match?.version.revision !== event.object.revision || match.version.key !== event.object.key) {
        yield this.#unexpected(event, told);
        continue;
      }
      yield* this.#missing(expected.slice(next, at), `before revision ${event.object.revision}`);
      yield* this.#compare(event, match);
      next = at + 1;
      told.add(event.object.revision);
    }
    if (end.kind !== "open") return;
    const { settled } = this.#subject.history;
    const left = expected.slice(next).filter(({ version }) => version.revision <= settled);
    yield* this.#missing(left, "until the end");
  }

  *#bookmark({ revision }: Bookmark, told: Told, next: Expected | undefined): Generator<Violation> {
    if (next !== undefined && next.version.revision <= revision) {
      const { key, revision: untold } = next.version;
      const message = `says that it told of everything up to revision ${revision}, without revision ${untold} of ${key}`;
      yield this.#violation("bookmarks are true", message, next.version);
    }
    if (revision < told.newest) {
      const message = `says revision ${revision} after revision ${told.newest}`;
      yield this.#violation("bookmarks are true", message);
    }
    told.bookmark = Math.max(told.bookmark, revision);
    told.newest = Math.max(told.newest, revision);
  }

  #unexpected({ kind, object }: Change, told: Told): Violation {
    const what = `${kind} of ${object.key} at revision ${object.revision}`;
    if (told.has(object.revision)) {
      return this.#violation("no event comes twice", `told twice: ${what}`, object);
    }
    if (object.revision <= told.bookmark) {
      const message = `told of what its bookmark ${told.bookmark} had closed: ${what}`;
      return this.#violation("bookmarks are true", message, object);
    }
    if (object.revision <= told.newest) {
      return this.#violation("events come in order", `told after revision ${told.newest}: ${what}`, object);
    }
    return this.#violation("events are true", `told what is not so: ${what}`, object);
  }

  *#missing(expected: readonly Expected[], when: string): Generator<Violation> {
    for (const { kind, version } of expected.slice(0, NAMED)) {
      const { key, revision } = version;
      const [only, ...more] = this.#subject.log.witnessesOf(version);
      const isLost = more.length === 0 && only !== undefined && !only.startsWith("watch ");
      const message = `did not tell ${when}: ${kind} of ${key} at revision ${revision}`;
      yield isLost
        ? this.#violation(
            "acknowledged writes stay",
            `${message}, which nobody but ${only} has seen`,
            version,
          )
        : this.#violation("no event is missing", message, version);
    }
    if (expected.length > NAMED) {
      yield this.#violation("no event is missing", `did not tell ${when} of ${expected.length - NAMED} more`);
    }
  }

  *#compare({ kind, object }: Change, expected: Expected): Generator<Violation> {
    const { version } = expected;
    if (kind !== expected.kind) {
      const message = `told ${kind} of ${version.key} at revision ${version.revision}, which is ${expected.kind} to it`;
      yield this.#violation("events are true", message, version);
    }
    const shown: Seen | undefined = expected.kind === "DELETED" ? version.before : version.seen;
    if (shown?.text === object.text) return;
    const message = `shows another ${version.key} at revision ${version.revision} than the last that was there`;
    yield this.#violation("events are true", message, version);
  }
}

/** Where the first change of at least a revision is; events mostly come as expected, so this seldom looks far. */
function firstFrom(expected: readonly Expected[], revision: number, start: number): number {
  let at = start;
  while (at < expected.length && (expected[at]?.version.revision ?? 0) < revision) at += 1;
  return at;
}

/** What a watch has told so far. */
class Told {
  readonly #events = new Set<number>();
  bookmark: number;
  newest: number;

  constructor(start: number) {
    this.bookmark = start;
    this.newest = start;
  }

  has(revision: number): boolean {
    return this.#events.has(revision);
  }

  add(revision: number): void {
    this.#events.add(revision);
    this.newest = Math.max(this.newest, revision);
  }
}
