import { compileRegexp, RegexpSyntaxError } from "@weir/text";
import { type CelType, describeType, isSameType, withinOptional } from "./cel-type.ts";
import type { Checked } from "./checker.ts";
import { durationOfText, timestampOfText } from "./library/conversions.ts";
import { type Clause, expand, type FormatDialect, wrongOperand } from "./library/string-format.ts";
import type { Problem } from "./source-text.ts";
import { type CallNode, childrenOf, type ListNode, type MapNode, type Node, type Syntax } from "./syntax.ts";
import { CelFailure } from "./value.ts";

/** Finds what the types allow and cel-go's validators refuse: bad constants, and lists and maps of mixed types. */
export function validateLiterals(
  syntax: Syntax,
  checked: Checked,
  rules: { readonly constants: boolean; readonly dialect: FormatDialect },
): readonly Problem[] {
  const problems: Problem[] = [];
  const report = (id: number, message: string): void => {
    problems.push({ offset: syntax.offsets.get(id) ?? 0, message });
  };
  const visit = (node: Node, isFormatted: boolean): void => {
    if (node.kind === "call") {
      if (rules.constants) checkConstant(node, report);
      if (node.name === "format" && node.target !== undefined)
        checkFormat(node, checked, rules.dialect, report);
    }
    if (node.kind === "list" && !isFormatted) checkList(node, checked, report);
    if (node.kind === "map" && !isFormatted) checkMap(node, checked, report);
    const isWithin = isFormatted || (node.kind === "call" && node.name === "format");
    for (const child of childrenOf(node)) visit(child, isWithin);
  };
  visit(syntax.root, false);
  return problems;
}

type Report = (id: number, message: string) => void;

function checkConstant({ name, args }: CallNode, report: Report): void {
  const argument = args.at(-1);
  if (argument?.kind !== "literal" || typeof argument.value !== "string") return;
  const text = argument.value;
  const isInvalid =
    (name === "duration" && durationOfText(text) instanceof CelFailure) ||
    (name === "timestamp" && timestampOfText(text) instanceof CelFailure) ||
    (name === "matches" && !isPattern(text));
  if (isInvalid) report(argument.id, `invalid ${name} argument`);
}

function isPattern(text: string): boolean {
  try {
    compileRegexp(text);
    return true;
  } catch (error) {
    if (error instanceof RegexpSyntaxError) return false;
    throw error;
  }
}

function mismatch(expected: CelType, found: CelType): string {
  return `expected type '${describeType(expected)}' but found '${describeType(found)}'`;
}

function checkList(node: ListNode, { types }: Checked, report: Report): void {
  let expected: CelType | undefined;
  for (const [index, element] of node.elements.entries()) {
    const given = types.get(element.id);
    const type = given && node.optional.has(index) ? (withinOptional(given) ?? given) : given;
    if (type === undefined) continue;
    expected ??= type;
    if (isSameType(expected, type)) continue;
    report(element.id, mismatch(expected, type));
    return;
  }
}

function checkMap(node: MapNode, { types }: Checked, report: Report): void {
  let expected: { readonly key: CelType; readonly value: CelType } | undefined;
  for (const entry of node.entries) {
    const key = types.get(entry.key.id);
    const given = types.get(entry.value.id);
    const value = given && entry.isOptional ? (withinOptional(given) ?? given) : given;
    if (key === undefined || value === undefined) continue;
    expected ??= { key, value };
    if (!isSameType(expected.key, key)) report(entry.key.id, mismatch(expected.key, key));
    if (!isSameType(expected.value, value)) report(entry.value.id, mismatch(expected.value, value));
  }
}

const OPERANDS: Readonly<Record<string, readonly string[]>> = {
  d: ["int", "uint"],
  f: ["double", "string"],
  e: ["double", "string"],
  b: ["int", "uint", "bool"],
  x: ["int", "uint", "string", "bytes"],
  X: ["int", "uint", "string", "bytes"],
  o: ["int", "uint"],
  s: [
    "list",
    "map",
    "int",
    "uint",
    "double",
    "bool",
    "string",
    "timestamp",
    "bytes",
    "duration",
    "type",
    "null",
  ],
};
const REALS = ["int", "uint", "double"];

function operandsOf(verb: string, dialect: FormatDialect): readonly string[] {
  if (dialect === "plain" && verb === "d") return REALS;
  if (dialect === "plain" && (verb === "f" || verb === "e")) return [...REALS, "string"];
  return OPERANDS[verb] ?? [];
}

interface WrongOperand {
  readonly id: number;
  readonly message: string;
}

function checkFormat(node: CallNode, { types }: Checked, dialect: FormatDialect, report: Report): void {
  const { target, args } = node;
  const [list] = args;
  if (
    target?.kind !== "literal" ||
    typeof target.value !== "string" ||
    list?.kind !== "list" ||
    args.length !== 1
  )
    return;
  let used = 0;
  const write = ({ verb }: Clause, index: number): string | WrongOperand => {
    used = index + 1;
    const operand = list.elements[index];
    const type = operand && types.get(operand.id);
    if (operand === undefined || type === undefined || type.kind === "dyn") return "";
    if (operandsOf(verb, dialect).includes(type.kind)) return "";
    return { id: operand.id, message: wrongOperand(verb, type.name, dialect).message };
  };
  const result = expand<WrongOperand>(target.value, { has: () => true, size: list.elements.length, write });
  if (typeof result !== "string") report(result instanceof CelFailure ? node.id : result.id, result.message);
  else if (list.elements.length > used) {
    report(
      node.id,
      `too many arguments supplied to string.format (expected ${used}, got ${list.elements.length})`,
    );
  }
}
