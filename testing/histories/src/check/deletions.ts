import { isMarked, isWrite, type WriteOperation } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import { deleted, differences, type Effect, effectOf, stateOf } from "../model/effects.ts";
import { isChosen, isInScope } from "../model/selectors.ts";
import { isStored, type Version } from "../model/version-log.ts";
import { canHaveSeen, type Subject } from "./subject.ts";

/** Whether a version differs from the one before by nothing but being marked for deletion. */
export function isMarkForDeletion({ seen, before }: Version): boolean {
  if (seen === undefined || before === undefined || seen.uid !== before.uid) return false;
  const effect = deleted(before);
  return effect.kind === "stored" && differences(effect.state, stateOf(seen)).length === 0;
}

/** Until when a request can have taken effect. */
export function endOf({ end, outcome }: WriteOperation): number {
  return outcome.kind === "unknown" ? outcome.until : end;
}

/** The requests that bear no mark of their own in what they made, by object. */
const candidates = new WeakMap<Subject, ReadonlyMap<string, readonly WriteOperation[]>>();

/**
 * Whether somebody asked for an end, or for the mark that comes before one. A request whose answer names the object, or one
 * that deletes many, explains it; of those without an answer each explains one.
 */
export function explainsEnd(subject: Subject, version: Version): boolean {
  return isExplainedAlone(ableTo(subject, version)) || matched(subject, version.key).has(version);
}

/** Whether one of the requests that can have made an end explains it, whatever other ends there are. */
function isExplainedAlone(able: readonly WriteOperation[]): boolean {
  return able.some(({ outcome, request }) => outcome.kind === "done" || request.verb === "deletecollection");
}

function ableTo(subject: Subject, version: Version): readonly WriteOperation[] {
  return unmarkedOf(subject, version.key).filter((operation) => canHaveEnded(subject, operation, version));
}

function unmarkedOf(subject: Subject, key: string): readonly WriteOperation[] {
  let known = candidates.get(subject);
  if (known === undefined) {
    known = byKey(subject);
    candidates.set(subject, known);
  }
  return known.get(key) ?? [];
}

function byKey({ history, log }: Subject): ReadonlyMap<string, readonly WriteOperation[]> {
  const result = new Map<string, WriteOperation[]>();
  const add = (key: string, operation: WriteOperation): void => {
    const known = result.get(key);
    if (known === undefined) result.set(key, [operation]);
    else known.push(operation);
  };
  for (const operation of history.operations) {
    if (!isWrite(operation) || operation.outcome.kind === "refused") continue;
    const { request } = operation;
    if (request.verb === "deletecollection") {
      for (const key of [...log.keys].filter((each) => isInScope(each, request))) add(key, operation);
    } else if ("key" in request) add(request.key, operation);
  }
  return result;
}

function canHaveEnded(subject: Subject, operation: WriteOperation, version: Version): boolean {
  const { knowledge } = subject;
  const { request, outcome } = operation;
  const { before, seen, revision } = version;
  if (before === undefined || (isMarked(request) && seen !== undefined)) return false;
  const isInTime =
    revision > knowledge.knownBefore(operation.start) && knowledge.earliestOf(revision) < endOf(operation);
  if (!isInTime) return false;
  if (request.verb === "deletecollection" && !hasListed(subject, operation, version.key)) return false;
  const wanted = seen === undefined ? "removed" : "stored";
  const isAble = basesOf(subject, operation, version).some((base) => effectOn(request, base).kind === wanted);
  return (
    isAble &&
    (outcome.kind === "unknown" || request.verb === "deletecollection" || isSaidBy(operation, version))
  );
}

function effectOn(request: WriteOperation["request"], base: Seen): Effect {
  return request.verb === "deletecollection" ? deleted(base) : effectOf(request, base);
}

/** What many are deleted by is their names, as they were listed: what lies under them by then is deleted. */
function hasListed({ log }: Subject, { request, items }: WriteOperation, key: string): boolean {
  if (request.verb !== "deletecollection") return false;
  if (items !== undefined) return items.some((item) => item.key === key);
  return log.of(key).some(({ seen }) => seen !== undefined && isChosen(seen, request));
}

/**
 * What a deletion may have looked at: the object as it was just before, or, of a server that removes what it had found without
 * finalizers a moment ago, any version of it in that time.
 */
function basesOf(subject: Subject, operation: WriteOperation, version: Version): readonly Seen[] {
  const { before, key, revision } = version;
  if (before === undefined) return [];
  if (subject.history.promises.deletionsSeeFinalizers || version.seen !== undefined) return [before];
  const versions = subject.log
    .of(key)
    .filter((each) => each.revision < revision && each.seen?.uid === before.uid);
  const span = { start: operation.start, end: endOf(operation) };
  return versions.flatMap(({ seen, revision: from }, index) => {
    const until = versions[index + 1]?.revision ?? revision;
    return seen !== undefined && canHaveSeen(subject, span, { from, until }) ? [seen] : [];
  });
}

/** Whether an answer speaks of this very change. */
function isSaidBy({ answer, goneUid }: WriteOperation, { seen, before }: Version): boolean {
  if (seen !== undefined) return answer?.revision === seen.revision;
  if (goneUid !== undefined) return goneUid === before?.uid;
  return answer !== undefined && !isStored(answer) && answer.uid === before?.uid;
}

/**
 * The ends of one object that only requests without an answer explain, each by another: a matching by augmenting paths.
 */
function matched(subject: Subject, key: string): ReadonlySet<Version> {
  const taken = new Map<string, Version>();
  const explained = new Set<Version>();
  const place = (version: Version, tried: Set<string>): boolean => {
    for (const { id, outcome } of ableTo(subject, version)) {
      if (outcome.kind !== "unknown" || tried.has(id)) continue;
      tried.add(id);
      const other = taken.get(id);
      if (other !== undefined && !place(other, tried)) continue;
      taken.set(id, version);
      return true;
    }
    return false;
  };
  for (const version of subject.log.of(key)) {
    const isEnd = version.seen === undefined || isMarkForDeletion(version);
    if (!isEnd || version.before === undefined || subject.log.writerOf(version) !== undefined) continue;
    if (isExplainedAlone(ableTo(subject, version))) continue;
    if (place(version, new Set())) explained.add(version);
  }
  return explained;
}
