import type { KindRules } from "./builtin-strategy.ts";

/** What one built-in kind does otherwise than the rest. */
export function kindRules(_definition: string): KindRules {
  return {};
}
