import { WeirError } from "@weir/core";
import { quoteGo } from "./quote.ts";
import { compareSemver, formatSemver, parseSemver, type Semver, SemverError } from "./semver.ts";
import { checkTerm, type ConstraintTerm, describeProblem, type Operator } from "./semver-term.ts";

/** A range of versions such as `>=1.2 <2 || ~3.1`. */
export interface Constraint {
  /** Whether a version lies in the range. */
  check(version: Semver): boolean;
  /** Why a version does not lie in the range, in Masterminds' words; empty for one that does. */
  validate(version: Semver): readonly string[];
  /** The range as it was written, but for white space, commas and hyphen ranges. */
  toString(): string;
}

/** How a constraint is applied. */
export interface ConstraintOptions {
  /** Lets prereleases in everywhere; without it only where the constraint itself names one. */
  readonly includePrereleases?: boolean;
}

/** A text is not a version constraint; worded as Masterminds' semver words it. */
export class ConstraintError extends WeirError {
  override readonly name = "ConstraintError";
  readonly reason = "InvalidVersionConstraint";
  readonly retry = "never";
}

/** Conditions that must hold together. */
interface Group {
  readonly terms: readonly ConstraintTerm[];
  readonly namesPrerelease: boolean;
}

/** A constraint is searched for ranges from each place; longer ones would take too long. */
const LONGEST_CONSTRAINT = 4096;

const SPACE = "[\\t\\n\\f\\r ]";
const NUMBERS = "v?([0-9|xX*]+)(\\.[0-9|xX*]+)?(\\.[0-9|xX*]+)?";
const PRERELEASE = "-[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const METADATA = "\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*";
const VERSION = `${NUMBERS}(${PRERELEASE})?(?:${METADATA})?`;
const OPERATOR = "!=|>=|=>|<=|=<|~>|=|>|<|~|\\^";

const TERM = new RegExp(`(?:(${OPERATOR})${SPACE}*)?(${VERSION})`, "y");
const SEPARATOR = new RegExp(`${SPACE}*,${SPACE}*|${SPACE}+`, "y");
const RANGE = new RegExp(`${SPACE}*(${VERSION})${SPACE}+-${SPACE}+(${VERSION})${SPACE}*`, "g");

/** Reads a constraint as Masterminds' `NewConstraint`. Throws `ConstraintError`. */
export function parseConstraint(text: string, options: ConstraintOptions = {}): Constraint {
  if (text.length > LONGEST_CONSTRAINT) {
    throw new ConstraintError(`constraint of more than ${LONGEST_CONSTRAINT} characters`);
  }
  const { includePrereleases = false } = options;
  const groups = rewriteRanges(text).split("||").map(parseGroup);
  const lets = (group: Group): boolean => includePrereleases || group.namesPrerelease;
  return {
    check: (version) =>
      groups.some((group) =>
        group.terms.every((term) => checkTerm(version, term, lets(group)) === undefined),
      ),
    validate: (version) => validate(version, groups, lets),
    toString: () =>
      groups.map(({ terms }) => terms.map(({ sign, text }) => sign + text).join(" ")).join(" || "),
  };
}

/** Turns `1.2 - 1.4` into `>= 1.2, <= 1.4 `; each range found replaces its first occurrence. */
function rewriteRanges(text: string): string {
  let rewritten = text;
  for (const found of text.matchAll(RANGE)) {
    const [range, from = ""] = found;
    const to = found[6] ?? "";
    rewritten = rewritten.replace(range, () => `>= ${from}, <= ${to} `);
  }
  return rewritten;
}

function parseGroup(text: string): Group {
  const texts = splitTerms(text);
  if (texts === undefined) throw new ConstraintError(`improper constraint: ${quoteGo(text)}`);
  const terms = texts.map(parseTerm);
  return { terms, namesPrerelease: terms.some(({ version }) => version.prerelease !== "") };
}

/** The matches of the terms of a group, or `undefined` where something else stands between them. */
function splitTerms(text: string): readonly RegExpExecArray[] | undefined {
  const term = new RegExp(TERM);
  const separator = new RegExp(SEPARATOR);
  const found: RegExpExecArray[] = [];
  const start = /[^\t\n\f\r ]/.exec(text)?.index ?? text.length;
  for (term.lastIndex = start; ; term.lastIndex = separator.lastIndex) {
    const match = term.exec(text);
    if (match === null) return undefined;
    found.push(match);
    if (term.lastIndex === text.length) return found;
    separator.lastIndex = term.lastIndex;
    const gap = separator.exec(text);
    if (gap === null) return undefined;
    if (separator.lastIndex === text.length) return gap[0].includes(",") ? undefined : found;
  }
}

function parseTerm(match: RegExpExecArray): ConstraintTerm {
  const [, sign = "", text = "", major = "", minor = "", patch = "", prerelease = ""] = match;
  const precision = precisionOf(major, minor.slice(1), patch.slice(1));
  const numbers = { none: "0.0.0", major: `${major}.0.0`, minor: `${major}${minor}.0`, full: "" }[precision];
  return {
    sign,
    operator: SIGNS[sign] ?? "equal",
    text,
    precision,
    version: termVersion(precision === "full" ? text : numbers + prerelease),
  };
}

const SIGNS: Readonly<Record<string, Operator>> = {
  "!=": "not-equal",
  ">": "greater",
  "<": "less",
  ">=": "greater-or-equal",
  "=>": "greater-or-equal",
  "<=": "less-or-equal",
  "=<": "less-or-equal",
  "~": "tilde",
  "~>": "tilde",
  "^": "caret",
};

function precisionOf(major: string, minor: string, patch: string): ConstraintTerm["precision"] {
  if (isWildcard(major)) return "none";
  if (isWildcard(minor)) return "major";
  return isWildcard(patch) ? "minor" : "full";
}

function isWildcard(part: string): boolean {
  return part === "" || part === "x" || part === "X" || part === "*";
}

function termVersion(text: string): Semver {
  try {
    return parseSemver(text);
  } catch (cause) {
    if (!(cause instanceof SemverError)) throw cause;
    // Masterminds hides why, and its text is the whole message.
    throw new ConstraintError("constraint parser error");
  }
}

function validate(
  version: Semver,
  groups: readonly Group[],
  lets: (group: Group) => boolean,
): readonly string[] {
  const problems: string[] = [];
  let saidPrerelease = false;
  for (const group of groups) {
    let holds = true;
    for (const term of group.terms) {
      const problem = checkTerm(version, term, lets(group));
      if (problem === undefined) continue;
      holds = false;
      // That the version is a prerelease is said once, not for each term.
      if (problem === "prerelease" && saidPrerelease) continue;
      saidPrerelease ||= problem === "prerelease";
      problems.push(describeProblem(problem, quoteGo(formatSemver(version)), quoteGo(term.text)));
    }
    if (holds) return [];
  }
  return problems;
}

/** The highest version of those that lie in the range; `undefined` where none does. Of equal ones the first counts. */
export function highestSemver(versions: Iterable<Semver>, constraint: Constraint): Semver | undefined {
  let best: Semver | undefined;
  for (const version of versions) {
    if (!constraint.check(version)) continue;
    if (best === undefined || compareSemver(version, best) > 0) best = version;
  }
  return best;
}
