/** A pattern that means the same to JavaScript and to RE2 on ASCII text, and that JavaScript's engine matches in few steps. */
export interface PlainPattern {
  readonly expression: RegExp;
  /** Longer texts could take the backtracking engine too long. */
  readonly longestText: number;
}

/** Steps that a backtracking engine may take on one text. */
const MAX_STEPS = 1_000_000;
const LONGEST_TEXT = 16 * 1024;
/** With a lower limit, hardly a text would be short enough. */
const SHORTEST_LIMIT = 16;
/** Longer patterns are rare, and may hold many alternatives. */
const LONGEST_PATTERN = 256;

const CLASS_ITEM = String.raw`(?:\\[dw]|\\[-\\\]\[^.$*+?(){}|/]|[A-Za-z](?:-[A-Za-z])?|[0-9](?:-[0-9])?|[ !"#%&'*+,./:;<=>?@_~$(){}|])`;
/** A class, a shorthand, an escaped sign or a sign that stands for itself, then how often it stands there. */
const PIECE = String.raw`(?:\[\^?-?${CLASS_ITEM}+-?\]|\\[dwDW]|\\[-.$*+?(){}|/\[\]^\\]|\.|[A-Za-z0-9 !"#%&',/:;<=>@_~-])(?<often>[*+?]|\{[0-9]{1,2}(?:,[0-9]{0,2})?\})?`;
/** What follows a group or a repetition must not repeat it. */
const NOT_REPEATED = "(?![*+?{])";
const TOKEN = new RegExp(
  String.raw`(?<open>\((?:\?:)?)|(?<close>\))${NOT_REPEATED}|\||\$$|${PIECE}${NOT_REPEATED}`,
  "y",
);
const RANGE = /[A-Za-z0-9]-[A-Za-z0-9]/g;

/**
 * Reads a pattern of literals, ASCII classes, repetitions of these and alternatives in groups that are not repeated.
 *
 * Undefined for every other one, whether it is right or wrong: RE2 then tells.
 */
export function plainPattern(pattern: string): PlainPattern | undefined {
  if (pattern.length > LONGEST_PATTERN) return undefined;
  const repetitions = countRepetitions(pattern);
  if (repetitions === undefined) return undefined;
  const alternatives = pattern.split("|").length - 1;
  // Each repetition, and each place to begin at, may be tried with each of the others; so may each alternative.
  const choices = repetitions + (pattern.startsWith("^") && alternatives === 0 ? 0 : 1);
  const steps = MAX_STEPS / 2 ** alternatives;
  const longestText = Math.min(LONGEST_TEXT, Math.floor(steps ** (1 / Math.max(1, choices))));
  if (longestText < SHORTEST_LIMIT) return undefined;
  return { expression: new RegExp(withoutDots(pattern), "g"), longestText };
}

/** How many pieces may stand there more or less often; undefined where the pattern is not plain. */
function countRepetitions(pattern: string): number | undefined {
  let repetitions = 0;
  let depth = 0;
  for (let at = pattern.startsWith("^") ? 1 : 0; at < pattern.length; ) {
    const token = tokenAt(pattern, at);
    if (token === undefined) return undefined;
    const { open, close, often } = token.groups ?? {};
    if (open !== undefined) depth++;
    if (close !== undefined && --depth < 0) return undefined;
    if (often !== undefined) repetitions++;
    at += token[0].length;
  }
  return depth === 0 ? repetitions : undefined;
}

function tokenAt(pattern: string, at: number): RegExpExecArray | undefined {
  TOKEN.lastIndex = at;
  const token = TOKEN.exec(pattern);
  if (token === null) return undefined;
  const often = token.groups?.["often"];
  if (often !== undefined && /^\{\d+,\d+\}$/.test(often) && descends(often)) return undefined;
  const ranges = token[0].startsWith("[") ? (token[0].match(RANGE) ?? []) : [];
  return ranges.every((range) => (range[0] ?? "") <= (range[2] ?? "")) ? token : undefined;
}

function descends(often: string): boolean {
  const [low = "", high = ""] = often.slice(1, -1).split(",");
  return Number(low) > Number(high);
}

/** With each `.` outside a class as what it is to RE2: it leaves out fewer line ends than JavaScript's. */
function withoutDots(pattern: string): string {
  return pattern.replace(/\\.|\[(?:\\.|[^\]])*\]|\./g, (part) => (part === "." ? "[^\\n]" : part));
}
