import { WeirError } from "@weir/core";
import { displayProblems, type Problem } from "./source-text.ts";

/** An expression cannot be parsed, or its types do not fit; the message is cel-go's, with a line that points at each place. */
export class CelCompileError extends WeirError {
  override readonly name = "CelCompileError";
  readonly reason = "InvalidCELExpression";
  readonly retry = "never";
  readonly problems: readonly Problem[];

  constructor(expression: string, problems: readonly Problem[]) {
    super(displayProblems(expression, problems));
    this.problems = problems;
  }
}

/** An expression is well typed, but a part of it that is constant can never be evaluated. */
export class CelProgramError extends WeirError {
  override readonly name = "CelProgramError";
  readonly reason = "InvalidCELExpression";
  readonly retry = "never";
}

/** The evaluation of an expression ended in an error; the message is cel-go's. */
export class CelEvaluationError extends WeirError {
  override readonly name = "CelEvaluationError";
  readonly reason = "CELEvaluationFailed";
  readonly retry = "backoff";
}

/** The evaluation of an expression was given up because it cost more than its caller allows. */
export class CelCostError extends WeirError {
  override readonly name = "CelCostError";
  readonly reason = "CELCostExceeded";
  readonly retry = "never";

  constructor() {
    super("operation cancelled: actual cost limit exceeded");
  }
}
