import {
  compareSemver,
  ConstraintError,
  parseConstraint,
  parseSemver,
  parseStrictSemver,
  type Semver,
  SemverError,
} from "@weir/text";
import { ChartReferenceError } from "./chart-repository.ts";

/** What a version is chosen among. */
export interface Candidate {
  readonly version: string;
  /** RFC 3339: of equal versions the newest is taken. */
  readonly created?: string;
}

/** A version to the letter, but for a leading `v`; `undefined` for everything else. */
export function wholeVersion(text: string): Semver | undefined {
  try {
    parseStrictSemver(text.startsWith("v") ? text.slice(1) : text);
    return parseSemver(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

/**
 * The version that a range means, as Flux chooses it: the one that is written so, else the highest in the range; `*` and
 * nothing mean the highest release. `undefined` where there is none. Throws `ChartReferenceError` for what is no range.
 */
export function chooseVersion<Version extends Candidate>(
  versions: readonly Version[],
  range: string,
): Version | undefined {
  const exact = range === "" ? undefined : versions.find(({ version }) => version === range);
  if (exact !== undefined) return exact;
  const constraint = readRange(range === "" ? "*" : range);
  let best: { readonly version: Version; readonly parsed: Semver } | undefined;
  for (const version of versions) {
    const parsed = wholeVersion(version.version);
    if (parsed === undefined || !constraint.check(parsed)) continue;
    if (best === undefined || isBetter({ version, parsed }, best)) best = { version, parsed };
  }
  return best?.version;
}

interface Parsed {
  readonly version: Candidate;
  readonly parsed: Semver;
}

function isBetter(left: Parsed, right: Parsed): boolean {
  const order = compareSemver(left.parsed, right.parsed);
  return order > 0 || (order === 0 && momentOf(left.version) > momentOf(right.version));
}

function momentOf({ created = "" }: Candidate): number {
  const moment = Date.parse(created);
  return Number.isNaN(moment) ? -Infinity : moment;
}

function readRange(range: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(range);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new ChartReferenceError(error.message);
  }
}
