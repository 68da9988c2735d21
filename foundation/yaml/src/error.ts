import { type RetryPolicy, WeirError } from "@weir/core";

/** Where in a text something starts; both count from 1, columns in characters. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

/** What a `YamlError` knows beside its text. */
export interface YamlErrorDetails {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly document?: number | undefined;
  readonly cause?: unknown;
}

/**
 * A text that is not acceptable YAML.
 *
 * The message is go-yaml's own, byte for byte (`yaml: line 3: did not find expected key`), because Kubernetes and
 * Flux show it unchanged. go-yaml's line is sometimes one off and missing on the first line; `line` and `column` are
 * the true place where it is known.
 */
export class YamlError extends WeirError {
  override readonly name: string = "YamlError";
  readonly reason: string = "InvalidYaml";
  readonly retry: RetryPolicy = "never";
  /** What is wrong, without the place and without the prefix `yaml:`. */
  readonly problem: string;
  /** Counts from 1. */
  readonly line: number | undefined;
  /** Counts from 1, in characters. */
  readonly column: number | undefined;
  /** Index of the document in a stream, from 0; absent where one document was asked for. */
  readonly document: number | undefined;

  constructor(message: string, problem: string, details: YamlErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.problem = problem;
    this.line = details.line;
    this.column = details.column;
    this.document = details.document;
  }
}

/** Which budget a text exceeded. */
export type YamlBudget = "size" | "depth" | "aliases" | "merges" | "documents";

/** A text that costs more than its budget allows; hostile or broken, never retried. */
export class YamlBudgetError extends YamlError {
  override readonly name = "YamlBudgetError";
  override readonly reason = "YamlBudgetExceeded";
  readonly budget: YamlBudget;

  constructor(budget: YamlBudget, problem: string, details: YamlErrorDetails = {}) {
    super(`yaml: ${problem}`, problem, details);
    this.budget = budget;
  }
}
