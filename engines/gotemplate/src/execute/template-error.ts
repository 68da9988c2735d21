import { WeirError } from "@weir/core";
import { GoCallError } from "@weir/text";

import { TemplateParseError } from "../parse/template-parse-error.ts";

/** Where an execution failed. */
export interface TemplatePlace {
  /** The template that was executed. */
  readonly templateName: string;
  /** The name that its text was parsed under. */
  readonly sourceName: string;
  /** Counted from 1. */
  readonly line: number;
  /** In bytes of UTF-8, counted from 0. */
  readonly column: number;
  /** The text of the node that was evaluated last, as Go writes it back. */
  readonly node: string;
}

/**
 * An execution failed. The message is Go's and whole: `template: t:1:3: executing "t" at <.a.b>: …`, with the message
 * of what a function failed with (its `cause`) at its end.
 */
export class TemplateExecError extends WeirError {
  override readonly name = "TemplateExecError";
  readonly reason = "TemplateFailed";
  readonly retry = "never";
  readonly templateName: string;
  readonly sourceName: string;
  readonly line: number;
  readonly column: number;
  readonly node: string;
  /** The message without the place. */
  readonly problem: string;
  /** What had been written before. */
  readonly partial: string;

  constructor(
    message: string,
    place: TemplatePlace,
    details: { readonly problem: string; readonly partial: string; readonly cause?: unknown },
  ) {
    super(message, "cause" in details ? { cause: details.cause } : undefined);
    this.templateName = place.templateName;
    this.sourceName = place.sourceName;
    this.line = place.line;
    this.column = place.column;
    this.node = place.node;
    this.problem = details.problem;
    this.partial = details.partial;
  }
}

/** What a run of templates may use up. */
export type TemplateBudget = "output" | "steps" | "depth";

const SPENT: Readonly<Record<TemplateBudget, string>> = {
  output: "templates make more text than their budget allows",
  steps: "templates take more steps than their budget allows",
  depth: "templates nest deeper than the stack allows",
};

/** A run of templates used up a budget; it ends, whatever the templates do about errors. */
export class TemplateBudgetError extends WeirError {
  override readonly name = "TemplateBudgetError";
  readonly reason = "TemplateBudgetExceeded";
  readonly retry = "never";
  readonly budget: TemplateBudget;
  /** The budget's size, where it has one. */
  readonly limit: number | undefined;

  constructor(budget: TemplateBudget, limit?: number) {
    super(limit === undefined ? SPENT[budget] : `${SPENT[budget]} (${limit})`);
    this.budget = budget;
    this.limit = limit;
  }
}

/** What a function failed with, as Go sees it: all else ends the execution as it is. */
export type TemplateFunctionError = GoCallError | TemplateExecError | TemplateParseError;

export function isFunctionError(error: unknown): error is TemplateFunctionError {
  return (
    error instanceof GoCallError || error instanceof TemplateExecError || error instanceof TemplateParseError
  );
}
