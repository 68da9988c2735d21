import { describe, expect, it } from "vitest";

import { renderSprig, sprigError } from "./render-sprig.ts";

describe("functions on text", () => {
  it.each([
    ["cuts bytes from the start", '{{ trunc 3 "hello" }}', "hel"],
    ["cuts bytes from the end", '{{ trunc -3 "hello" }}', "llo"],
    ["cuts a rune in two", '{{ trunc 2 "héllo" | quote }}', '"h\\xc3"'],
    ["joins what was cut", '{{ cat "h" }}{{ printf "%s%s" (trunc 2 "hé") "\\xa9" | trunc 3 }}', "hhé"],
    ["takes a part up to the end", '{{ substr 1 -1 "hello" }}', "ello"],
    ["takes a part from the start", '{{ substr -1 2 "hello" }}', "he"],
    ["trims Unicode's spaces", '{{ trim "\\u00a0 a b\\u2003\\n" }}', "a b"],
    ["trims characters of a set", '{{ trimAll "é$" "$éaé$" }}', "a"],
    ["trims one suffix and one prefix", '{{ "xxax" | trimPrefix "x" | trimSuffix "x" }}', "xa"],
    [
      "finds parts",
      '{{ contains "b" "abc" }} {{ hasPrefix "b" "abc" }} {{ hasSuffix "c" "abc" }}',
      "true false true",
    ],
    ["finds bytes of a rune", '{{ hasPrefix "\\xc3" "é" }}', "true"],
    ["repeats", '{{ repeat 3 "ab" }}', "ababab"],
    ["replaces all", '{{ "a.b.c" | replace "." "$&" }}', "a$&b$&c"],
    ["puts text between runes", '{{ "aé" | replace "" "-" }}|{{ "" | replace "" "-" }}', "-a-é-|-"],
    ["chooses a plural", '{{ plural "one" "many" 1 }} {{ plural "one" "many" 0 }}', "one many"],
    ["drops spaces by bytes", '{{ nospace "a b" }} {{ nospace "é" }} {{ nospace "é b" }}', "ab é Ã©b"],
    ["takes initials by bytes", '{{ initials "first try" }} {{ initials "é" }}', "ft Ã"],
    ["quotes what is not nil", '{{ quote "a\\n" nil 1 .number }}', '"a\\n" "1" "1e+06"'],
    ["quotes in single quotes without escapes", `{{ squote "it's" nil true }}`, "'it's' 'true'"],
    ["joins with spaces", '{{ cat "a" nil 1 (list 1 nil) }}', "a 1 [1 <nil>]"],
    ["indents empty lines, too", '{{ indent 2 "a\\n\\nb" }}|{{ nindent 1 "a" }}', "  a\n  \n  b|\n a"],
    [
      "splits into numbered parts",
      '{{ (split "." "a.b")._1 }} {{ splitn "." 2 "a.b.c" }}',
      "b map[_0:a _1:b.c]",
    ],
    ["splits into runes", '{{ splitList "" "aé" | join "|" }}', "a|é"],
    ["splits bytes", '{{ splitList "\\xc3" "aé" | join "|" | quote }}', '"a|\\xa9"'],
    ["reads bytes as text", '{{ toString (list 1 "a") }} {{ toString nil }}', "[1 a] <nil>"],
  ])("%s", (_name, template, want) => {
    expect(renderSprig(template)).toBe(want);
  });

  it.each([
    ['{{ substr 9 12 "hello" }}', "runtime error: slice bounds out of range [9:5]"],
    ['{{ substr -1 -5 "hello" }}', "runtime error: slice bounds out of range [:-5]"],
    ['{{ substr -1 9 "hello" }}', "runtime error: slice bounds out of range [:9] with length 5"],
    ['{{ repeat -1 "a" }}', "strings: negative Repeat count"],
    ['{{ repeat 9223372036854775807 "ab" }}', "strings: Repeat output length overflow"],
    ['{{ indent -1 "a" }}', "strings: negative Repeat count"],
  ])("%s fails as in Go", (template, want) => {
    expect(sprigError(template)).toBe(want);
  });

  it("stops before it makes too much", () => {
    for (const template of [
      '{{ repeat 1000000000 "a" | len }}',
      '{{ indent 1000000000 "a" | len }}',
      '{{ $x := repeat 10000 "a" }}{{ replace "a" $x $x | len }}',
      '{{ wrapWith 1 (repeat 10000 "-") (repeat 10000 "a") | len }}',
      '{{ $x := "ab" }}{{ range until 60 }}{{ $x = cat $x $x }}{{ end }}{{ len $x }}',
      "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ toString $x | len }}",
    ]) {
      expect(() => renderSprig(template, { output: 1_000_000 })).toThrow(/more text than/);
    }
  });
});

describe("the case of text", () => {
  it.each([
    ["upper", "straße ŉ ᾳ", "STRAßE ŉ ᾼ"],
    ["lower", "İSTANBUL ΣΑΣ", "istanbul σασ"],
    ["title", "it's a ǆ ა_b é", "It'S A ǅ ა_b É"],
    ["untitle", "First Try", "first try"],
    ["swapcase", "Hello wORLD", "hELLO World"],
    ["snakecase", "HTTPServer20xOK", "http_server_20x_ok"],
    ["kebabcase", "Bld4Floor3rd", "bld4-floor-3rd"],
    ["camelcase", "_some_HTTP words", "_SomeHttpWords"],
    ["camelcase", "--", "---"],
  ])("%s of %s is %s", (name, text, want) => {
    expect(renderSprig(`{{ ${name} ${JSON.stringify(text)} }}`)).toBe(want);
  });

  it("replaces what is no text", () => {
    expect(renderSprig('{{ upper "a\\xff" }}')).toBe("A\ufffd");
  });
});

describe("text within a width", () => {
  it.each([
    ['{{ abbrev 5 "hello world" }}', "he..."],
    ['{{ abbrev 3 "hello world" }}', "hello world"],
    ['{{ abbrevboth 5 10 "1234 5678 9123" }}', "...5678..."],
    ['{{ wrap 5 "hello world foo" }}', "hello\nworld\nfoo"],
    ['{{ wrap 3 "abcdefghij k" }}', "abcdefghij\nk"],
    ['{{ wrapWith 5 "-" "abcdefghij klmno" }}', "abcde-fghij-klmno"],
    ['{{ wrapWith 4 "é" "äöüäöü xyz" }}', "äöéüäéöüéxyz"],
  ])("%s is %s", (template, want) => {
    expect(renderSprig(template)).toBe(want);
  });
});
