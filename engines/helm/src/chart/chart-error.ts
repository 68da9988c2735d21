import { WeirError } from "@weir/core";

/**
 * A folder, an archive or a file of a chart is not what helm takes for a chart; the whole chain in helm's words, so
 * there is no cause whose text would be missing.
 */
export class ChartError extends WeirError {
  override readonly name = "ChartError";
  readonly reason = "InvalidChart";
  readonly retry = "never";

  /** The same, said of what it is part of. */
  within(context: string): ChartError {
    return new ChartError(`${context}: ${this.message}`);
  }
}

/** A chart costs more to hold or to process than it may; `budget` says what there is too much of. */
export class ChartBudgetError extends WeirError {
  override readonly name = "ChartBudgetError";
  readonly reason = "ChartBudgetExceeded";
  readonly retry = "never";
  readonly budget: "charts" | "depth" | "files" | "size";

  constructor(budget: ChartBudgetError["budget"], message: string) {
    super(message);
    this.budget = budget;
  }
}
