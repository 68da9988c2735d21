import { WeirError } from "@weir/core";

/** What is wrong with a question. */
export type ExplainProblem = "InvalidSelector" | "ObjectNotFound" | "AmbiguousSelector";

/** A question about a build that cannot be answered: it cannot be read, or no object or several are meant. */
export class ExplainError extends WeirError {
  override readonly name = "ExplainError";
  readonly reason: ExplainProblem;
  readonly retry = "never";
  readonly selector: string;

  constructor(reason: ExplainProblem, selector: string, problem: string) {
    super(`cannot explain ${JSON.stringify(selector)}: ${problem}`);
    this.reason = reason;
    this.selector = selector;
  }
}
