import { type History, isList, isWrite, type Operation } from "../history/history.ts";
import { isStored, type Version, type VersionLog } from "../model/version-log.ts";

/**
 * What the clock says about revisions: which one was known to somebody at a moment, and from when on one can have been there.
 *
 * Revisions are the order of all writes. It agrees with real time if nothing that began after a revision was known acts as if
 * that revision were not there, and nothing that ended before a write began has seen it.
 */
export class Knowledge {
  readonly #known: readonly Step[];
  readonly #earliest: readonly Step[];

  constructor(history: History, log: VersionLog) {
    this.#known = rising(knownOf(history, log));
    this.#earliest = rising(beginnings(history, log));
  }

  /** The newest revision that anybody had seen before a moment. */
  knownBefore(moment: number): number {
    return lookUp(this.#known, moment - 1);
  }

  /** The first moment at which a revision can have been there: when the last of the writes up to it was sent. */
  earliestOf(revision: number): number {
    return lookUp(this.#earliest, revision);
  }
}

/** A value that holds from a position on. */
interface Step {
  readonly at: number;
  readonly value: number;
}

function rising(steps: readonly Step[]): readonly Step[] {
  const sorted = [...steps].sort((left, right) => left.at - right.at);
  const result: Step[] = [];
  let highest = 0;
  for (const { at, value } of sorted) {
    if (value <= highest) continue;
    highest = value;
    result.push({ at, value });
  }
  return result;
}

function lookUp(steps: readonly Step[], position: number): number {
  let low = 0;
  let high = steps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((steps[middle]?.at ?? 0) <= position) low = middle + 1;
    else high = middle;
  }
  return steps[low - 1]?.value ?? 0;
}

function knownOf(history: History, log: VersionLog): readonly Step[] {
  const known: Step[] = history.baseline.map(({ revision, end }) => ({ at: end, value: revision }));
  for (const operation of history.operations) known.push(...learnt(operation, log));
  for (const { events } of history.watches) {
    for (const event of events) {
      known.push({ at: event.at, value: event.kind === "BOOKMARK" ? event.revision : event.object.revision });
    }
  }
  return known;
}

function learnt(operation: Operation, log: VersionLog): readonly Step[] {
  if (isList(operation)) return operation.pages.map(({ end, revision }) => ({ at: end, value: revision }));
  const { end, answer } = operation;
  const ended = endBy(operation, log);
  return [
    ...(answer === undefined ? [] : [{ at: end, value: answer.revision }]),
    ...(ended === undefined ? [] : [{ at: end, value: ended.revision }]),
  ];
}

/** The end of an object that an answer speaks of. It does not say at which revision; the watches do. */
function endBy(operation: Operation, log: VersionLog): Version | undefined {
  if (!isWrite(operation)) return undefined;
  const { answer, goneUid } = operation;
  const uid = goneUid ?? (answer !== undefined && !isStored(answer) ? answer.uid : undefined);
  return uid === undefined ? undefined : log.endOf(uid);
}

/** From when on each write can have been there. */
function beginnings({ operations }: History, log: VersionLog): readonly Step[] {
  const written = log.versions.flatMap((version) => {
    const writer = log.writerOf(version);
    return writer === undefined ? [] : [{ at: version.revision, value: writer.start }];
  });
  const removed = operations.flatMap((operation) => {
    const ended = endBy(operation, log);
    return ended === undefined ? [] : [{ at: ended.revision, value: operation.start }];
  });
  return [...written, ...removed];
}
