import { WeirError } from "@weir/core";

/** A schema that cannot be read: a keyword holds what it may not hold. */
export class SchemaSyntaxError extends WeirError {
  override readonly name = "SchemaSyntaxError";
  readonly reason = "InvalidSchema";
  readonly retry = "never";
  /** Where in the schema: `properties[spec].minLength`. */
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(path === "" ? `schema ${problem}` : `schema at ${path} ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

/** A zod type that has no structural schema. */
export class UnsupportedTypeError extends WeirError {
  override readonly name = "UnsupportedTypeError";
  readonly reason = "UnsupportedType";
  readonly retry = "never";
  /** Where in the type: `spec.sources[].name`. */
  readonly path: string;
  readonly problem: string;
  /** What zod calls the type: `tuple`, `pipe`, `union`. */
  readonly construct: string;

  constructor(path: string, problem: string, construct: string) {
    super(`${path === "" ? "the type" : path} has no structural schema: ${problem}`);
    this.path = path;
    this.problem = problem;
    this.construct = construct;
  }
}
