import { CelCompileError, CelEvaluationError } from "./cel-error.ts";
import type { CelType } from "./cel-type.ts";
import { type Checked, check } from "./checker.ts";
import { estimateCost, type LargestSize } from "./cost/estimate-cost.ts";
import type { Environment } from "./environment.ts";
import { parse } from "./parser.ts";
import { plan, run } from "./program.ts";
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
   * the cost (one for each step, ten for a list, thirty for a map) passes the limit.
   */
  evaluate(variables: (name: string) => CelValue | undefined, cost?: { left: number }): CelValue;
}

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
  return {
    evaluate: (variables, cost = { left: COST_LIMIT }) => {
      const value = run(program, { variables, cost });
      if (value instanceof CelFailure) throw new CelEvaluationError(value.message);
      return value;
    },
  };
}
