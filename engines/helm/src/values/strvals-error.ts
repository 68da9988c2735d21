import { WeirError } from "@weir/core";

/** The text of a `--set` flag is malformed, or does not fit the values that it is applied to; in helm's words. */
export class SetValuesError extends WeirError {
  override readonly name = "SetValuesError";
  readonly reason = "InvalidValues";
  readonly retry = "never";
}

/** The text of a `--set` flag makes more of a list or nests deeper than one text may. */
export class SetValuesBudgetError extends WeirError {
  override readonly name = "SetValuesBudgetError";
  readonly reason = "InvalidValues";
  readonly retry = "never";
}
