import { CelCostError, type Variables } from "@weir/cel";
import { quoteGo } from "@weir/text";
import type { CompiledRule } from "./compile-rules.ts";

/** What a broken rule says, and what it cost to find that out. */
export type RuleMessage =
  | { readonly kind: "said"; readonly text: string; readonly cost: number }
  /** The message costs more than there is: nothing else is evaluated. */
  | { readonly kind: "spent"; readonly problem: string };

const LONGEST_MESSAGE = 5 * 1024;
const OUT_OF_BUDGET =
  "messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run";

/** The message that a rule computes, where it computes a usable one; else the one that it states. */
export function ruleMessage(
  { rule, message }: CompiledRule,
  variables: Variables,
  budget: { readonly limit: number; readonly left: number },
): RuleMessage {
  const stated = rule.message ?? "";
  const text = stated === "" ? `failed rule: ${rule.rule.trim()}` : stated.trim();
  if (message === undefined) return { kind: "said", text, cost: 0 };
  const result = message.measure(variables, budget.limit);
  if (result.cost > budget.left) return { kind: "spent", problem: OUT_OF_BUDGET };
  if (result.kind === "failed" && result.error instanceof CelCostError) {
    const source = quoteGo(rule.messageExpression ?? "");
    const why =
      "no further validation rules will be run due to call cost exceeds limit for messageExpression";
    return { kind: "spent", problem: `${why}: ${source}` };
  }
  const made = result.kind === "value" && typeof result.value === "string" ? result.value.trim() : "";
  return { kind: "said", text: isUsable(made) ? made : text, cost: result.cost };
}

function isUsable(message: string): boolean {
  return message !== "" && !message.includes("\n") && Buffer.byteLength(message) <= LONGEST_MESSAGE;
}
