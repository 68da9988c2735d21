import { subjectOf } from "../check/check-history.ts";
import type { Subject } from "../check/subject.ts";
import type { Violation } from "../check/violation.ts";
import { type History, isList, isWrite, type Operation, parseKey, type Watch } from "../history/history.ts";
import { describeOutcome, describeRequest, describeSeen, describeWatch } from "./describe-request.ts";

/** So many versions of an object, and events of a watch, are shown around what is wrong. */
const AROUND = 3;
/** So many violations of a rule are shown with their surroundings. */
const SHOWN = 2;

/** What is wrong with a history, in words, each with the shortest part of it that shows it; a text of lines for each. */
export function reportViolations(history: History, violations: readonly Violation[]): readonly string[] {
  const subject = subjectOf(history);
  const texts: string[] = [];
  const counts = new Map<string, number>();
  for (const violation of violations) {
    const count = (counts.get(violation.rule) ?? 0) + 1;
    counts.set(violation.rule, count);
    if (count > SHOWN) continue;
    const lines = [`${violation.rule}: ${violation.message}`, ...surroundings(subject, violation)];
    texts.push(lines.join("\n"));
  }
  for (const [rule, count] of counts) {
    if (count > SHOWN) texts.push(`${rule}: ${count - SHOWN} more`);
  }
  return texts;
}

function surroundings(subject: Subject, { key, revision, operation, watch }: Violation): readonly string[] {
  const concerned = subject.history.operations.find(({ id }) => id === operation);
  const watched = subject.history.watches.find(({ id }) => id === watch);
  return [
    ...(concerned === undefined ? [] : operationLines(concerned)),
    ...(key === undefined ? [] : keyLines(subject, key, { revision, moment: concerned?.start })),
    ...(watched === undefined ? [] : watchLines(watched, revision)),
  ].map((line) => `    ${line}`);
}

/** What became of an object around a revision, or around a moment. */
function keyLines(
  subject: Subject,
  key: string,
  where: { readonly revision: number | undefined; readonly moment: number | undefined },
): readonly string[] {
  const { log, knowledge, history } = subject;
  const revision = where.revision ?? knowledge.knownBefore(where.moment ?? Number.POSITIVE_INFINITY);
  const versions = log.of(key);
  const found = versions.findIndex((version) => version.revision >= revision);
  const at = found < 0 ? versions.length - 1 : found;
  const shown = versions.slice(Math.max(0, at - AROUND), at + AROUND + 1);
  const [low, high] = [shown[0]?.revision ?? 0, shown.at(-1)?.revision ?? 0];
  const moments = shown
    .map((version) => log.writerOf(version)?.start)
    .filter((moment) => moment !== undefined);
  const [from, until] = [Math.min(...moments), Math.max(...moments)];
  const operations = history.operations.filter(
    (operation) => concerns(operation, key) && isAround(operation, { low, high, from, until }),
  );
  return [
    `${key}:`,
    ...shown.map((version) => {
      const by = log.writerOf(version)?.id ?? "no mark";
      return `  revision ${version.revision} (${by}): ${version.seen === undefined ? "gone" : describeSeen(version.seen)}`;
    }),
    ...operations
      .slice(0, 4 * AROUND)
      .flatMap(operationLines)
      .map((line) => `  ${line}`),
  ];
}

function concerns({ request }: Operation, key: string): boolean {
  if ("key" in request) return request.key === key;
  const { of, namespace, name } = parseKey(key);
  if (request.of !== of) return false;
  if (request.verb === "create") return request.namespace === namespace && request.name === name;
  return request.namespace === "" || request.namespace === namespace;
}

function isAround(
  operation: Operation,
  {
    low,
    high,
    from,
    until,
  }: { readonly low: number; readonly high: number; readonly from: number; readonly until: number },
): boolean {
  if (isList(operation)) return false;
  const revision = operation.answer?.revision;
  if (revision !== undefined) return revision >= low && revision <= high;
  return isWrite(operation) && operation.end >= from && operation.start <= until;
}

function operationLines(operation: Operation): readonly string[] {
  const { id, client, start, end, outcome, request } = operation;
  const answer = isList(operation)
    ? operation.pages.map(
        ({ revision, items, hasMore }) =>
          `${items.length} at revision ${revision}${hasMore ? " and more" : ""}`,
      )
    : operation.answer === undefined
      ? []
      : [`revision ${operation.answer.revision}`];
  const what = [describeOutcome(outcome), ...answer].join(", ");
  return [`${id} by ${client}, from ${start} to ${end}: ${describeRequest(request)}`, `  answered: ${what}`];
}

/** The events of a watch around a revision; its end, where none is named. */
function watchLines(
  { id, client, request, events, opened, end }: Watch,
  revision: number | undefined,
): readonly string[] {
  const revisionOf = (event: Watch["events"][number]): number =>
    event.kind === "BOOKMARK" ? event.revision : event.object.revision;
  const found = revision === undefined ? -1 : events.findIndex((event) => revisionOf(event) >= revision);
  const at = found < 0 ? events.length - 1 : found;
  const from = Math.max(0, at - AROUND);
  const shown = events.slice(from, at + AROUND + 1);
  return [
    `watch ${id} by ${client}, since ${opened}: ${describeWatch(request)}`,
    ...shown.map((event, index) => {
      const what =
        event.kind === "BOOKMARK" ? (event.isInitialEnd ? "end of the first events" : "") : event.object.key;
      return `  event ${from + index + 1} of ${events.length}, at ${event.at}: ${event.kind} ${what} revision ${revisionOf(event)}`;
    }),
    `  ended: ${end.kind}${end.kind === "open" ? "" : ` at ${end.at}`}`,
  ];
}
