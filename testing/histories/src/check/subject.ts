import type { History } from "../history/history.ts";
import type { VersionLog } from "../model/version-log.ts";
import type { Knowledge } from "./knowledge.ts";

/** A history, and what follows from it. */
export interface Subject {
  readonly history: History;
  readonly log: VersionLog;
  readonly knowledge: Knowledge;
}

/** A moment or a stretch of time within which something happened. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Whether something that took place within the span can have found a state that lasted from one revision to just before
 * another: nobody knew of the later one when it began, and the first was not yet to come when it ended.
 */
export function canHaveSeen(
  { knowledge }: Subject,
  { start, end }: Span,
  state: { readonly from: number; readonly until: number },
): boolean {
  return state.until > knowledge.knownBefore(start) && knowledge.earliestOf(state.from) < end;
}

/** Names that the clients gave; what the server has of its own is seen and not explained. */
export function isOurs(key: string): boolean {
  return /\/(?:first|second|third|fourth|generated-[a-z0-9]+|last-[a-z0-9-]+)$/.test(key);
}
