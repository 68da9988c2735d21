import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError, type JsonValue, parseJson, writeJson } from "@weir/core";
import {
  compareSemver,
  formatSemver,
  incrementSemver,
  parseConstraint,
  parseSemver,
  parseStrictSemver,
  type Semver,
  sortSemver,
  tryParseSemver,
} from "@weir/text";
import type { Suite } from "../../src/suite.ts";

type RecordedCase =
  | { readonly t: "check"; readonly constraint: string; readonly version?: string }
  | { readonly t: "constraintString" | "constraintParse"; readonly constraint: string }
  | { readonly t: "parse" | "inc"; readonly in: string }
  | { readonly t: "compare"; readonly a: string; readonly b: string }
  | { readonly t: "sort"; readonly in: readonly string[] };

type Result = Readonly<Record<string, JsonValue>>;

function inputOf(recorded: RecordedCase): string {
  switch (recorded.t) {
    case "check":
      return `${JSON.stringify(recorded.constraint)} ${recorded.version ?? ""}`;
    case "constraintString":
    case "constraintParse":
      return JSON.stringify(recorded.constraint);
    case "compare":
      return `${recorded.a} ${recorded.b}`;
    case "sort":
      return `${recorded.in.length} versions`;
    default:
      return JSON.stringify(recorded.in);
  }
}

function replay(recorded: RecordedCase): Result {
  switch (recorded.t) {
    case "check":
      return orError(() => check(recorded.constraint, recorded.version));
    case "constraintString":
    case "constraintParse":
      return orError(() => ({ string: parseConstraint(recorded.constraint).toString() }));
    case "parse":
      return {
        ...parsed("loose", () => parseSemver(recorded.in)),
        ...parsed("strict", () => parseStrictSemver(recorded.in)),
      };
    case "compare": {
      const order = compareSemver(parseSemver(recorded.a), parseSemver(recorded.b));
      return { cmp: order, equal: order === 0 };
    }
    case "sort":
      return {
        out: sortSemver(recorded.in.flatMap((text) => tryParseSemver(text) ?? [])).map(
          (version) => version.original,
        ),
      };
    case "inc": {
      const version = parseSemver(recorded.in);
      const next = (part: "major" | "minor" | "patch"): string => incrementSemver(version, part).original;
      return { major: next("major"), minor: next("minor"), patch: next("patch") };
    }
  }
}

function check(text: string, versionText: string | undefined): Result {
  const constraint = parseConstraint(text);
  if (versionText === undefined) return {};
  const version = parseSemver(versionText);
  const errors = constraint.validate(version);
  return { ok: constraint.check(version), ...(errors.length === 0 ? {} : { errors }) };
}

function orError(act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    return { error: describeError(error) };
  }
}

function parsed(key: string, parse: () => Semver): Result {
  try {
    const version = parse();
    const { major, minor, patch, prerelease, metadata, original } = version;
    const text = formatSemver(version);
    return { [key]: { major, minor, patch, pre: prerelease, meta: metadata, original, string: text } };
  } catch (error) {
    return { [`${key}Error`]: describeError(error) };
  }
}

function canonical(value: JsonValue): JsonValue {
  if (typeof value === "number" || typeof value === "bigint") return BigInt(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item)]));
}

/** Masterminds' versions and constraints. */
export const suite: Suite = {
  name: "text/semver",
  async *run(corpus) {
    const recording = parseJson(readFileSync(join(corpus, "text/semver.json"), "utf8"));
    const { cases } = recording as unknown as { readonly cases: readonly (RecordedCase & Result)[] };
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${recorded.t} ${inputOf(recorded)}`;
      const result = replay(recorded);
      const given = Object.entries(recorded).filter(([key]) =>
        ["t", "constraint", "version", "a", "b", "in"].includes(key),
      );
      const got = writeJson(canonical({ ...Object.fromEntries(given), ...result }));
      const want = writeJson(canonical(recorded));
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
