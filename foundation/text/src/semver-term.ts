import { comparePrereleaseParts, compareSemver, type Semver } from "./semver.ts";

/** What a term asks of a version. */
export type Operator =
  | "equal"
  | "not-equal"
  | "greater"
  | "less"
  | "greater-or-equal"
  | "less-or-equal"
  | "tilde"
  | "caret";

/** One condition of a constraint. */
export interface ConstraintTerm {
  /** The operator as it was written; empty for none. */
  readonly sign: string;
  readonly operator: Operator;
  /** The version as it was written: `1.x`. */
  readonly text: string;
  /** How much of the version was said before the first wildcard; what is missing is zero in `version`. */
  readonly precision: "none" | "major" | "minor" | "full";
  readonly version: Semver;
}

const PROBLEMS = {
  prerelease: (version: string) =>
    `${version} is a prerelease version and the constraint is only looking for release versions`,
  equal: (version: string, wanted: string) => `${version} is equal to ${wanted}`,
  "not-equal": (version: string, wanted: string) => `${version} is not equal to ${wanted}`,
  "less-or-equal": (version: string, wanted: string) => `${version} is less than or equal to ${wanted}`,
  "greater-or-equal": (version: string, wanted: string) => `${version} is greater than or equal to ${wanted}`,
  less: (version: string, wanted: string) => `${version} is less than ${wanted}`,
  greater: (version: string, wanted: string) => `${version} is greater than ${wanted}`,
  major: (version: string, wanted: string) => `${version} does not have same major version as ${wanted}`,
  "major-minor": (version: string, wanted: string) =>
    `${version} does not have same major and minor version as ${wanted}`,
  minor: (version: string, wanted: string) => `${version} does not have same minor version as ${wanted}`,
  "minor-of-zero": (version: string, wanted: string) =>
    `${version} does not have same minor version as ${wanted}. Expected minor versions to match when constraint major version is 0`,
  patch: (version: string, wanted: string) =>
    `${version} does not equal ${wanted}. Expect version and constraint to equal when major and minor versions are 0`,
} as const;

/** Why a version fails a term. */
export type TermProblem = keyof typeof PROBLEMS;

/** The problem in Masterminds' words; version and wanted come quoted. */
export function describeProblem(problem: TermProblem, version: string, wanted: string): string {
  return PROBLEMS[problem](version, wanted);
}

type Check = (version: Semver, term: ConstraintTerm) => TermProblem | undefined;

const CHECKS: Readonly<Record<Operator, Check>> = {
  equal: (version, term) => {
    if (term.precision !== "full") return checkTilde(version, term);
    return compareSemver(version, term.version) === 0 ? undefined : "not-equal";
  },
  "not-equal": (version, term) => (differs(version, term) ? undefined : "equal"),
  greater: (version, term) => (isGreater(version, term) ? undefined : "less-or-equal"),
  less: (version, term) => (compareSemver(version, term.version) < 0 ? undefined : "greater-or-equal"),
  "greater-or-equal": (version, term) => (compareSemver(version, term.version) >= 0 ? undefined : "less"),
  "less-or-equal": (version, term) => (isAtMost(version, term) ? undefined : "greater"),
  tilde: checkTilde,
  caret: checkCaret,
};

/** Why the version fails the term; `undefined` if it does not. */
export function checkTerm(
  version: Semver,
  term: ConstraintTerm,
  letsPrereleases: boolean,
): TermProblem | undefined {
  if (version.prerelease !== "" && !letsPrereleases) return "prerelease";
  return CHECKS[term.operator](version, term);
}

function differs(version: Semver, { precision, version: wanted }: ConstraintTerm): boolean {
  if (precision === "full" || precision === "none") return compareSemver(version, wanted) !== 0;
  if (version.major !== wanted.major) return true;
  if (precision === "major") return false;
  if (version.minor !== wanted.minor) return true;
  return comparePrereleaseParts(version.prerelease, wanted.prerelease) !== 0;
}

/** `>1` starts at 2 and `>1.2` at 1.3, as a wildcard stands for everything below it. */
function isGreater(version: Semver, { precision, version: wanted }: ConstraintTerm): boolean {
  if (precision === "full" || precision === "none") return compareSemver(version, wanted) > 0;
  if (version.major !== wanted.major) return version.major > wanted.major;
  return precision === "minor" && version.minor > wanted.minor;
}

function isAtMost(version: Semver, { precision, version: wanted }: ConstraintTerm): boolean {
  if (precision === "full") return compareSemver(version, wanted) <= 0;
  if (version.major !== wanted.major) return version.major < wanted.major;
  return precision === "major" || version.minor <= wanted.minor;
}

function checkTilde(
  version: Semver,
  { precision, version: wanted }: ConstraintTerm,
): TermProblem | undefined {
  if (compareSemver(version, wanted) < 0) return "less";
  const isZero = wanted.major === 0n && wanted.minor === 0n && wanted.patch === 0n;
  // `~0.0.0` and a bare wildcard accept everything from there on.
  if (isZero && (precision === "full" || precision === "none")) return undefined;
  if (version.major !== wanted.major) return "major";
  return version.minor !== wanted.minor && precision !== "major" ? "major-minor" : undefined;
}

function checkCaret(
  version: Semver,
  { precision, version: wanted }: ConstraintTerm,
): TermProblem | undefined {
  if (compareSemver(version, wanted) < 0) return "less";
  if (wanted.major > 0n || precision === "major") return version.major === wanted.major ? undefined : "major";
  if (version.major > 0n) return "major";
  if (wanted.minor > 0n || precision === "minor") {
    return version.minor === wanted.minor ? undefined : "minor-of-zero";
  }
  if (version.minor > 0n) return "minor";
  return version.patch === wanted.patch ? undefined : "patch";
}
