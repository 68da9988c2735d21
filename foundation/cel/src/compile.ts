import { CelCompileError, CelCostError, CelEvaluationError } from "./cel-error.ts";
import type { CelType } from "./cel-type.ts";
import { type Checked, check } from "./checker.ts";
import { estimateCost, type LargestSize } from "./cost/estimate-cost.ts";
import type { Environment } from "./environment.ts";
import { parse } from "./parser.ts";
import { plan, run } from "./program.ts";
import type { CostMeter } from "./scope.ts";
import { childrenOf, type Node, type Syntax } from "./syntax.ts";
import { validateLiterals } from "./validate-literals.ts";
import { CelFailure, type CelValue } from "./value.ts";

/** An expression that was found valid. */
export interface Expression {
  readonly text: string;
  /** The type of its value; absent where types are not checked. */
  readonly type?: CelType;
  /** The names that it reads, those of its own macros included. */
  readonly names: ReadonlySet<string>;
  /**
   * What one evaluation costs at most, in cel-go's units and by Kubernetes' table of functions. `largest` says how large
   * variables can be; what it does not know is without bound. Infinitely much is 2⁶⁴. Throws nothing; 0 where types are not
   * checked.
   */
  estimateCost(largest: LargestSize): number;
  /** Makes it ready to run. Throws `CelProgramError` where a constant part of it cannot be evaluated. */
  program(): Program;
}

/** An expression that is ready to run, any number of times. */
export interface Program {
  /**
   * Evaluates with values for the variables. Throws `CelEvaluationError` with cel-go's message, and `CelCostError` where
   * what it costs, by cel-go's count, passes what is left: that of one call in Kubernetes (1,000,000) by default.
   */
  evaluate(variables: Variables, cost?: CostMeter): CelValue;
  /** The same with what it costs; an evaluation that fails has a cost, too. At most `limit` is allowed. */
  measure(variables: Variables, limit?: number): Measured;
}

/** What the names of an expression stand for. What a variable throws ends the evaluation. */
export type Variables = (name: string) => CelValue | undefined;

/** What an evaluation came to, and its cost in cel-go's units. */
export type Measured =
  | { readonly kind: "value"; readonly value: CelValue; readonly cost: number }
  | { readonly kind: "failed"; readonly error: CelEvaluationError | CelCostError; readonly cost: number };

/** What one evaluation costs at most where its caller sets no limit: that of one call in Kubernetes. */
const COST_LIMIT = 1_000_000;

/** Parses an expression and checks it in an environment. Throws `CelCompileError`. */
export function compile(expression: string, environment: Environment): Expression {
  const parsed = parse(expression, environment.macros);
  if (parsed.kind === "invalid") throw new CelCompileError(expression, parsed.problems);
  const checked = environment.isChecked ? checkTypes(expression, parsed.syntax, environment) : undefined;
  return {
    text: expression,
    names: namesIn(parsed.syntax.root),
    ...(checked === undefined ? {} : { type: checked.root }),
    estimateCost: (largest) =>
      checked === undefined ? 0 : estimateCost(parsed.syntax.root, checked, largest),
    program: () => programOf(parsed.syntax, environment, checked),
  };
}

function namesIn(root: Node): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (node: Node): void => {
    if (node.kind === "ident") names.add(node.name);
    for (const child of childrenOf(node)) visit(child);
  };
  visit(root);
  return names;
}

function checkTypes(expression: string, syntax: Syntax, environment: Environment): Checked {
  const checked = check(syntax, environment);
  const problems =
    checked.problems.length > 0
      ? checked.problems
      : validateLiterals(syntax, checked, {
          constants: environment.checksConstants,
          dialect: environment.dialect,
        });
  if (problems.length > 0) throw new CelCompileError(expression, problems);
  return checked;
}

function programOf(syntax: Syntax, environment: Environment, checked: Checked | undefined): Program {
  const typeNames = new Set(environment.typeNames.keys());
  const program = plan(
    syntax.root,
    {
      functions: environment.functions,
      typeNames,
      findMessage: environment.findMessage,
      patterns: environment.patterns,
    },
    checked,
  );
  const evaluate: Program["evaluate"] = (variables, cost = { left: COST_LIMIT }) => {
    const value = run(program, { variables, cost });
    if (value instanceof CelFailure) throw new CelEvaluationError(value.message);
    return value;
  };
  return { evaluate, measure: (variables, limit = COST_LIMIT) => measure(evaluate, variables, limit) };
}

function measure(evaluate: Program["evaluate"], variables: Variables, limit: number): Measured {
  const meter = { left: limit };
  try {
    const value = evaluate(variables, meter);
    return { kind: "value", value, cost: limit - meter.left };
  } catch (error) {
    if (!(error instanceof CelEvaluationError || error instanceof CelCostError)) throw error;
    return { kind: "failed", error, cost: limit - meter.left };
  }
}
