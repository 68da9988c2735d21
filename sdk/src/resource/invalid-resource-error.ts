import { WeirError } from "@weir/core";
import { type FieldError, joinFieldErrors } from "@weir/schema";

/** A resource whose CRD an API server would refuse. */
export class InvalidResourceError extends WeirError {
  override readonly name = "InvalidResourceError";
  readonly reason = "InvalidResource";
  readonly retry = "never";
  readonly kind: string;
  readonly problems: readonly FieldError[];

  constructor(kind: string, problems: readonly FieldError[]) {
    super(`the declaration of ${kind} makes no valid CRD: ${joinFieldErrors(problems)}`);
    this.kind = kind;
    this.problems = problems;
  }
}
