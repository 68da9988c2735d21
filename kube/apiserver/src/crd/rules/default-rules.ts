import type { DefaultCheck } from "@weir/schema";
import { compileRules } from "./compile-rules.ts";
import { validateRules } from "./validate-rules.ts";

/**
 * Runs the rules of a schema on its default: as an update that changes nothing, and then as the value's first coming, for
 * rules that ask whether there was an older one.
 */
export const defaultRuleErrors: DefaultCheck = (node, value, path) => {
  const tree = compileRules(node, node["x-kubernetes-embedded-resource"] === true);
  if (tree === undefined) return [];
  const options = { path, warn: () => {} };
  const errors = validateRules(tree, value, { ...options, old: value, ratchets: false });
  return errors.length > 0 ? errors : validateRules(tree, value, options);
};
