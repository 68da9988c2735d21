import { WeirError } from "@weir/core";
import { CelCompileError, CelEvaluationError, CelProgramError } from "./cel-error.ts";
import { formatType } from "./cel-type.ts";
import { compile } from "./compile.ts";
import { type Environment, fluxHealth, fluxReady } from "./environment.ts";
import { celFromJson } from "./from-json.ts";

/** An expression of a Flux object cannot be used; the message is Flux'. */
export class FluxExpressionError extends WeirError {
  override readonly name = "FluxExpressionError";
  readonly reason = "InvalidCELExpression";
  readonly retry = "never";
}

/** An expression of a Flux object could not be evaluated, or gave something other than a boolean; the message is Flux'. */
export class FluxEvaluationError extends WeirError {
  override readonly name = "FluxEvaluationError";
  readonly reason = "CELEvaluationFailed";
  readonly retry = "backoff";
}

/** A condition that a Flux object states as an expression. */
export interface FluxExpression {
  readonly text: string;
  /** Evaluates with JSON values for the variables. Throws `FluxEvaluationError`; `CelCostError` of a runaway expression. */
  evaluate(variables: Readonly<Record<string, unknown>>): boolean;
}

/** Reads an expression of `healthCheckExprs`, whose variables are the fields of an object. Throws `FluxExpressionError`. */
export function compileFluxHealth(text: string): FluxExpression {
  return compileFlux(text, fluxHealth());
}

/** Reads a `readyExpr`, whose variables are `self` and `dep`. Throws `FluxExpressionError`. */
export function compileFluxReady(text: string): FluxExpression {
  return compileFlux(text, fluxReady());
}

function compileFlux(text: string, environment: Environment): FluxExpression {
  const program = programOf(text, environment);
  return {
    text,
    evaluate: (variables) => {
      const value = evaluated(text, () =>
        program.evaluate((name) =>
          Object.hasOwn(variables, name) ? celFromJson(variables[name]) : undefined,
        ),
      );
      if (typeof value === "boolean") return value;
      throw new FluxEvaluationError(`failed to evaluate CEL expression as boolean: '${text}'`);
    },
  };
}

function programOf(
  text: string,
  environment: Environment,
): ReturnType<ReturnType<typeof compile>["program"]> {
  try {
    const expression = compile(text, environment);
    if (expression.type !== undefined && expression.type.kind !== "bool") {
      throw new FluxExpressionError(
        `CEL expression output type mismatch: expected bool, got ${formatType(expression.type)}`,
      );
    }
    return expression.program();
  } catch (error) {
    if (error instanceof CelCompileError) {
      throw new FluxExpressionError(`failed to parse the CEL expression '${text}'`, { cause: error });
    }
    if (error instanceof CelProgramError)
      throw new FluxExpressionError("failed to create CEL program", { cause: error });
    throw error;
  }
}

function evaluated<T>(text: string, evaluate: () => T): T {
  try {
    return evaluate();
  } catch (error) {
    if (error instanceof CelEvaluationError) {
      throw new FluxEvaluationError(`failed to evaluate the CEL expression '${text}'`, { cause: error });
    }
    throw error;
  }
}
