import { INJECTED, isList, type ListOperation, type Page } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import { isChosen } from "../model/selectors.ts";
import type { Version } from "../model/version-log.ts";
import { parseKey, type Scope } from "../history/history.ts";
import type { Subject } from "./subject.ts";
import type { Violation } from "./violation.ts";

/** A list is what was there at its revision, which was the newest of a moment while it ran; its pages are of one revision. */
export function* checkLists(subject: Subject): Generator<Violation> {
  const snapshots = new Snapshots(subject);
  for (const operation of subject.history.operations) {
    if (!isList(operation)) continue;
    yield* checkList(subject, snapshots, operation);
    const { outcome, id } = operation;
    if (outcome.kind === "refused" && outcome.reason !== INJECTED)
      yield* checkRefusedList(subject, operation, outcome.reason);
    if (operation.pages.length === 0 && outcome.kind === "done") {
      yield { rule: "lists are snapshots", message: `${id} was answered without a list`, operation: id };
    }
  }
}

function* checkList(subject: Subject, snapshots: Snapshots, operation: ListOperation): Generator<Violation> {
  const { pages, request, id } = operation;
  let last = "";
  let revision: number | undefined;
  for (const [index, page] of pages.entries()) {
    const where = { operation: id, revision: page.revision };
    const isFirst = index === 0 || page.isFreshStart;
    if (page.isFreshStart)
      yield* checkExpiry(subject, operation, { revision: revision ?? 0, moment: page.end });
    if (isFirst) yield* checkRevision(subject, operation, page);
    else if (page.revision !== revision) {
      const message = `page ${index + 1} of ${id} is of revision ${page.revision}, the ones before of ${revision}`;
      yield { rule: "pages are of one list", message, ...where };
    }
    revision = page.revision;
    const all = snapshots.at(page.revision, request).filter((seen) => placeOf(seen) > last);
    const until = page.hasMore ? placeOf(page.items.at(-1)) : undefined;
    const wanted = until === undefined ? all : all.filter((seen) => placeOf(seen) <= until);
    yield* compare(operation, page, wanted);
    if (page.remaining !== undefined && page.remaining !== all.length - wanted.length) {
      const message = `page ${index + 1} of ${id} says that ${page.remaining} are left, of ${all.length - wanted.length}`;
      yield { rule: "pages are of one list", message, ...where };
    }
    last = until ?? last;
  }
}

/** Names sort as the server's keys do. */
function placeOf(seen: Seen | undefined): string {
  if (seen === undefined) return "";
  const { namespace, name } = parseKey(seen.key);
  return `${namespace}/${name}`;
}

function* compare(operation: ListOperation, page: Page, wanted: readonly Seen[]): Generator<Violation> {
  const { id } = operation;
  const found = new Map(page.items.map((seen) => [seen.key, seen]));
  const at = { operation: id, revision: page.revision };
  for (const seen of wanted) {
    const item = found.get(seen.key);
    found.delete(seen.key);
    if (item?.revision === seen.revision) continue;
    const shown = item === undefined ? "is not in it" : `is shown at revision ${item.revision}`;
    const message = `${id} is a list at revision ${page.revision}, where ${seen.key} is at revision ${seen.revision}, and it ${shown}`;
    yield { rule: "lists are snapshots", message, key: seen.key, ...at };
  }
  for (const [key, seen] of found) {
    const message = `${id} is a list at revision ${page.revision}, and shows ${key} at revision ${seen.revision}, which does not belong there`;
    yield { rule: "lists are snapshots", message, key, ...at };
  }
  const places = page.items.map(placeOf);
  if (places.some((place, index) => index > 0 && place <= (places[index - 1] ?? ""))) {
    yield { rule: "lists are snapshots", message: `${id} is not in the order of names`, ...at };
  }
}

function* checkRevision(
  { knowledge }: Subject,
  { request, id }: ListOperation,
  page: Page,
): Generator<Violation> {
  const { freshness } = request;
  const { revision } = page;
  const where = { operation: id, revision };
  const known = knowledge.knownBefore(page.start);
  const isNewest = freshness.kind === "newest" || page.isFreshStart;
  if (isNewest && revision < known) {
    const message = `${id} is a list at revision ${revision}, although revision ${known} was known before`;
    yield { rule: "reads are fresh", message, ...where };
  }
  if (knowledge.earliestOf(revision) >= page.end) {
    const message = `${id} is a list at revision ${revision}, whose writes were sent only later`;
    yield { rule: "reads are fresh", message, ...where };
  }
  if (page.isFreshStart) return;
  if (freshness.kind === "exact" && revision !== freshness.revision) {
    const message = `${id} asked for revision ${freshness.revision} exactly, and got ${revision}`;
    yield { rule: "lists are snapshots", message, ...where };
  }
  if (freshness.kind === "notOlderThan" && revision < freshness.revision) {
    const message = `${id} asked for revision ${freshness.revision} or later, and got ${revision}`;
    yield { rule: "reads are fresh", message, ...where };
  }
}

/** What a list goes on from is kept until it is compacted. */
function* checkExpiry(
  { history }: Subject,
  { id }: ListOperation,
  { revision, moment }: { readonly revision: number; readonly moment: number },
): Generator<Violation> {
  const { promises, server } = history;
  if (!promises.expiresOnlyCompacted || wasCompacted(server, revision, moment)) return;
  const message = `${id} was told that revision ${revision} is too old, and it was not compacted`;
  yield { rule: "history is kept", message, operation: id, revision };
}

function* checkRefusedList(subject: Subject, operation: ListOperation, reason: string): Generator<Violation> {
  const { pages, request, id, end } = operation;
  const { freshness } = request;
  const wanted = pages.at(-1)?.revision ?? (freshness.kind === "exact" ? freshness.revision : undefined);
  if (reason === "Expired" && wanted !== undefined) {
    yield* checkExpiry(subject, operation, { revision: wanted, moment: end });
    return;
  }
  yield { rule: "refusals have a reason", message: `${id} was refused (${reason})`, operation: id };
}

/** Whether a revision may have been forgotten by a moment. */
export function wasCompacted(
  server: Subject["history"]["server"],
  revision: number,
  moment: number,
): boolean {
  return server.some((event) => event.kind === "compacting" && event.at < moment && event.before > revision);
}

/** What was there at a revision, in the order of names. */
export class Snapshots {
  readonly #subject: Subject;
  readonly #order: readonly string[];

  constructor(subject: Subject) {
    this.#subject = subject;
    const place = (key: string): string => key.slice(key.indexOf("/") + 1);
    this.#order = [...subject.log.keys].sort((left, right) => (place(left) < place(right) ? -1 : 1));
  }

  at(revision: number, scope: Scope): readonly Seen[] {
    const all = this.#order.map((key) => this.#subject.log.stateAt(key, revision));
    return all.filter((seen) => seen !== undefined && isChosen(seen, scope)) as readonly Seen[];
  }

  /** The changes of a scope after a revision, as who watches it is told. */
  *changesAfter(
    revision: number,
    scope: Scope,
  ): Generator<{ readonly kind: string; readonly version: Version }> {
    for (const version of this.#subject.log.versions) {
      if (version.revision <= revision) continue;
      const isIn = version.seen !== undefined && isChosen(version.seen, scope);
      const wasIn = version.before !== undefined && isChosen(version.before, scope);
      if (isIn) yield { kind: wasIn ? "MODIFIED" : "ADDED", version };
      else if (wasIn) yield { kind: "DELETED", version };
    }
  }
}
