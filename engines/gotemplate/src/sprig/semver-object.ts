import type { JsonValue } from "@weir/core";
import {
  compareSemver,
  formatSemver,
  GoCallError,
  type GoField,
  type GoFunction,
  GoObject,
  goInt,
  type GoValue,
  incrementSemver,
  parseSemver,
  type Semver,
  SemverError,
} from "@weir/text";

import { defineFunction } from "../define-function.ts";
import { nilDereference } from "./go-panic.ts";

/** A version that a template holds: Masterminds' `*semver.Version`, or a `semver.Version` that its methods return. */
export class SemverObject extends GoObject {
  readonly version: Semver;
  readonly kind: "ptr" | "struct";

  constructor(version: Semver, kind: "ptr" | "struct") {
    super();
    this.version = version;
    this.kind = kind;
  }

  get type(): string {
    return this.kind === "ptr" ? "*semver.Version" : "semver.Version";
  }

  override text(): string {
    return formatSemver(this.version);
  }

  override json(): JsonValue {
    return this.text();
  }

  override fields(): readonly GoField[] {
    const { major, minor, patch, prerelease, metadata, original } = this.version;
    const numbers = Object.entries({ major, minor, patch });
    const texts = Object.entries({ pre: prerelease, metadata, original });
    return [
      ...numbers.map(([name, value]) => ({ name, type: "uint64", value: goInt(value, "uint64") })),
      ...texts.map(([name, value]) => ({ name, type: "string", value })),
    ];
  }

  override method(name: string): GoFunction | undefined {
    const own = METHODS.get(name)?.(this.version);
    if (own !== undefined) return own;
    // The others take a pointer, which Go cannot make of a value.
    return this.kind === "ptr" ? POINTER_METHODS.get(name)?.(this.version) : undefined;
  }
}

/** Reads a version, however loosely it is written. Throws a `GoCallError`. */
export function semverOf(text: string): Semver {
  return asCallError(() => parseSemver(text));
}

function asCallError<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (error instanceof SemverError) throw new GoCallError(error.message, { cause: error });
    throw error;
  }
}

type Method = (version: Semver) => GoFunction;

function getter(
  name: string,
  type: "uint64" | "string",
  read: (version: Semver) => bigint | string,
): [string, Method] {
  return [name, (version) => defineFunction(name, [], type, () => read(version) as bigint & string)];
}

function increment(name: string, part: "major" | "minor" | "patch"): [string, Method] {
  return [
    name,
    (version) =>
      defineFunction(name, [], "semver.Version", () =>
        asCallError(() => new SemverObject(incrementSemver(version, part), "struct")),
      ),
  ];
}

/** A version with another prerelease or metadata: the text must be one that a version may have. */
function setter(name: string, mark: "-" | "+", field: "prerelease" | "metadata"): [string, Method] {
  const change = (version: Semver, text: string): GoValue => {
    if (text !== "") asCallError(() => parseStrict(`0.0.0${mark}${text}`, name));
    const next = { ...version, [field]: text };
    const prefix = version.original.startsWith("v") ? "v" : "";
    return new SemverObject({ ...next, original: prefix + formatSemver(next) }, "struct");
  };
  return [
    name,
    (version) => defineFunction(name, ["string"], "semver.Version", ([text]) => change(version, text)),
  ];
}

function parseStrict(text: string, name: string): Semver {
  try {
    return parseSemver(text);
  } catch (error) {
    if (!(error instanceof SemverError) || error.message !== "invalid semantic version") throw error;
    throw new SemverError(name === "SetMetadata" ? "invalid metadata string" : "invalid prerelease string");
  }
}

function comparison(name: string, holds: (order: number) => boolean): [string, Method] {
  return [
    name,
    (version) =>
      defineFunction(name, ["*semver.Version"], "bool", ([other]) => holds(compareWith(version, other))),
  ];
}

function compareWith(version: Semver, other: GoValue): number {
  if (!(other instanceof SemverObject)) throw nilDereference();
  return compareSemver(version, other.version);
}

const METHODS: ReadonlyMap<string, Method> = new Map([
  getter("String", "string", formatSemver),
  getter("Major", "uint64", ({ major }) => major),
  getter("Minor", "uint64", ({ minor }) => minor),
  getter("Patch", "uint64", ({ patch }) => patch),
  getter("Prerelease", "string", ({ prerelease }) => prerelease),
  getter("Metadata", "string", ({ metadata }) => metadata),
  increment("IncMajor", "major"),
  increment("IncMinor", "minor"),
  increment("IncPatch", "patch"),
  setter("SetPrerelease", "-", "prerelease"),
  setter("SetMetadata", "+", "metadata"),
]);

const POINTER_METHODS: ReadonlyMap<string, Method> = new Map([
  getter("Original", "string", ({ original }) => original),
  comparison("LessThan", (order) => order < 0),
  comparison("LessThanEqual", (order) => order <= 0),
  comparison("GreaterThan", (order) => order > 0),
  comparison("GreaterThanEqual", (order) => order >= 0),
  comparison("Equal", (order) => order === 0),
  [
    "Compare",
    (version) =>
      defineFunction("Compare", ["*semver.Version"], "int", ([other]) =>
        BigInt(Math.sign(compareWith(version, other))),
      ),
  ],
]);
