import { describe, expect, it } from "vitest";

import { renderSprig, sprigError } from "./render-sprig.ts";

describe("regular expressions", () => {
  it.each([
    ['{{ regexMatch "^a+$" "aaa" }} {{ regexMatch "a(" "x" }}', "true false"],
    ['{{ regexFind "[a-z]+" "12ab34" }} {{ regexFind "x" "y" | quote }}', 'ab ""'],
    ['{{ regexFindAll "[0-9]" "1a2b3" 2 }} {{ regexFindAll "x" "y" -1 | toJson }}', "[1 2] null"],
    ['{{ regexFindAll "[0-9]" "1a2" 0 | toJson }}', "null"],
    ['{{ regexReplaceAll "(a)(b)" "abab" "${2}$1x" }} {{ regexReplaceAll "a" "banana" "$$" }}', "bb b$n$n$"],
    ['{{ regexReplaceAllLiteral "a" "banana" "$1" }}', "b$1n$1n$1"],
    [
      '{{ regexSplit "z+" "pizza" -1 }} {{ regexSplit "z+" "pizzaza" 2 }} {{ regexSplit "" "abc" -1 }}',
      "[pi a] [pi aza] [a b c]",
    ],
    ['{{ regexSplit "a" "" -1 | toJson }} {{ regexSplit "a" "b" 0 | toJson }}', '[""] null'],
    ['{{ regexQuoteMeta "1.2+3" }}', "1\\.2\\+3"],
    ['{{ regexMatch "^(a+)+$" (printf "%sb" (repeat 20000 "a")) }}', "false"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ mustRegexFind "a(" "x" }}', "error parsing regexp: missing closing ): `a(`"],
    ['{{ regexFind "a(" "x" }}', "regexp: Compile(`a(`): error parsing regexp: missing closing ): `a(`"],
    ['{{ regexFind "`(" "x" }}', 'regexp: Compile("`("): error parsing regexp: missing closing ): ``(`'],
    ['{{ mustRegexMatch "a\\xff" "x" }}', "error parsing regexp: invalid UTF-8: `\udcff`"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});

describe("regular expressions on large texts", () => {
  it.each([
    '{{ $x := repeat 100000 "a" }}{{ regexReplaceAll "a" $x $x | len }}',
    '{{ $x := repeat 100000 "a" }}{{ regexReplaceAllLiteral "a" $x $x | len }}',
    '{{ $x := repeat 10000000 "a" }}{{ regexFindAll "." $x -1 | len }}',
    '{{ $x := repeat 10000000 "a" }}{{ regexSplit "" $x -1 | len }}',
    '{{ $x := repeat 10000000 "a" }}{{ range until 100000 }}{{ if regexMatch "b" $x }}{{ end }}{{ end }}',
    '{{ $x := repeat 100000000 "a," }}{{ splitList "," $x | len }}',
    '{{ $x := repeat 1000000 "a" }}{{ range until 10000000 }}{{ if contains "b" $x }}{{ end }}{{ end }}',
  ])("%s ends by the budget", (template) => {
    expect(() => renderSprig(template, { output: 50_000_000, steps: 5_000_000 })).toThrow(
      /budget allows|more steps/,
    );
  });
});

describe("paths", () => {
  it.each([
    ['{{ base "a/b//" }} {{ base "" }} {{ base "//" }}', "b . /"],
    ['{{ dir "/a/b" }} {{ dir "a" }} {{ dir "/a/../b/" }}', "/a . /b"],
    ['{{ clean "/a/../b//c/./d" }} {{ clean "" }} {{ clean "../a/.." }}', "/b/c/d . .."],
    [
      '{{ ext "a/b.tar.gz" }} {{ ext "a.b/c" | quote }} {{ isAbs "/a" }} {{ osIsAbs "a" }}',
      '.gz "" true false',
    ],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });
});

describe("semantic versions", () => {
  it.each([
    [
      '{{ semver "v1.2" }} {{ (semver "v1.2").Original }} {{ (semver "1.2.3-a+b").Prerelease }}',
      "1.2.0 v1.2 a",
    ],
    ['{{ (semver "1.2.3").Compare (semver "1.3.0") }} {{ (semver "1.2.3").IncMinor }}', "-1 1.3.0"],
    [
      '{{ (semver "1.2.3").LessThan (semver "2") }} {{ (semver "1.0.0+a").Equal (semver "1.0.0") }}',
      "true true",
    ],
    [
      '{{ (semver "1.2.3").SetPrerelease "rc.1" }} {{ (semver "v1.2.3").SetMetadata "x" }}',
      "1.2.3-rc.1 1.2.3+x",
    ],
    [
      '{{ semver "1.2.3" | toJson }} {{ typeOf (semver "1") }} {{ typeOf (semver "1").IncMajor }}',
      '"1.2.3" *semver.Version semver.Version',
    ],
    ['{{ semverCompare ">=1.2 <2" "1.5.0" }} {{ semverCompare "^1.2" "2.0.0" }}', "true false"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ semver "x" }}', "invalid semantic version"],
    ['{{ semverCompare "" "1.0.0" }}', 'improper constraint: ""'],
    ['{{ (semver "1.0.0").SetMetadata "ä" }}', "invalid metadata string"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });
});
