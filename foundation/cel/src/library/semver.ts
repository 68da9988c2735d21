import { BOOL, type CelType, hidden, INT, STRING } from "../cel-type.ts";
import { type CelFunction, globalFunction, memberFunction } from "../function-table.ts";
import { CelFailure, CelObject, type CelValue } from "../value.ts";

export const SEMVER: CelType = hidden("kubernetes.Semver");

interface Version {
  readonly numbers: readonly bigint[];
  readonly prerelease: readonly string[];
  readonly text: string;
}

const NAMES = ["major", "minor", "patch"] as const;

/** Reads a version as `blang/semver` does, whose messages Kubernetes shows. */
// oxlint-disable-next-line complexity -- the checks of one parse, in the order of their messages
function parseVersion(text: string): Version | CelFailure {
  if (text === "") return new CelFailure("Version string empty");
  const parts = text.split(".");
  if (parts.length < 3) return new CelFailure("No Major.Minor.Patch elements found");
  const [major = "", minor = "", ...rest] = parts;
  const [, patch = "", prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+([^]*))?$/.exec(rest.join(".")) ?? [];
  const numbers: bigint[] = [];
  for (const [index, digits] of [major, minor, patch].entries()) {
    if (digits === "") return new CelFailure('strconv.ParseUint: parsing "": invalid syntax');
    if (!/^[0-9]+$/.test(digits))
      return new CelFailure(`Invalid character(s) found in ${NAMES[index]} number ${JSON.stringify(digits)}`);
    if (digits.length > 1 && digits.startsWith("0")) {
      return new CelFailure(
        `${titleOf(NAMES[index] ?? "")} number must not contain leading zeroes ${JSON.stringify(digits)}`,
      );
    }
    numbers.push(BigInt(digits));
  }
  for (const identifier of prerelease?.split(".") ?? []) {
    if (identifier === "") return new CelFailure("Prerelease is empty");
    if (/^0[0-9]+$/.test(identifier)) {
      return new CelFailure(
        `Numeric PreRelease version must not contain leading zeroes ${JSON.stringify(identifier)}`,
      );
    }
    if (!/^[0-9A-Za-z-]+$/.test(identifier))
      return new CelFailure(`Invalid character(s) found in prerelease ${JSON.stringify(identifier)}`);
  }
  for (const identifier of build?.split(".") ?? []) {
    if (identifier === "") return new CelFailure("Build meta data is empty");
    if (!/^[0-9A-Za-z-]+$/.test(identifier))
      return new CelFailure(`Invalid character(s) found in build meta data ${JSON.stringify(identifier)}`);
  }
  return { numbers, prerelease: prerelease?.split(".") ?? [], text };
}

function titleOf(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** Makes a loose version (`v1.2`, `01.2.3`) a strict one. */
function normalize(text: string): string | CelFailure {
  const [major = "", minor, ...rest] = text.replace(/^v/, "").split(".");
  const parts =
    minor === undefined ? [major] : rest.length === 0 ? [major, minor] : [major, minor, rest.join(".")];
  const trimmed = parts.map((part) =>
    part.length > 1 ? part.replace(/^0+(?=[0-9])/, "").replace(/^0*(?=[^0-9]|$)/, "0") : part,
  );
  if (trimmed.length < 3 && /[+-]/.test(trimmed.at(-1) ?? "")) {
    return new CelFailure("short version cannot contain PreRelease/Build meta data");
  }
  while (trimmed.length < 3) trimmed.push("0");
  return trimmed.join(".");
}

function read(text: string, isLoose: boolean): Version | CelFailure {
  const strict = isLoose ? normalize(text) : text;
  return strict instanceof CelFailure ? strict : parseVersion(strict);
}

function compareVersions(left: Version, right: Version): number {
  for (const [index, number] of left.numbers.entries()) {
    const other = right.numbers[index] ?? 0n;
    if (number !== other) return number < other ? -1 : 1;
  }
  if (left.prerelease.length === 0 || right.prerelease.length === 0) {
    return Math.sign(Number(left.prerelease.length === 0) - Number(right.prerelease.length === 0));
  }
  for (const [index, identifier] of left.prerelease.entries()) {
    const other = right.prerelease[index];
    const order = other === undefined ? 1 : compareIdentifiers(identifier, other);
    if (order !== 0) return order;
  }
  return left.prerelease.length < right.prerelease.length ? -1 : 0;
}

function compareIdentifiers(left: string, right: string): number {
  const areNumbers = [left, right].map((identifier) => /^[0-9]+$/.test(identifier));
  if (areNumbers[0] !== areNumbers[1]) return areNumbers[0] === true ? -1 : 1;
  if (areNumbers[0] === true)
    return Number(BigInt(left) > BigInt(right)) - Number(BigInt(left) < BigInt(right));
  return Number(left > right) - Number(left < right);
}

type SemverValue = CelObject<Version>;

function toVersion(text: string, isLoose = false): CelValue {
  const version = read(text, isLoose);
  if (version instanceof CelFailure) return version;
  return new CelObject(
    SEMVER.name,
    version,
    version.text,
    (left, right) => compareVersions(left, right) === 0,
  );
}

function isVersion(text: string, isLoose = false): CelValue {
  return !(read(text, isLoose) instanceof CelFailure);
}

function order(left: SemverValue, right: SemverValue): number {
  return compareVersions(left.content, right.content);
}

/** Kubernetes' functions of semantic versions. */
export const VERSIONS: readonly CelFunction[] = [
  globalFunction("semver", [[STRING], SEMVER, toVersion], [[STRING, BOOL], SEMVER, toVersion]),
  globalFunction("isSemver", [[STRING], BOOL, isVersion], [[STRING, BOOL], BOOL, isVersion]),
  ...NAMES.map((name, index) =>
    memberFunction(name, [[SEMVER], INT, ({ content }: SemverValue) => content.numbers[index] ?? 0n]),
  ),
  memberFunction("isGreaterThan", [
    [SEMVER, SEMVER],
    BOOL,
    (left: SemverValue, right: SemverValue) => order(left, right) > 0,
  ]),
  memberFunction("isLessThan", [
    [SEMVER, SEMVER],
    BOOL,
    (left: SemverValue, right: SemverValue) => order(left, right) < 0,
  ]),
  memberFunction("compareTo", [
    [SEMVER, SEMVER],
    INT,
    (left: SemverValue, right: SemverValue) => BigInt(order(left, right)),
  ]),
];
