import {
  compareSemver,
  compileRegexp,
  ConstraintError,
  parseConstraint,
  parseSemver,
  type Semver,
  SemverError,
  sortAsGo,
  parseStrictSemver,
} from "@weir/text";
import { helmMediaTypes } from "../media-type.ts";
import { NoMatchingTagError } from "../oci-error.ts";
import { tagOfVersion, versionOfTag } from "./oci-reference.ts";

/** Which tag an OCIRepository wants. */
export interface TagRange {
  readonly semver: string;
  /** A regular expression that tags must match first. */
  readonly semverFilter?: string;
  /** Of the layer that is asked for: the tags of charts are versions with `_` for `+`. */
  readonly mediaType?: string;
}

/**
 * The tag with the highest version in a range, as Flux chooses it: tags that are no whole version are left out, and `v1.0.0`
 * is one. Throws `NoMatchingTagError`, `ConstraintError` and `RegexpSyntaxError`.
 */
export function chooseTag(
  tags: readonly string[],
  { semver, semverFilter = "", mediaType }: TagRange,
): string {
  const filter = semverFilter === "" ? undefined : compileRegexp(semverFilter);
  const isChart = mediaType === helmMediaTypes.chart;
  const candidates = filter === undefined ? tags : tags.filter((tag) => filter.matches(tag));
  const constraint = readRange(semver);
  const versions = candidates
    .map((tag) => wholeVersion(isChart ? versionOfTag(tag) : tag))
    .filter((version) => version !== undefined)
    .filter((version) => constraint.check(version));
  const [highest] = sortAsGo(versions, (left, right) => compareSemver(right, left) < 0);
  if (highest === undefined) throw new NoMatchingTagError(semver, `no match found for semver: ${semver}`);
  return isChart ? tagOfVersion(highest.original) : highest.original;
}

function readRange(semver: string): ReturnType<typeof parseConstraint> {
  try {
    return parseConstraint(semver);
  } catch (cause) {
    if (!(cause instanceof ConstraintError)) throw cause;
    throw new ConstraintError(`semver '${semver}' parse error`, { cause });
  }
}

function wholeVersion(text: string): Semver | undefined {
  try {
    parseStrictSemver(text.startsWith("v") ? text.slice(1) : text);
    return parseSemver(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

/**
 * The version of a chart among its tags, as helm chooses it: the tag that is exactly it, else the highest version in the
 * range; an empty range means the highest release. Throws `NoMatchingTagError` and `ConstraintError`.
 */
export function chooseChartVersion(tags: readonly string[], range: string): string {
  const versions = tags
    .map((tag) => strictVersion(versionOfTag(tag)))
    .filter((version) => version !== undefined);
  const sorted = sortAsGo(versions, (left, right) => compareSemver(right, left) < 0);
  if (sorted.length === 0) {
    throw new NoMatchingTagError(range, "unable to locate any tags in provided repository");
  }
  const exact = sorted.find(({ original }) => range !== "" && original === range);
  if (exact !== undefined) return exact.original;
  const constraint = parseConstraint(range === "" ? "*" : range);
  const found = sorted.find((version) => constraint.check(version));
  if (found === undefined) {
    throw new NoMatchingTagError(
      range,
      `could not locate a version matching provided version string ${range}`,
    );
  }
  return found.original;
}

function strictVersion(text: string): Semver | undefined {
  try {
    return parseStrictSemver(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}
