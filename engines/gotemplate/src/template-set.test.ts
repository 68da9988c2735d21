import { describe, expect, it } from "vitest";

import { parseTemplate } from "./parse-template.ts";
import { TemplateSet } from "./template-set.ts";
import { aRun } from "../test/templates.ts";
import { executeTemplate } from "./execute-template.ts";

const noFunctions = new Map<string, never>();

function parsed(name: string, text: string): ReturnType<typeof parseTemplate> {
  return parseTemplate(name, text, noFunctions);
}

function outputOf(set: TemplateSet, name: string): string {
  return executeTemplate(set, name, null, { functions: noFunctions, run: aRun() });
}

describe("a set of templates", () => {
  const base = TemplateSet.empty.with(
    parsed("a", '1{{define "d"}}D{{end}}'),
    parsed("b", '{{template "d"}}'),
  );

  it("knows the texts and what they define", () => {
    expect(base.names()).toEqual(["a", "b", "d"]);
    expect(base.has("d")).toBe(true);
    expect(base.has("e")).toBe(false);
  });

  it("lets the last definition win, for all that call it", () => {
    const changed = base.with(parsed("c", '{{define "d"}}E{{end}}'));
    expect(outputOf(changed, "b")).toBe("E");
  });

  it("does not change when another is made from it", () => {
    base.with(parsed("c", '{{define "d"}}E{{end}}'));
    expect(outputOf(base, "b")).toBe("D");
    expect(base.has("c")).toBe(false);
  });

  it("keeps a definition that only space would replace", () => {
    expect(outputOf(base.with(parsed("c", '{{define "d"}} \n{{/* */}}{{end}}')), "b")).toBe("D");
  });

  it("finds what was added before, however often it was added to", () => {
    let set = base;
    for (let index = 0; index < 20; index += 1) set = set.with(parsed(`n${index}`, String(index)));
    expect(outputOf(set, "b") + outputOf(set, "n0") + outputOf(set, "n19")).toBe("D019");
    expect(set.names()).toHaveLength(23);
  });
});
