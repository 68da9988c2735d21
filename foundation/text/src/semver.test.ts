import { describeError } from "@weir/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compareSemver,
  formatSemver,
  highestSemver,
  incrementSemver,
  parseConstraint,
  parseSemver,
  parseStrictSemver,
  sortSemver,
  tryParseSemver,
} from "./index.ts";

fc.configureGlobal({ seed: 1 });

const anyNumber = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const anyIdentifier = fc.oneof(
  fc.stringMatching(/^[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*$/),
  fc.nat().map(String),
);
const anyVersion = fc
  .tuple(anyNumber, anyNumber, anyNumber, fc.array(anyIdentifier, { maxLength: 3 }), fc.boolean())
  .map(([major, minor, patch, pre, hasMetadata]) => {
    const suffix = pre.length === 0 ? "" : `-${pre.join(".")}`;
    return `${major}.${minor}.${patch}${suffix}${hasMetadata ? "+b.01" : ""}`;
  });

function failureOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return describeError(error);
  }
  return "";
}

describe("versions", () => {
  test("are read strictly and loosely with the same result", () => {
    fc.assert(
      fc.property(anyVersion, (text) => {
        expect(parseSemver(text)).toEqual(parseStrictSemver(text));
        expect(formatSemver(parseSemver(text))).toBe(text);
        expect(formatSemver(parseSemver(`v${text}`))).toBe(text);
      }),
    );
  });

  test("have a total order that metadata does not touch", () => {
    fc.assert(
      fc.property(anyVersion, anyVersion, anyVersion, (a, b, c) => {
        const [x, y, z] = [parseSemver(a), parseSemver(b), parseSemver(c)];
        expect(Math.sign(compareSemver(x, y))).toBe(-Math.sign(compareSemver(y, x)) + 0);
        if (compareSemver(x, y) <= 0 && compareSemver(y, z) <= 0)
          expect(compareSemver(x, z)).toBeLessThanOrEqual(0);
        expect(compareSemver(x, { ...x, metadata: "other" })).toBe(0);
      }),
    );
  });

  test("grow when a part is incremented", () => {
    fc.assert(
      fc.property(
        anyVersion,
        fc.constantFrom("major" as const, "minor" as const, "patch" as const),
        (text, part) => {
          const version = parseSemver(text);
          fc.pre(version[part] < 2n ** 64n - 1n);
          expect(compareSemver(incrementSemver(version, part), version)).toBeGreaterThan(0);
        },
      ),
    );
    const largest = parseSemver("18446744073709551615.0.0");
    expect(failureOf(() => incrementSemver(largest, "major"))).toContain("would overflow");
  });

  test("order prereleases as the specification's own example does", () => {
    const order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2"];
    order.push("1.0.0-beta.11", "1.0.0-rc.1", "1.0.0");
    expect(sortSemver(order.toReversed().map(parseSemver)).map(formatSemver)).toEqual(order);
  });

  test("of absurd length are refused at once", () => {
    expect(tryParseSemver(`1.${"1".repeat(1_000_000)}`)).toBeUndefined();
    expect(failureOf(() => parseStrictSemver("1.1.".repeat(1_000_000)))).toBe("invalid semantic version");
  });
});

describe("constraints", () => {
  test.each([
    { text: "^1.2.3", inside: ["1.2.3", "1.99.0"], outside: ["1.2.2", "2.0.0", "1.3.0-rc.1"] },
    { text: "~1.2", inside: ["1.2.0", "1.2.9"], outside: ["1.3.0", "1.1.9"] },
    { text: ">=1.2 <2 || 3.x", inside: ["1.2.0", "3.7.1"], outside: ["2.0.0", "4.0.0"] },
    { text: "1.2 - 1.4", inside: ["1.2.0", "1.4.9"], outside: ["1.5.0"] },
    { text: ">1", inside: ["2.0.0"], outside: ["1.9.9"] },
    { text: "^0.2.3", inside: ["0.2.9"], outside: ["0.3.0"] },
    { text: ">=1.0.0-0", inside: ["1.0.0-rc.1", "1.1.0-alpha"], outside: ["0.9.0"] },
    { text: "!=1.2.x", inside: ["1.3.0"], outside: ["1.2.5"] },
    { text: "*", inside: ["0.0.1", "9.9.9"], outside: ["1.0.0-rc.1"] },
  ])("$text lets in what it should", ({ text, inside, outside }) => {
    const constraint = parseConstraint(text);
    expect(inside.filter((version) => constraint.check(parseSemver(version)))).toEqual(inside);
    expect(outside.filter((version) => constraint.check(parseSemver(version)))).toEqual([]);
  });

  test.each(["", "a", ">", "><1", "1.2.3.4", "1 ||", "1,", "1 !", "\u00a01"])("%j is improper", (text) => {
    expect(failureOf(() => parseConstraint(text))).toMatch(/^improper constraint: "/);
  });

  test("say why a version fails", () => {
    expect(parseConstraint(">=2, <1 || ^3").validate(parseSemver("v1.5"))).toEqual([
      '"1.5.0" is less than "2"',
      '"1.5.0" is greater than or equal to "1"',
      '"1.5.0" is less than "3"',
    ]);
    expect(parseConstraint("1.x").validate(parseSemver("1.5.0"))).toEqual([]);
  });

  test("include prereleases on request", () => {
    const version = parseSemver("1.5.0-rc.1");
    expect(parseConstraint("^1").check(version)).toBe(false);
    expect(parseConstraint("^1", { includePrereleases: true }).check(version)).toBe(true);
  });

  test("agree with validate and read back as they are written", () => {
    const term = fc
      .tuple(
        fc.constantFrom("", "=", "!=", ">", "<", ">=", "<=", "~", "^"),
        fc.nat(3),
        fc.nat(3),
        fc.boolean(),
      )
      .map(([sign, major, minor, isWild]) => `${sign}${major}.${isWild ? "x" : minor}`);
    const text = fc.array(
      fc.array(term, { minLength: 1, maxLength: 3 }).map((terms) => terms.join(" ")),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    fc.assert(
      fc.property(text, fc.nat(4), fc.nat(4), fc.nat(2), (groups, major, minor, patch) => {
        const constraint = parseConstraint(groups.join("||"));
        const version = parseSemver(`${major}.${minor}.${patch}`);
        expect(constraint.validate(version).length === 0).toBe(constraint.check(version));
        expect(constraint.toString()).toBe(groups.join(" || "));
        expect(parseConstraint(constraint.toString()).check(version)).toBe(constraint.check(version));
      }),
    );
  });

  test("take time in proportion to a hostile text", () => {
    expect(failureOf(() => parseConstraint(`${"1  ".repeat(1000)}!`))).toContain("improper constraint");
    expect(failureOf(() => parseConstraint(`${" ".repeat(4000)}!`))).toContain("improper constraint");
    expect(failureOf(() => parseConstraint("1 ".repeat(10_000)))).toContain("more than 4096 characters");
  });

  test("choose the highest version of a list", () => {
    const versions = ["1.0.0", "1.4.0", "1.4.1-rc.1", "2.0.0"].map(parseSemver);
    expect(highestSemver(versions, parseConstraint("1.x"))?.original).toBe("1.4.0");
    expect(highestSemver(versions, parseConstraint("3.x"))).toBeUndefined();
  });
});
