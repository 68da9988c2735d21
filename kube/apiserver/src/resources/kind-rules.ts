import { namespaceRules } from "./rules/namespace-rules.ts";
import type { KindRules } from "./builtin-strategy.ts";

const rules: Readonly<Record<string, KindRules>> = {
  "core.v1.Namespace": namespaceRules,
};

const none: KindRules = {};

/** What one built-in kind does otherwise than the rest. */
export function kindRules(definition: string): KindRules {
  return rules[definition] ?? none;
}
