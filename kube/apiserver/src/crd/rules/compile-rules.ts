import {
  CelCompileError,
  CelProgramError,
  type CelType,
  compile,
  type Environment,
  type Expression,
  kubernetes,
  type LargestSize,
  optionalOf,
  type Program,
} from "@weir/cel";
import { type JsonValue, writeJson } from "@weir/core";
import {
  type CelRule,
  type FieldError,
  fieldChild,
  fieldIndex,
  fieldKey,
  findFieldByPath,
  invalidField,
  type SchemaNode,
} from "@weir/schema";
import { type Cardinality, cardinalityBelow, costInObject, RuleBudget } from "./rule-budget.ts";
import { largestWithin, sizeOfSchema } from "./schema-size.ts";
import { rootSchema, typeOfSchema } from "./schema-value.ts";

/** A rule that is ready to run. */
export interface CompiledRule {
  readonly rule: CelRule;
  readonly program: Program;
  readonly message: Program | undefined;
  readonly usesOldSelf: boolean;
  /** What the rule and its message cost at most, for the given sizes. */
  readonly cost: (largest: LargestSize) => { readonly rule: number; readonly message: number | undefined };
  /** Where its error is shown, below the node that has the rule. */
  readonly fieldPath: string;
}

/** What keeps a rule from being used. */
interface RuleProblem {
  readonly part: "rule" | "messageExpression";
  readonly detail: string;
}

type Compiled =
  | {
      readonly kind: "compiled";
      readonly rule: CompiledRule;
      /** A rule may be in order whose message is not. */
      readonly messageProblem: RuleProblem | undefined;
    }
  | { readonly kind: "invalid"; readonly problem: RuleProblem };

/** Compiles a rule in the words of the API server. */
function compileRule(rule: CelRule, schema: SchemaNode, type: CelType): Compiled {
  const environment = kubernetes([
    ["self", type],
    ["oldSelf", rule.optionalOldSelf === true ? optionalOf(type) : type],
  ]);
  const main = compilePart(rule.rule, environment, {
    part: "rule",
    prefix: "",
    kind: "bool",
    wrong: "cel expression must evaluate to a bool",
  });
  if ("detail" in main) return { kind: "invalid", problem: main };
  const { part: said, problem: messageProblem } = compileMessage(rule, environment);
  return {
    kind: "compiled",
    messageProblem,
    rule: {
      rule,
      program: main.program,
      message: said?.program,
      usesOldSelf: main.expression.names.has("oldSelf"),
      cost: (largest) => ({
        rule: main.expression.estimateCost(largest),
        message: said?.expression.estimateCost(largest),
      }),
      fieldPath: placeOf(rule, schema),
    },
  };
}

function compileMessage(
  { messageExpression = "" }: CelRule,
  environment: Environment,
): { readonly part: CompiledPart | undefined; readonly problem: RuleProblem | undefined } {
  if (messageExpression === "") return { part: undefined, problem: undefined };
  const part = compilePart(messageExpression, environment, {
    part: "messageExpression",
    prefix: "messageExpression ",
    kind: "string",
    wrong: "messageExpression must evaluate to a string",
  });
  return "detail" in part ? { part: undefined, problem: part } : { part, problem: undefined };
}

function placeOf({ fieldPath = "" }: CelRule, schema: SchemaNode): string {
  const place = fieldPath === "" ? undefined : findFieldByPath(schema, fieldPath);
  return place?.kind === "found" ? place.path : "";
}

interface CompiledPart {
  readonly expression: Expression;
  readonly program: Program;
}

interface PartRules {
  readonly part: RuleProblem["part"];
  readonly prefix: string;
  readonly kind: string;
  readonly wrong: string;
}

function compilePart(
  text: string,
  environment: Environment,
  { part, prefix, kind, wrong }: PartRules,
): CompiledPart | RuleProblem {
  try {
    const expression = compile(text, environment);
    if (expression.type?.kind !== kind) return { part, detail: wrong };
    return { expression, program: expression.program() };
  } catch (error) {
    if (error instanceof CelCompileError)
      return { part, detail: `${prefix}compilation failed: ${error.message}` };
    if (error instanceof CelProgramError)
      return { part, detail: `${prefix === "" ? "program " : prefix}instantiation failed: ${error.message}` };
    throw error;
  }
}

/** A schema with its rules, as far as there are any below it. */
export interface RuleTree {
  readonly schema: SchemaNode;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, RuleTree>;
  readonly additional: RuleTree | undefined;
  readonly items: RuleTree | undefined;
}

/** Compiles all rules of a schema that the API accepted; undefined where it has none. */
export function compileRules(schema: SchemaNode, isRoot = true): RuleTree | undefined {
  return treeOf(schema, isRoot);
}

function treeOf(node: SchemaNode, isRoot: boolean): RuleTree | undefined {
  const { additionalProperties, items: itemSchema } = node;
  const properties = new Map<string, RuleTree>();
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    const tree = treeOf(child, false);
    if (tree !== undefined) properties.set(name, tree);
  }
  const additional =
    typeof additionalProperties === "object" ? treeOf(additionalProperties, false) : undefined;
  const items = itemSchema && treeOf(itemSchema, false);
  const schema = isRoot ? rootSchema(node) : node;
  const rules = rulesOf(node, schema);
  if (rules.length === 0 && properties.size === 0 && additional === undefined && items === undefined)
    return undefined;
  return { schema, rules, properties, additional, items };
}

function rulesOf(node: SchemaNode, schema: SchemaNode): readonly CompiledRule[] {
  const type = typeOfSchema(schema);
  if (type === undefined) return [];
  return (node["x-kubernetes-validations"] ?? []).flatMap((rule) => {
    if (rule.rule.trim() === "") return [];
    const compiled = compileRule(rule, node, type);
    return compiled.kind === "compiled" ? [compiled.rule] : [];
  });
}

/**
 * What is wrong with the rules of a schema that is structural. Rules of a node are not looked at where its keywords, or
 * those of a node below it, are refused.
 */
export function ruleErrors(
  schema: SchemaNode,
  path: string,
  refused: readonly FieldError[] = [],
): readonly FieldError[] {
  const budget = new RuleBudget();
  const errors = errorsBelow(schema, {
    path,
    isRoot: true,
    uncorrelatable: undefined,
    cardinality: 1,
    budget,
    refused,
  });
  return [...errors, ...budget.errors(path)];
}

interface Below {
  readonly path: string;
  readonly isRoot: boolean;
  /** The list whose elements cannot be matched with older ones, if the node is within one. */
  readonly uncorrelatable: string | undefined;
  /** How often the node can stand in an object. */
  readonly cardinality: Cardinality;
  readonly budget: RuleBudget;
  readonly refused: readonly FieldError[];
}

function errorsBelow(node: SchemaNode, below: Below): readonly FieldError[] {
  const { path, uncorrelatable, budget, refused } = below;
  const { additionalProperties, items } = node;
  const errors: FieldError[] = [];
  const cardinality = cardinalityBelow(node, below.cardinality);
  const within = (child: string, outside = uncorrelatable): Below => ({
    path: child,
    isRoot: false,
    uncorrelatable: outside,
    cardinality,
    budget,
    refused,
  });
  if (typeof additionalProperties === "object") {
    errors.push(...errorsBelow(additionalProperties, within(fieldChild(path, "additionalProperties"))));
  }
  for (const [name, child] of Object.entries(node.properties ?? {})) {
    errors.push(...errorsBelow(child, within(fieldKey(fieldChild(path, "properties"), name))));
  }
  if (items !== undefined) {
    const isMap = node["x-kubernetes-list-type"] === "map";
    const place = fieldChild(path, "items");
    errors.push(...errorsBelow(items, within(place, isMap ? uncorrelatable : (uncorrelatable ?? path))));
  }
  errors.push(...ownErrors(node, below));
  return errors;
}

function ownErrors(node: SchemaNode, below: Below): readonly FieldError[] {
  const { path, isRoot, uncorrelatable, refused } = below;
  const rules = node["x-kubernetes-validations"] ?? [];
  if (rules.length === 0 || refused.some(({ field }) => field.startsWith(path))) return [];
  const type = typeOfSchema(isRoot ? rootSchema(node) : node);
  if (type === undefined) return [];
  return rules.flatMap((rule, index) => {
    if (rule.rule.trim() === "") return [];
    const place = fieldIndex(fieldChild(path, "x-kubernetes-validations"), index);
    const compiled = compileRule(rule, node, type);
    if (compiled.kind === "invalid") {
      const { part, detail } = compiled.problem;
      return [invalidRule(fieldChild(place, part), rule, detail)];
    }
    const { messageProblem } = compiled;
    const wrongMessage =
      messageProblem === undefined
        ? []
        : [invalidRule(fieldChild(place, messageProblem.part), rule, messageProblem.detail)];
    const [dear, dearMessage] = costErrors(compiled.rule, node, { ...below, path: place });
    return [...dear, ...wrongMessage, ...dearMessage, ...oldSelfErrors(compiled.rule, place, uncorrelatable)];
  });
}

/** What a rule and its message cost too much, each by itself. A message is made once for an object. */
function costErrors(
  rule: CompiledRule,
  node: SchemaNode,
  { path, isRoot, cardinality, budget }: Below,
): readonly [rule: readonly FieldError[], message: readonly FieldError[]] {
  const size = sizeOfSchema(node, isRoot);
  if (size === undefined) return [[], []];
  const { rule: cost, message } = rule.cost(largestWithin(size));
  const whole = costInObject(cost, cardinality, size);
  return [
    budget.spend(fieldChild(path, "rule"), whole, "estimated rule cost"),
    message === undefined
      ? []
      : budget.spend(fieldChild(path, "messageExpression"), message, "estimated messageExpression cost"),
  ];
}

function oldSelfErrors(
  { rule, usesOldSelf }: CompiledRule,
  place: string,
  uncorrelatable: string | undefined,
): readonly FieldError[] {
  if (!usesOldSelf) {
    if (rule.optionalOldSelf === undefined) return [];
    const detail = "may not be set if oldSelf is not used in rule";
    return [invalidField(fieldChild(place, "optionalOldSelf"), rule.optionalOldSelf, detail)];
  }
  if (uncorrelatable === undefined) return [];
  const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${uncorrelatable}`;
  return [invalidField(fieldChild(place, "rule"), rule.rule, detail)];
}

/** Shows a refused rule as the API server does: as Go's struct, in the order of its fields. */
function invalidRule(path: string, rule: CelRule, detail: string): FieldError {
  const {
    message = "",
    messageExpression = "",
    reason = null,
    fieldPath = "",
    optionalOldSelf = null,
  } = rule;
  const fields: ReadonlyArray<readonly [string, JsonValue]> = [
    ["Rule", rule.rule],
    ["Message", message],
    ["MessageExpression", messageExpression],
    ["Reason", reason],
    ["FieldPath", fieldPath],
    ["OptionalOldSelf", optionalOldSelf],
  ];
  const shown = fields.map(([name, value]) => `"${name}":${goJson(value)}`).join(",");
  return {
    ...invalidField(path, null, detail),
    badValue: Object.fromEntries(fields),
    message: `Invalid value: {${shown}}: ${detail}`,
  };
}

/** Go's encoder escapes what would mean something in HTML. */
function goJson(value: JsonValue): string {
  return writeJson(value).replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
