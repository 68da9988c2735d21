import { GoCallError, type GoFunction, type GoValue } from "@weir/text";
import { describe, expect, it } from "vitest";

import {
  defineFunction,
  executeTemplate,
  parseTemplate,
  TemplateBudgetError,
  TemplateExecError,
  type TemplateEntry,
  type TemplateFunction,
  TemplateSet,
} from "../src/index.ts";
import { aRun, render, thrownBy } from "./templates.ts";

/** A function that executes a template of its set, as deep as told. */
function includeOf(find: () => TemplateSet, maxDepth: number): TemplateFunction {
  let depth = 0;
  const enter = (name: string, data: GoValue): TemplateEntry => {
    if (depth === maxDepth) throw new GoCallError("too deep");
    depth += 1;
    const leave = (output: string): string => {
      depth -= 1;
      return output;
    };
    return { set: find(), name, data, leave };
  };
  return {
    ...defineFunction("include", ["string", "interface {}"], "string", () => ""),
    enter: ([name, data]) => enter(name as string, data as GoValue),
  };
}

function renderIncluding(text: string, maxDepth = 10, run = aRun()): string {
  let set = TemplateSet.empty;
  const functions = new Map<string, GoFunction>([["include", includeOf(() => set, maxDepth)]]);
  set = set.with(parseTemplate("t", text, functions));
  return executeTemplate(set, "t", 3, { functions, run, rootName: "root" });
}

describe("templates within templates", () => {
  it("ends where templates call one another without end, as Go does", () => {
    const text =
      '{{ define "a" }}{{ if true }}{{ template "b" . }}{{ end }}{{ end }}{{ define "b" }}{{ template "a" }}{{ end }}{{ template "a" }}';
    expect(() => render(text)).toThrow(
      'executing "b" at <{{template "a"}}>: exceeded maximum template depth (100000)',
    );
  });

  it("gives the output of a template to the function's caller", () => {
    expect(
      renderIncluding(
        '{{ define "d" }}<{{ . }}>{{ end }}{{ include "d" 1 | len }} {{ print (include "d" .) (include "d" 2) }}',
      ),
    ).toBe("3 <3><2>");
  });

  it("keeps dot, variables and loops of the caller", () => {
    const text =
      '{{ define "d" }}{{ $x := 9 }}{{ range 2 }}{{ break }}{{ end }}d{{ end }}{{ $x := 1 }}{{ range 2 }}{{ include "d" . }}{{ . }}{{ $x }}{{ end }}';
    expect(renderIncluding(text)).toBe("d01d11");
  });

  it("nests deeper than the stack of the process", () => {
    const text =
      '{{ define "d" }}{{ if . }}{{ with (print (include "d" .)) }}{{ . }}{{ end }}{{ end }}{{ end }}{{ include "d" . }}';
    const error = thrownBy(() => renderIncluding(text, 20_000));
    expect(error).toBeInstanceOf(TemplateExecError);
    const { message } = error as TemplateExecError;
    expect(message.split("error calling include: ")).toHaveLength(20_001 + 1);
    expect(message.endsWith("error calling include: too deep")).toBe(true);
  });

  it("puts the errors of templates into one another", () => {
    expect(
      thrownBy(() => renderIncluding('a{{ define "d" }}{{ .x }}{{ end }}{{ include "d" 1 }}')),
    ).toMatchObject({
      message:
        'template: t:1:37: executing "t" at <include "d" 1>: error calling include: template: t:1:20: executing "d" at <.x>: can\'t evaluate field x in type int',
      partial: "a",
    });
  });

  it("names the root of the set for a template that there is not", () => {
    expect(() => renderIncluding('{{ include "x" . }}')).toThrow(
      'error calling include: template: no template "x" associated with template "root"',
    );
  });
});

describe("hostile templates", () => {
  const doubling = Array.from(
    { length: 64 },
    (_, index) =>
      `{{ define "a${index}" }}{{ template "a${index + 1}" }}{{ template "a${index + 1}" }}{{ end }}`,
  );
  it.each([
    ["calls that double", `${doubling.join("")}{{ define "a64" }}{{ end }}{{ template "a0" }}`, "steps"],
    ["ranges without end", "{{ range 9223372036854775807 }}{{ end }}", "steps"],
    ["ranges within ranges", "{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}", "steps"],
    ["text that doubles", '{{ $x := "x" }}{{ range 64 }}{{ $x = print $x $x }}{{ end }}', "output"],
    ["text that repeats", `{{ range 1000000 }}${"x".repeat(1000)}{{ end }}`, "output"],
    ["wide formats", '{{ range 1000 }}{{ printf "%999999d" 1 }}{{ end }}', "output"],
  ] as const)("stop at their budget: %s", (_name, text, budget) => {
    const run = aRun({ steps: 100_000, output: 1_000_000 });
    const error = thrownBy(() => render(text, { run }));
    expect(error).toBeInstanceOf(TemplateBudgetError);
    expect(error).toMatchObject({ budget, reason: "TemplateBudgetExceeded" });
  });

  it("stop inside functions that execute templates, too", () => {
    const text =
      '{{ define "d" }}{{ range 1000000 }}{{ range 1000000 }}{{ end }}{{ end }}{{ end }}{{ include "d" . }}';
    const run = aRun({ steps: 100_000 });
    expect(thrownBy(() => renderIncluding(text, 10, run))).toBeInstanceOf(TemplateBudgetError);
  });
});

describe("deep expressions", () => {
  it.each([10, 900])("end in a result or in an error of ours: %i", (depth) => {
    const text = `{{ ${"(print ".repeat(depth)}1${")".repeat(depth)} }}`;
    const error = thrownBy(() => expect(render(text)).toBe("1"));
    if (error !== undefined) expect(error).toMatchObject({ reason: expect.stringMatching(/Template/) });
  });
});

describe("a parsed template", () => {
  it("is not changed by those who execute it", () => {
    const parsed = parseTemplate(
      "t",
      "{{ range $i, $e := . }}{{ $i }}{{ with $e }}{{ . }}{{ end }}{{ end }}{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
      new Map(),
    );
    for (const { definition } of parsed.templates.values()) freeze(definition);
    const set = TemplateSet.empty.with(parsed);
    const options = { functions: new Map(), run: aRun() };
    expect(executeTemplate(set, "t", ["a", "b"], options)).toBe("0a1b2");
    expect(executeTemplate(set, "t", ["c"], options)).toBe("0c2");
  });
});

/** Freezes all that can be reached. */
function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const inner of Object.values(value)) freeze(inner);
}
