import type { History } from "../history/history.ts";
import { VersionLog } from "../model/version-log.ts";
import { checkIdentity } from "./check-identity.ts";
import { checkLists } from "./check-lists.ts";
import { checkReads } from "./check-reads.ts";
import { checkWatches, hasToldAll } from "./check-watches.ts";
import { checkWrites } from "./check-writes.ts";
import { Knowledge } from "./knowledge.ts";
import type { Subject } from "./subject.ts";
import type { Violation } from "./violation.ts";

/** Everything in a history that a correct server cannot have brought about; empty where there is nothing. */
export function checkHistory(history: History): readonly Violation[] {
  const subject = subjectOf(history);
  return [
    ...checkIdentity(subject),
    ...checkWrites(subject),
    ...checkReads(subject),
    ...checkLists(subject),
    ...checkWatches(subject),
  ];
}

/** Whether the open watches of a history have told everything that they have to. */
export function isAllTold(history: History): boolean {
  const subject = subjectOf(history);
  return history.watches.every((watch) => watch.end.kind !== "open" || hasToldAll(subject, watch));
}

/** A history with what follows from it. */
export function subjectOf(history: History): Subject {
  const log = new VersionLog(history);
  return { history, log, knowledge: new Knowledge(history, log) };
}
