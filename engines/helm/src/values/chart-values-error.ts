import { WeirError } from "@weir/core";

/** Values do not fit the chart: a subchart's values are no table. In helm's words. */
export class ChartValuesError extends WeirError {
  override readonly name = "ChartValuesError";
  readonly reason = "InvalidValues";
  readonly retry = "never";
}
