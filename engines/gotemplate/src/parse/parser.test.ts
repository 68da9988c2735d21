import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { nodeText } from "./node-text.ts";
import { parseDefinitions } from "./parser.ts";
import { TemplateParseError } from "./template-parse-error.ts";

const functions = { has: (name: string) => ["print", "index", "len"].includes(name) };

function textsOf(text: string): Readonly<Record<string, string>> {
  const definitions = parseDefinitions({ name: "t", text }, functions);
  return Object.fromEntries([...definitions].map(([name, { root }]) => [name, nodeText(root)]));
}

function problemOf(text: string): string {
  try {
    textsOf(text);
  } catch (error) {
    if (error instanceof TemplateParseError) return error.message;
    throw error;
  }
  return "";
}

describe("parsing a template", () => {
  it.each([
    ["text as it is", "a\n b", "a\n b"],
    ["an action without its spaces", "{{  .a  }}", "{{.a}}"],
    ["text without what trim markers remove", "a \n{{- 1 -}}\t b", "a{{1}}b"],
    ["a minus beside a digit as part of the number", "a {{-1}}", "a {{-1}}"],
    ["no comments", "a{{/* x */}}b", "ab"],
    ["stages of a pipeline", "{{.a|print 1|len}}", "{{.a | print 1 | len}}"],
    ["chains of fields", "{{(index .a 0).b.c}}", "{{(index .a 0).b.c}}"],
    ["declarations", "{{$x := 1}}{{$x = 2}}{{$x}}", "{{$x := 1}}{{$x = 2}}{{$x}}"],
    [
      "two variables of range",
      "{{range $i,$e := .l}}{{break}}{{end}}",
      "{{range $i, $e := .l}}{{break}}{{end}}",
    ],
    [
      "else if as an if in the else",
      "{{if .a}}1{{else if .b}}2{{end}}",
      "{{if .a}}1{{else}}{{if .b}}2{{end}}{{end}}",
    ],
    [
      "else with as a with in the else",
      "{{with .a}}1{{else with .b}}2{{end}}",
      "{{with .a}}1{{else}}{{with .b}}2{{end}}{{end}}",
    ],
    ["a call of a template", '{{ template `a"b` . }}', '{{template "a\\"b" .}}'],
    ["actions over several lines", "{{ print\n1\n2 }}", "{{print 1 2}}"],
  ])("keeps %s", (_name, text, want) => {
    expect(textsOf(text)).toEqual({ t: want });
  });

  it("takes definitions and blocks out of the text", () => {
    expect(textsOf('a{{define "d"}}D{{end}}{{block "b" .x}}B{{end}}')).toEqual({
      t: 'a{{template "b" .x}}',
      d: "D",
      b: "B",
    });
  });

  it("prefers the one definition of a name that has a body", () => {
    expect(textsOf('{{define "d"}} {{end}}{{define "d"}}D{{end}}{{define "d"}}{{end}}')).toEqual({
      t: "",
      d: "D",
    });
  });

  it.each([
    ["a function that there is not", "{{ nope }}", 't:1: function "nope" not defined'],
    ["a variable that there is not", "\n{{ $x }}", 't:2: undefined variable "$x"'],
    [
      "a variable after the end of its structure",
      "{{if $x := 1}}{{end}}{{$x}}",
      't:1: undefined variable "$x"',
    ],
    ["an action that is never closed", "{{ .a\n\n", "t:3: unclosed action started at t:1"],
    ["a comment that is never closed", "\n{{/* a", "t:2: unclosed comment"],
    ["a structure that is never closed", "{{if .a}}\n", "t:2: unexpected EOF"],
    ["an end too many", "a{{end}}", "t:1: unexpected {{end}}"],
    ["an empty action", "{{ }}", "t:1: missing value for command"],
    ["a constant that is called", "{{ .a | 1 }}", "t:1: non executable command in pipeline stage 2"],
    ["a field of a constant", "{{ 1.a }}", 't:1: bad number syntax: "1.a"'],
    ["a character of no meaning", "{{ \u0001 }}", "t:1: unrecognized character in action: U+0001"],
    ["break outside of range", "{{break}}", "t:1: {{break}} outside {{range}}"],
    [
      "a number that nothing holds",
      "{{ 99999999999999999999 }}",
      't:1: integer overflow: "99999999999999999999"',
    ],
    [
      "two bodies of one name",
      '{{define "d"}}1{{end}}{{define "d"}}2{{end}}',
      't:1: template: multiple definition of template "d"',
    ],
    ["too many parentheses", `{{${"(".repeat(1001)}`, "t:1: max expression depth exceeded"],
    ["too many structures", "{{if 1}}".repeat(501), "t:1: actions nest deeper than 500 levels"],
  ])("refuses %s", (_name, text, want) => {
    expect(problemOf(text)).toBe(`template: ${want}`);
  });

  it("tells the line and the problem apart", () => {
    const place = { templateName: "t", line: 2, problem: "unexpected {{end}}" };
    expect(() => textsOf("\n{{end}}")).toThrow(expect.objectContaining(place));
  });
});

const operand = fc.constantFrom(
  ".",
  ".a.b",
  "$",
  "$.x",
  "1",
  "-2.5e3",
  "'a'",
  '"q\\n"',
  "`r`",
  "true",
  "nil",
  "print",
  "len",
);
const { pipe, list } = fc.letrec<{ pipe: string; operand: string; list: string; statement: string }>(
  (tie) => ({
    operand: fc.oneof(
      { depthSize: "small" },
      operand,
      tie("pipe").map((inner) => `(${inner})`),
      tie("pipe").map((inner) => `(${inner}).f.g`),
    ),
    pipe: fc
      .array(fc.array(tie("operand"), { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
      .map((stages) =>
        stages.map((args, index) => (index > 0 ? ["print", ...args] : args).join(" ")).join("|"),
      ),
    list: fc.array(tie("statement"), { maxLength: 4 }).map((statements) => statements.join("")),
    statement: fc.oneof(
      { depthSize: "small" },
      fc.constantFrom("text", " \n", "é😀", "{{/* c */}}", "{{- /* c */ -}}"),
      tie("pipe").map((inner) => `{{ ${inner} }}`),
      tie("pipe").map((inner) => `{{- $x := ${inner} -}}`),
      fc
        .tuple(fc.constantFrom("if", "with", "range"), tie("pipe"), tie("list"), tie("list"))
        .map(
          ([keyword, condition, body, otherwise]) =>
            `{{${keyword} ${condition}}}${body}{{else}}${otherwise}{{end}}`,
        ),
      tie("pipe").map((inner) => `{{template "t" ${inner}}}`),
    ),
  }),
);

describe("writing a template back", () => {
  it("gives what parses to the same text again", () => {
    fc.configureGlobal({ seed: 6 });
    fc.assert(
      fc.property(list, pipe, (body, condition) => {
        const once = textsOf(`${body}{{if ${condition}}}{{end}}`);
        expect(textsOf(once["t"] ?? "")).toEqual(once);
      }),
    );
  });

  it("ends in a tree or a parse error, whatever the text is", () => {
    const piece = fc.constantFrom(
      "{{",
      "}}",
      "{{-",
      "-}}",
      " ",
      "\n",
      ".",
      "$",
      ":=",
      "|",
      "(",
      ")",
      "if",
      "end",
      "define",
      '"',
      "`",
      "'",
      "/*",
      "*/",
      "1",
      "x",
      "é",
      "\ud800",
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void problemOf(pieces.join(""))));
  });
});
