/** The guarantees that are looked at. */
export type Rule =
  | "one write for a revision"
  | "one content for a revision"
  | "a uid for one object"
  | "numbers only grow"
  | "nothing out of nothing"
  | "acknowledged writes stay"
  | "a refused write does nothing"
  | "a write happens once"
  | "a write does what it says"
  | "a write sees what was before"
  | "order in time"
  | "refusals have a reason"
  | "reads are fresh"
  | "lists are snapshots"
  | "pages are of one list"
  | "history is kept"
  | "no event is missing"
  | "no event comes twice"
  | "events come in order"
  | "events are true"
  | "the first events are a snapshot"
  | "bookmarks are true"
  | "requests are answered";

/** A guarantee that did not hold, and where to look. */
export interface Violation {
  readonly rule: Rule;
  readonly message: string;
  readonly key?: string;
  readonly revision?: number;
  readonly operation?: string;
  readonly watch?: string;
}
