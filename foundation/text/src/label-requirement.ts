import { compareUtf8, WeirError, writeJson } from "@weir/core";
import { labelKeyProblems, labelValueProblems } from "./label-syntax.ts";
import { quoteGo } from "./quote.ts";

/** How a requirement relates a label to its values, in the words of apimachinery's selection package. */
export type LabelOperator = "=" | "==" | "!=" | "in" | "notin" | "exists" | "!" | "gt" | "lt";

/** One condition on one label. */
export interface LabelRequirement {
  readonly key: string;
  readonly operator: LabelOperator;
  readonly values: readonly string[];
}

/** A label selector cannot be read; the message is worded as apimachinery words it. */
export class LabelSelectorError extends WeirError {
  override readonly name = "LabelSelectorError";
  readonly reason = "InvalidLabelSelector";
  readonly retry = "never";
}

/** The labels of an object; `undefined` for one without. */
export type Labels = Readonly<Record<string, string>> | undefined;

/** Throws unless key, operator and values fit together. */
export function checkRequirement({ key, operator, values }: LabelRequirement): void {
  const problems = [...keyProblem(key, "key"), ...arityProblems(operator, values)];
  for (const [index, value] of values.entries()) {
    const found = labelValueProblems(value);
    if (found.length > 0)
      problems.push(invalid(`values[${index}][${key}]`, quoteGo(value), found.join("; ")));
  }
  const distinct = [...new Set(problems)];
  if (distinct.length === 1) throw new LabelSelectorError(distinct[0] ?? "");
  if (distinct.length > 1) throw new LabelSelectorError(`[${distinct.join(", ")}]`);
}

/** A key's problems joined into one error, or none; `path` is where the key stands. */
export function keyProblem(key: string, path: string): readonly string[] {
  const found = labelKeyProblems(key);
  return found.length === 0 ? [] : [invalid(path, quoteGo(key), found.join("; "))];
}

const MUST_HAVE_VALUES = "for 'in', 'notin' operators, values set can't be empty";
const MUST_HAVE_ONE = "exact-match compatibility requires one single value";
const MUST_HAVE_NONE = "values set must be empty for exists and does not exist";

/** How many values an operator takes, and what Kubernetes says of any other number. */
const ARITIES: Readonly<
  Record<LabelOperator, { readonly least: number; readonly most: number; readonly rule: string }>
> = {
  in: { least: 1, most: Number.POSITIVE_INFINITY, rule: MUST_HAVE_VALUES },
  notin: { least: 1, most: Number.POSITIVE_INFINITY, rule: MUST_HAVE_VALUES },
  "=": { least: 1, most: 1, rule: MUST_HAVE_ONE },
  "==": { least: 1, most: 1, rule: MUST_HAVE_ONE },
  "!=": { least: 1, most: 1, rule: MUST_HAVE_ONE },
  exists: { least: 0, most: 0, rule: MUST_HAVE_NONE },
  "!": { least: 0, most: 0, rule: MUST_HAVE_NONE },
  gt: { least: 1, most: 1, rule: "for 'Gt', 'Lt' operators, exactly one value is required" },
  lt: { least: 1, most: 1, rule: "for 'Gt', 'Lt' operators, exactly one value is required" },
};

function arityProblems(operator: LabelOperator, values: readonly string[]): string[] {
  const { least, most, rule } = ARITIES[operator];
  // Go prints a list without values as null, as it was never allocated.
  const shown = values.length === 0 ? "null" : writeJson(values);
  const problems = values.length < least || values.length > most ? [invalid("values", shown, rule)] : [];
  return operator === "gt" || operator === "lt" ? [...problems, ...boundProblems(values)] : problems;
}

function boundProblems(values: readonly string[]): string[] {
  const rule = "for 'Gt', 'Lt' operators, the value must be an integer";
  return [...values.entries()]
    .filter(([, value]) => parseInt64(value) === undefined)
    .map(([index, value]) => invalid(`values[${index}]`, quoteGo(value), rule));
}

function invalid(path: string, value: string, problem: string): string {
  return `${path}: Invalid value: ${value}: ${problem}`;
}

type Question = (value: string | undefined, wanted: readonly string[]) => boolean;

const isOneOf: Question = (value, wanted) => value !== undefined && wanted.includes(value);
const isNoneOf: Question = (value, wanted) => !isOneOf(value, wanted);
const isBeyond =
  (compare: (value: bigint, bound: bigint) => boolean): Question =>
  (value = "", [bound = ""]) => {
    const [left, right] = [parseInt64(value), parseInt64(bound)];
    return left !== undefined && right !== undefined && compare(left, right);
  };

const QUESTIONS: Readonly<Record<LabelOperator, Question>> = {
  "=": isOneOf,
  "==": isOneOf,
  in: isOneOf,
  "!=": isNoneOf,
  notin: isNoneOf,
  exists: (value) => value !== undefined,
  "!": (value) => value === undefined,
  gt: isBeyond((value, bound) => value > bound),
  lt: isBeyond((value, bound) => value < bound),
};

/** Whether an object's labels meet the requirement. */
export function meetsRequirement({ key, operator, values }: LabelRequirement, labels: Labels): boolean {
  const value = labels !== undefined && Object.hasOwn(labels, key) ? labels[key] : undefined;
  return QUESTIONS[operator](value, values);
}

/** Writes a requirement as a selector's part, values sorted. */
export function formatRequirement({ key, operator, values }: LabelRequirement): string {
  const joined = [...values].sort(compareUtf8).join(",");
  switch (operator) {
    case "=":
    case "==":
    case "!=":
      return `${key}${operator}${joined}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${joined})`;
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "gt":
      return `${key}>${joined}`;
    case "lt":
      return `${key}<${joined}`;
  }
}

/** Reads a decimal integer of 64 bits as Go's `strconv.ParseInt`; `undefined` for anything else. */
function parseInt64(text: string): bigint | undefined {
  const [, sign = "", digits = ""] = /^([+-]?)0*([0-9]+)$/.exec(text) ?? [];
  if (digits === "" || digits.length > 19) return undefined;
  const value = sign === "-" ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
