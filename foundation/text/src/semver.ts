import { WeirError } from "@weir/core";
import { quoteGo } from "./quote.ts";
import { sortAsGo } from "./unstable-sort.ts";

/** A semantic version; the numbers are `bigint` because each may have 64 bits. */
export interface Semver {
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** What stands behind the hyphen; empty for a release. */
  readonly prerelease: string;
  /** What stands behind the plus; ignored when versions are compared. */
  readonly metadata: string;
  /** The text that was read, a leading `v` included. */
  readonly original: string;
}

/** A text is not a semantic version; worded as Masterminds' semver words it. */
export class SemverError extends WeirError {
  override readonly name = "SemverError";
  readonly reason = "InvalidVersion";
  readonly retry = "never";
}

/** Longest text that is looked at; a Git reference or a registry's tag is far shorter. */
const LONGEST_VERSION = 4096;
const LARGEST_SEGMENT = 2n ** 64n - 1n;

const NUMBER = /^[0-9]*$/;
const IDENTIFIER = /^[0-9A-Za-z-]*$/;
const LOOSE =
  /^v?([0-9]+)(\.[0-9]+)?(\.[0-9]+)?(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?$/;

/**
 * Reads a version as Masterminds' `NewVersion`: a leading `v`, missing numbers and leading zeros are allowed.
 *
 * Throws `SemverError`.
 */
export function parseSemver(text: string): Semver {
  const found = text.length > LONGEST_VERSION ? null : LOOSE.exec(text);
  if (found === null) throw new SemverError("invalid semantic version");
  const [, major = "", minor = ".0", patch = ".0", prerelease = "", metadata = ""] = found;
  const version = {
    major: looseSegment(major),
    minor: looseSegment(minor.slice(1)),
    patch: looseSegment(patch.slice(1)),
    prerelease,
    metadata,
    original: text,
  };
  if (prerelease !== "") checkPrerelease(prerelease);
  return version;
}

/** As `parseSemver`; `undefined` for what is not a version. For lists of tags, most of which may be something else. */
export function tryParseSemver(text: string): Semver | undefined {
  try {
    return parseSemver(text);
  } catch (error) {
    if (error instanceof SemverError) return undefined;
    throw error;
  }
}

/** Reads a version to the letter of the specification, as Masterminds' `StrictNewVersion`. Throws `SemverError`. */
export function parseStrictSemver(text: string): Semver {
  if (text === "") throw new SemverError("version string empty");
  const [major, rest] = text.length > LONGEST_VERSION ? [text] : cut(text, ".");
  const [minor, last] = cut(rest ?? "", ".");
  if (last === undefined) throw new SemverError("invalid semantic version");
  const [beforeMetadata, metadata] = cut(last, "+");
  if (metadata !== undefined) checkMetadata(metadata);
  const [patch, prerelease] = cut(beforeMetadata, "-");
  if (prerelease !== undefined) checkPrerelease(prerelease);
  for (const digits of [major, minor, patch]) checkStrictSegment(digits);
  return {
    major: segment(major),
    minor: segment(minor),
    patch: segment(patch),
    prerelease: prerelease ?? "",
    metadata: metadata ?? "",
    original: text,
  };
}

function checkStrictSegment(digits: string): void {
  if (!NUMBER.test(digits)) throw new SemverError("invalid characters in version");
  if (digits.length > 1 && digits.startsWith("0")) throw new SemverError("version segment starts with 0");
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function looseSegment(digits: string): bigint {
  try {
    return segment(digits);
  } catch (cause) {
    throw new SemverError("error parsing version segment", { cause });
  }
}

function segment(digits: string): bigint {
  const problem = (text: string): SemverError =>
    new SemverError(`strconv.ParseUint: parsing ${quoteGo(digits)}: ${text}`);
  if (digits === "") throw problem("invalid syntax");
  const value = BigInt(digits);
  if (value > LARGEST_SEGMENT) throw problem("value out of range");
  return value;
}

function checkPrerelease(text: string): void {
  for (const part of text.split(".")) {
    if (part === "" || !IDENTIFIER.test(part)) throw new SemverError("invalid prerelease string");
    if (part.length > 1 && part.startsWith("0") && NUMBER.test(part)) {
      throw new SemverError("version segment starts with 0");
    }
  }
}

function checkMetadata(text: string): void {
  for (const part of text.split(".")) {
    if (part === "" || !IDENTIFIER.test(part)) throw new SemverError("invalid metadata string");
  }
}

/** Writes a version in full and without a leading `v`. */
export function formatSemver({ major, minor, patch, prerelease, metadata }: Semver): string {
  const suffix = (mark: string, text: string): string => (text === "" ? "" : mark + text);
  return `${major}.${minor}.${patch}${suffix("-", prerelease)}${suffix("+", metadata)}`;
}

/** Negative, zero or positive by the specification's precedence; metadata does not count. */
export function compareSemver(left: Semver, right: Semver): number {
  return (
    compareNumbers(left.major, right.major) ||
    compareNumbers(left.minor, right.minor) ||
    compareNumbers(left.patch, right.patch) ||
    comparePrereleases(left.prerelease, right.prerelease)
  );
}

function compareNumbers(left: bigint, right: bigint): number {
  return left === right ? 0 : left < right ? -1 : 1;
}

function comparePrereleases(left: string, right: string): number {
  if (left === right) return 0;
  if (left === "") return 1;
  return right === "" ? -1 : comparePrereleaseParts(left, right);
}

/** Compares prereleases as they stand: an empty one is the least, where a version without one is the greatest. */
export function comparePrereleaseParts(left: string, right: string): number {
  const lefts = left.split(".");
  const rights = right.split(".");
  for (let index = 0; index < Math.max(lefts.length, rights.length); index++) {
    const order = comparePart(lefts[index] ?? "", rights[index] ?? "");
    if (order !== 0) return order;
  }
  return 0;
}

function comparePart(left: string, right: string): number {
  if (left === right) return 0;
  if (left === "") return -1;
  if (right === "") return 1;
  const leftNumber = partNumber(left);
  const rightNumber = partNumber(right);
  if (leftNumber === undefined && rightNumber === undefined) return left > right ? 1 : -1;
  if (rightNumber === undefined) return -1;
  if (leftNumber === undefined) return 1;
  return leftNumber > rightNumber ? 1 : -1;
}

/** Digits beyond 64 bits count as text. */
function partNumber(part: string): bigint | undefined {
  if (!NUMBER.test(part)) return undefined;
  const value = BigInt(part);
  return value > LARGEST_SEGMENT ? undefined : value;
}

/** Sorts ascending; equal versions stand where Masterminds' `Collection` and Go's sort leave them. */
export function sortSemver(versions: readonly Semver[]): Semver[] {
  return sortAsGo(versions, (left, right) => compareSemver(left, right) < 0);
}

/**
 * The next major, minor or patch version, without prerelease and metadata; a leading `v` of the original is kept there.
 *
 * The next patch version of a prerelease is its release. Throws `SemverError` beyond 64 bits.
 */
export function incrementSemver(version: Semver, part: "major" | "minor" | "patch"): Semver {
  const { major, minor, patch, prerelease } = version;
  const next = { ...version, prerelease: "", metadata: "" };
  if (part === "major") Object.assign(next, { major: successor(major, part), minor: 0n, patch: 0n });
  if (part === "minor") Object.assign(next, { minor: successor(minor, part), patch: 0n });
  if (part === "patch" && prerelease === "") Object.assign(next, { patch: successor(patch, part) });
  const prefix = version.original.startsWith("v") ? "v" : "";
  return { ...next, original: prefix + formatSemver(next) };
}

function successor(value: bigint, part: string): bigint {
  if (value === LARGEST_SEGMENT) throw new SemverError(`${part} version increment would overflow uint64`);
  return value + 1n;
}
