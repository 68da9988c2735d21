import {
  type DeleteRequest,
  type GetOperation,
  INJECTED,
  isGet,
  isMarked,
  isWrite,
  keyText,
  type MarkedWrite,
  type WriteOperation,
} from "../history/history.ts";
import { effectOf } from "../model/effects.ts";
import { type KeyState, statesOf } from "../model/key-states.ts";
import { canHaveSeen, type Subject } from "./subject.ts";
import type { Violation } from "./violation.ts";

/** Gets see the newest state of some moment while they run, and refusals are right at such a moment, too. */
export function* checkReads(subject: Subject): Generator<Violation> {
  for (const operation of subject.history.operations) {
    const { outcome } = operation;
    if (outcome.kind === "unknown" || (outcome.kind === "refused" && outcome.reason === INJECTED)) continue;
    if (isGet(operation)) yield* checkGet(subject, operation);
    else if (isWrite(operation) && outcome.kind === "refused") yield* checkRefusal(subject, operation);
  }
}

function* checkGet(subject: Subject, operation: GetOperation): Generator<Violation> {
  const { request, outcome, answer, id } = operation;
  const { key } = request;
  const where = { key, operation: id };
  if (outcome.kind === "refused" && outcome.reason !== "NotFound") {
    yield { rule: "refusals have a reason", message: `${id} was refused: ${outcome.message}`, ...where };
    return;
  }
  const states = [...statesOf(subject.log, key)].filter(({ seen, from }) =>
    answer === undefined ? seen === undefined : from === answer.revision,
  );
  if (states.some((state) => isFreshEnough(subject, operation, state))) return;
  const { knowledge } = subject;
  const known = knowledge.knownBefore(operation.start);
  const found = answer === undefined ? "nothing" : `revision ${answer.revision}`;
  const last = states.at(-1);
  const isFuture = last !== undefined && knowledge.earliestOf(last.from) >= operation.end;
  const why = isFuture
    ? "which was written only later"
    : `although revision ${known} was known before, and ${last === undefined ? "it never was so" : `it was so until revision ${last.until}`}`;
  const message = `${id} saw ${found} of ${key}, ${why}`;
  yield {
    rule: "reads are fresh",
    message,
    ...where,
    ...(answer === undefined ? {} : { revision: answer.revision }),
  };
}

function isFreshEnough(subject: Subject, operation: GetOperation, state: KeyState): boolean {
  const { freshness } = operation.request;
  if (freshness.kind === "newest") return canHaveSeen(subject, operation, state);
  const isThere = subject.knowledge.earliestOf(state.from) < operation.end;
  return isThere && (freshness.kind === "any" || state.until > freshness.revision);
}

function* checkRefusal(subject: Subject, operation: WriteOperation): Generator<Violation> {
  const { request, outcome, id } = operation;
  if (outcome.kind !== "refused") return;
  const isSingle = isMarked(request) || request.verb === "delete";
  if (isSingle && !(request.verb === "create" && request.name === undefined)) {
    yield* checkSingle(subject, operation, request);
    return;
  }
  // A name that the server drew is taken by chance; what deletes many meets others who write.
  if (["AlreadyExists", "Conflict"].includes(outcome.reason)) return;
  yield { rule: "refusals have a reason", message: `${id} was refused: ${outcome.message}`, operation: id };
}

type Single = MarkedWrite | DeleteRequest;

/** There was a moment at which the object was such that the request had to be refused for that reason. */
function* checkSingle(subject: Subject, operation: WriteOperation, request: Single): Generator<Violation> {
  const { outcome, id } = operation;
  if (outcome.kind !== "refused") return;
  const key = keyOf(request);
  const others = new Set<string>();
  for (const state of statesOf(subject.log, key)) {
    if (!canHaveSeen(subject, operation, state)) continue;
    const effect = effectOf(request, state.seen);
    if (effect.kind === "refused" && effect.reason === outcome.reason) return;
    others.add(effect.kind === "refused" ? `refused (${effect.reason})` : effect.kind);
  }
  const why = `${outcome.reason}: ${outcome.message}`;
  const message = `${id} was refused (${why}) where it should have been ${[...others].join(" or ")}`;
  yield { rule: "refusals have a reason", message, key, operation: id };
}

function keyOf(request: Single): string {
  if (request.verb !== "create") return request.key;
  return keyText(request.of, request.namespace, request.name ?? "");
}
