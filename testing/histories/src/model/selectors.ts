import type { Seen } from "../history/seen-object.ts";
import { parseKey, type Scope } from "../history/history.ts";

/** What a selector chooses by. */
export type Chosen = Pick<Seen, "key" | "labels">;

/** A selector of lists and watches, and what it means. */
export interface Selector {
  readonly labels?: string;
  readonly fields?: string;
  matches(seen: Chosen): boolean;
}

const tier = ({ labels }: Chosen): string | undefined => labels["tier"];

/** The selectors that clients use, by name. */
export const SELECTORS: ReadonlyMap<string, Selector> = new Map<string, Selector>([
  ["everything", { matches: () => true }],
  ["tier a", { labels: "tier=a", matches: (seen) => tier(seen) === "a" }],
  ["tier not b", { labels: "tier!=b", matches: (seen) => tier(seen) !== "b" }],
  ["tier a or c", { labels: "tier in (a,c)", matches: (seen) => tier(seen) === "a" || tier(seen) === "c" }],
  ["no tier", { labels: "!tier", matches: (seen) => tier(seen) === undefined }],
  ["first", { fields: "metadata.name=first", matches: ({ key }) => parseKey(key).name === "first" }],
  ["generated", { labels: "run=generated", matches: ({ labels }) => labels["run"] === "generated" }],
]);

export function selectorNamed(name: string): Selector {
  const selector = SELECTORS.get(name);
  if (selector === undefined) throw new RangeError(`there is no selector "${name}"`);
  return selector;
}

/** Whether an object is of a scope, as far as its address goes. */
export function isInScope(key: string, { of, namespace }: Scope): boolean {
  const parsed = parseKey(key);
  return parsed.of === of && (namespace === "" || parsed.namespace === namespace);
}

/** Whether a list or a watch of a scope shows an object. */
export function isChosen(seen: Chosen, scope: Scope): boolean {
  return isInScope(seen.key, scope) && selectorNamed(scope.selector).matches(seen);
}
