import { WeirError } from "@weir/core";

/** Variables could not be put into a text; the message is worded as Flux words it. */
export class SubstitutionError extends WeirError {
  override readonly name = "SubstitutionError";
  readonly reason = "BuildFailed";
  readonly retry = "next-interval";
  /** The variable that is not set or has no valid name, where that is the problem. */
  readonly variable: string | undefined;

  constructor(message: string, options: { readonly variable?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.variable = options.variable;
  }
}
