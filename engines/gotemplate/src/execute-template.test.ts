import {
  GoCallError,
  type GoFunction,
  GoInt,
  goInt,
  GoMap,
  GoObject,
  GoSlice,
  type GoValue,
} from "@weir/text";
import { describe, expect, it } from "vitest";

import { aMap, render, thrownBy } from "../test/templates.ts";
import { defineFunction, functionTable } from "./define-function.ts";
import { TemplateExecError } from "./execute/template-error.ts";

class Version extends GoObject {
  override readonly type = "*semver.Version";
  override readonly kind = "ptr";
  override fields(): ReturnType<GoObject["fields"]> {
    return [{ name: "raw", type: "string", value: "1.2.3" }];
  }
  override method(name: string): GoFunction | undefined {
    if (name === "Major") return defineFunction("Major", [], "uint64", () => 1n);
    if (name === "Fail") return defineFunction("Fail", [], "string", () => fail("no luck"));
    return name === "Plus" ? defineFunction("Plus", ["int"], "int", ([more]) => 1n + more) : undefined;
  }
  override text(): string {
    return "1.2.3";
  }
}

function fail(message: string): never {
  throw new GoCallError(message);
}

const functions = functionTable([
  defineFunction("takesInt", ["int"], "string", ([value]) => `int ${value}`),
  defineFunction("takesMap", ["map[string]interface {}"], "string", ([value]) => value.constructor.name),
  defineFunction("fails", ["interface {}"], "string", () => fail("it failed")),
  defineFunction("nothing", [], "interface {}", () => null),
]);

const data = aMap({
  s: "text",
  i: goInt(3),
  f: 2.5,
  n: null,
  l: ["a", "b"],
  m: aMap({ b: 2, a: 1, é: 3 }),
  strings: new GoSlice("string", ["x"]),
  labels: new GoMap("map[string]string", "string", new Map([["app", "web"]])),
  version: new Version(),
});

function messageOf(
  text: string,
  given: { readonly data?: GoValue; readonly missingKey?: "zero" | "error" } = {},
): string {
  const error = thrownBy(() => render(text, { data, functions, ...given }));
  return error instanceof Error ? error.message : "";
}

describe("executing a template", () => {
  it.each<[name: string, text: string, want: string]>([
    [
      "values as Go prints them",
      "{{.s}} {{.i}} {{.f}} {{.l}} {{.m}} {{.n}}",
      "text 3 2.5 [a b] map[a:1 b:2 é:3] <no value>",
    ],
    ["maps in the order of their keys", "{{range $k, $v := .m}}{{$k}}={{$v}} {{end}}", "a=1 b=2 é=3 "],
    ["a range over an integer", "{{range 3}}{{.}}{{end}}", "012"],
    ["a range over a list", "{{range $i, $e := .l}}{{$i}}{{$e}}{{end}}", "0a1b"],
    ["the else of an empty range", "{{range .n}}x{{else}}none{{end}}", "none"],
    ["break and continue", '{{range .l}}{{if eq . "a"}}{{continue}}{{end}}{{.}}{{break}}{{end}}', "b"],
    ["a break from within a with", "{{range .l}}{{with 1}}{{break}}{{end}}x{{end}}{{.s}}", "text"],
    [
      "a break in the else of an inner range",
      "{{range .l}}{{.}}{{range $.n}}{{else}}{{break}}{{end}}{{end}}",
      "a",
    ],
    ["the dot of a with, and of what follows", "{{with .s}}{{.}}{{end}} {{.i}}", "text 3"],
    ["variables until their structure ends", "{{$x := 1}}{{if true}}{{$x := 2}}{{$x}}{{end}}{{$x}}", "21"],
    ["assignments to outer variables", "{{$x := 1}}{{range .l}}{{$x = .}}{{end}}{{$x}}", "b"],
    ["the first operand that decides", '{{or "" .s .missing.x.y}} {{and 0 (fails 1)}}', "text 0"],
    ["fields and methods of objects", "{{.version}} {{.version.Major}} {{.version.Plus 2}}", "1.2.3 1 3"],
    ["a named map where a plain one is asked for", "{{takesMap .m}}", "Map"],
    ["the empty map where there is none", "{{takesMap nil}}", "GoMap"],
    ["maps of strings", "{{.labels.app}}{{.labels.none}}{{index .labels `none`}}", "web<no value>"],
    ["constants as the type that is asked for", "{{takesInt 2.0}} {{takesInt 'a'}}", "int 2 int 97"],
    ["text in bytes", '{{len "é"}} {{slice "aé" 1 3}} {{index "a" 0}}', "2 é 97"],
    ["escaped text", `{{html "<a>"}} {{js "it's"}} {{urlquery "a b&"}}`, "&lt;a&gt; it\\'s a+b%26"],
    ["blocks with their own dot", '{{block "b" .s}}[{{.}}]{{end}}', "[text]"],
    ["what a variable of a template is: its argument", '{{define "d"}}{{$}}{{end}}{{template "d" .i}}', "3"],
  ])("gives %s", (_name, text, want) => {
    expect(render(text, { data, functions })).toBe(want);
  });

  it.each<[name: string, text: string, want: string]>([
    [
      "the second of several fields",
      "{{ .s.x.y }}",
      '1:5: executing "t" at <.s.x.y>: can\'t evaluate field x in type interface {}',
    ],
    ["nil with a field", "{{ .n.x }}", '1:5: executing "t" at <.n.x>: nil pointer evaluating interface {}.x'],
    [
      "bytes, not characters",
      '{{ "é" }}{{ fails 1 }}',
      '1:13: executing "t" at <fails 1>: error calling fails: it failed',
    ],
    [
      "the line within the text",
      "\n\n  {{ fails 1 }}",
      '3:5: executing "t" at <fails 1>: error calling fails: it failed',
    ],
    [
      "the argument that is of the wrong type",
      "{{ takesInt .s }}",
      '1:12: executing "t" at <.s>: wrong type for value; expected int; got string',
    ],
    [
      "a function with the wrong number of arguments",
      "{{ takesInt 1 2 }}",
      '1:3: executing "t" at <takesInt>: wrong number of args for takesInt: want 1 got 2',
    ],
    [
      "a method that fails",
      "{{ .version.Fail }}",
      '1:11: executing "t" at <.version.Fail>: error calling Fail: no luck',
    ],
    [
      "a range over text",
      "{{ range .s }}{{ end }}",
      '1:9: executing "t" at <.s>: range can\'t iterate over text',
    ],
    [
      "a template that there is not",
      '{{ template "x" }}',
      '1:12: executing "t" at <{{template "x"}}>: template "x" not defined',
    ],
    [
      "values that cannot be compared",
      "{{ eq 1 1.0 }}",
      '1:3: executing "t" at <eq 1 1.0>: error calling eq: incompatible types for comparison: int and float64',
    ],
    [
      "a field with arguments",
      "{{ .s 1 }}",
      '1:3: executing "t" at <.s>: s is not a method but has arguments',
    ],
    [
      "the template of the node",
      '{{ define "d" }}{{ .x.y }}{{ end }}{{ template "d" "s" }}',
      '1:21: executing "d" at <.x.y>: can\'t evaluate field x in type string',
    ],
  ])("names %s", (_name, text, want) => {
    expect(messageOf(text)).toBe(`template: t:${want}`);
  });

  it.each([
    ["default", "<no value>"],
    ["zero", "<no value>"],
  ] as const)("takes a missing key for no value if told %s", (missingKey, want) => {
    expect(render("{{.missing}}", { data, missingKey })).toBe(want);
  });

  it("tells a missing key from one that is nil", () => {
    expect(render("{{.missing.x}}", { data })).toBe("<no value>");
    expect(messageOf("{{.missing.x}}", { missingKey: "zero" })).toContain(
      "nil pointer evaluating interface {}.x",
    );
    expect(messageOf("{{.missing}}", { missingKey: "error" })).toContain(
      'map has no entry for key "missing"',
    );
  });

  it("tells where it failed, what it had written and why", () => {
    const error = thrownBy(() => render("ab\n{{ fails 1 }}", { data, functions }));
    expect(error).toBeInstanceOf(TemplateExecError);
    expect(error).toMatchObject({ templateName: "t", line: 2, column: 3, node: "fails 1", partial: "ab\n" });
    expect((error as TemplateExecError).cause).toBeInstanceOf(GoCallError);
  });

  it("lets functions hide the built-in ones", () => {
    const hidden = functionTable([defineFunction("or", ["interface {}"], "string", () => "mine")]);
    expect(render("{{or 1}}", { functions: hidden })).toBe("mine");
  });

  it("joins bytes that are written apart to characters", () => {
    expect(render('{{"\\xc3"}}{{"\\xa9"}}{{"\\xff"}}')).toBe("é\udcff");
  });

  it("throws what is no error of Go's as it is", () => {
    const suspended = new Error("suspended");
    const suspending = functionTable([
      defineFunction("wait", [], "string", () => {
        throw suspended;
      }),
    ]);
    expect(thrownBy(() => render("{{wait}}", { functions: suspending }))).toBe(suspended);
  });

  it("keeps the types of integers", () => {
    const typed = functionTable([
      defineFunction("kind", ["interface {}"], "string", ([value]) =>
        value instanceof GoInt ? value.kind : "",
      ),
    ]);
    expect(
      render("{{kind 1}} {{kind (len .)}} {{range .}}{{kind .}}{{end}}", {
        data: [goInt(1, "uint8")],
        functions: typed,
      }),
    ).toBe("int int uint8");
  });
});
