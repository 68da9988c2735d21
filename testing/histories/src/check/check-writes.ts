import { isMarked, isWrite, type WriteOperation } from "../history/history.ts";
import type { Seen } from "../history/seen-object.ts";
import { differences, effectOf, stateOf } from "../model/effects.ts";
import { isStored, type MarkedOperation, type Version } from "../model/version-log.ts";
import { endOf, explainsEnd, isMarkForDeletion } from "./deletions.ts";
import { canHaveSeen, isOurs, type Subject } from "./subject.ts";
import type { Violation } from "./violation.ts";

/** Every change is the doing of one request, on top of what was there; every acknowledged request has its change. */
export function* checkWrites(subject: Subject): Generator<Violation> {
  const { history, log } = subject;
  const first = Math.max(0, ...history.baseline.map(({ revision }) => revision));
  const done = new Map<string, Version>();
  for (const version of log.versions) {
    if (version.revision <= first || !isOurs(version.key)) continue;
    yield* checkVersion(subject, version);
    const writer = log.writerOf(version);
    if (writer === undefined) continue;
    const earlier = done.get(writer.id);
    done.set(writer.id, version);
    if (earlier === undefined) continue;
    const message = `${writer.id} made revision ${earlier.revision} and again revision ${version.revision}`;
    yield { rule: "a write happens once", message, ...at(version), operation: writer.id };
  }
  for (const operation of history.operations) {
    if (isWrite(operation) && operation.outcome.kind === "done") yield* checkAcknowledged(subject, operation);
  }
}

function at({ key, revision }: Version): { readonly key: string; readonly revision: number } {
  return { key, revision };
}

function* checkVersion(subject: Subject, version: Version): Generator<Violation> {
  const { seen, before, key, revision } = version;
  if (seen !== undefined && before !== undefined && seen.uid !== before.uid) {
    const message = `${key} is another object at revision ${revision}, and no watch saw the end of the one before`;
    yield { rule: "no event is missing", message, ...at(version) };
  }
  const writer = subject.log.writerOf(version);
  if (writer !== undefined) {
    yield* checkWritten(subject, version, writer);
    return;
  }
  if (seen === undefined && before === undefined) {
    const message = `${key} ends at revision ${revision} without having been there`;
    yield { rule: "nothing out of nothing", message, ...at(version) };
    return;
  }
  if (seen !== undefined && !isMarkForDeletion(version)) {
    const message = `nobody wrote what ${key} holds at revision ${revision}`;
    yield { rule: "nothing out of nothing", message, ...at(version) };
    return;
  }
  if (!explainsEnd(subject, version)) {
    const what = seen === undefined ? "was removed" : "was marked for deletion";
    const message = `${key} ${what} at revision ${revision}, and nobody asked for it`;
    yield { rule: "nothing out of nothing", message, ...at(version) };
  }
}

/** A version must be what the request of its mark makes of the one before, within the time of that request. */
function* checkWritten(subject: Subject, version: Version, writer: MarkedOperation): Generator<Violation> {
  const { seen, before, revision } = version;
  if (seen === undefined) return;
  const where = { ...at(version), operation: writer.id };
  if (writer.outcome.kind === "refused") {
    const message = `${writer.id} was refused (${writer.outcome.reason}), and made revision ${revision}`;
    yield { rule: "a refused write does nothing", message, ...where };
  }
  const base = before?.uid === seen.uid ? before : undefined;
  const effect = effectOf(writer.request, base);
  if (effect.kind === "stored") {
    const wrong = differences(effect.state, stateOf(seen));
    if (wrong.length > 0) {
      yield { rule: "a write does what it says", message: `${writer.id}: ${wrong.join("; ")}`, ...where };
    }
  } else {
    const should = effect.kind === "refused" ? `refused (${effect.reason})` : `${effect.kind}`;
    const was = base === undefined ? "nothing" : `revision ${base.revision}`;
    const message = `${writer.id} made revision ${revision} on top of ${was}, where it should have been ${should}`;
    yield { rule: "a write sees what was before", message, ...where };
  }
  yield* checkTime(subject, writer, version);
}

/** A write takes a revision above all that were known when it was sent, and is not there before it was sent. */
function* checkTime(
  { knowledge }: Subject,
  operation: WriteOperation,
  version: Version,
): Generator<Violation> {
  const { revision } = version;
  const where = { ...at(version), operation: operation.id };
  const known = knowledge.knownBefore(operation.start);
  if (revision <= known) {
    const message = `${operation.id} took revision ${revision} although revision ${known} was known before it was sent`;
    yield { rule: "order in time", message, ...where };
  }
  if (knowledge.earliestOf(revision) >= endOf(operation)) {
    const message = `${operation.id} was over when the write of a revision up to ${revision} was sent, and has revision ${revision}`;
    yield { rule: "order in time", message, ...where };
  }
}

function* checkAcknowledged(subject: Subject, operation: WriteOperation): Generator<Violation> {
  const { answer, goneUid } = operation;
  const uid = goneUid ?? (answer !== undefined && !isStored(answer) ? answer.uid : undefined);
  if (uid !== undefined) yield* checkRemoval(subject, operation, uid);
  else if (answer !== undefined) yield* checkAnswered(subject, operation, answer);
}

function* checkRemoval(subject: Subject, operation: WriteOperation, uid: string): Generator<Violation> {
  const { request, id } = operation;
  const ended = subject.log.endOf(uid);
  if (ended !== undefined) {
    yield* checkTime(subject, operation, ended);
    return;
  }
  const message = `${id} removed the object ${uid}, says the answer, and no watch saw its end`;
  const where = { operation: id, ...("key" in request ? { key: request.key } : {}) };
  yield { rule: "acknowledged writes stay", message, ...where };
}

/** What was answered is of the request's own making, or was there and is all that it asks for. */
function* checkAnswered(subject: Subject, operation: WriteOperation, answer: Seen): Generator<Violation> {
  const { request, id } = operation;
  const { log } = subject;
  const version = log.at(answer.key, answer.revision);
  if (version === undefined || log.writerOf(version)?.id === id) return;
  // Others who delete what is marked are shown the same.
  const isMark = request.verb === "delete" && isMarkForDeletion(version) && explainsEnd(subject, version);
  if (isMark) return;
  const isSingle = isMarked(request) || request.verb === "delete";
  const isNothingNew = isSingle && effectOf(request, version.seen).kind === "unchanged";
  const until = nextRevision(subject, version);
  if (isNothingNew && canHaveSeen(subject, operation, { from: version.revision, until })) return;
  const message = `${id} was answered with revision ${answer.revision}, which is not of its making`;
  yield { rule: "acknowledged writes stay", message, ...at(version), operation: id };
}

/** When a version was followed by another. */
export function nextRevision({ log }: Subject, { key, revision }: Version): number {
  const next = log.of(key).find((version) => version.revision > revision);
  return next?.revision ?? Number.POSITIVE_INFINITY;
}
