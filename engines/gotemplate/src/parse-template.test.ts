import { expect, test } from "vitest";
import { parseTemplate, renameTemplate } from "./parse-template.ts";
import { builtinFunctions } from "./builtins/builtin-functions.ts";
import { createTemplateRun } from "./create-template-run.ts";
import { executeTemplate } from "./execute-template.ts";
import { TemplateSet } from "./template-set.ts";
import { FakeClock, seededRandom } from "@weir/core";

const TEXT = '{{define "part"}}{{.x.y.z}}{{end}}a{{template "part" .}}';

function failure(parsed: ReturnType<typeof parseTemplate>): string {
  const run = createTemplateRun({ clock: new FakeClock(), random: seededRandom(1) });
  try {
    const data = new Map([["x", 1]]);
    executeTemplate(TemplateSet.empty.with(parsed), parsed.name, data, { functions: builtinFunctions, run });
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return "none";
}

test("a renamed text is what parsing under that name gives", () => {
  const renamed = renameTemplate(parseTemplate("old", TEXT, builtinFunctions), "new");
  const parsed = parseTemplate("new", TEXT, builtinFunctions);
  expect([...(renamed?.templates.keys() ?? [])]).toEqual([...parsed.templates.keys()]);
  expect(renamed && failure(renamed)).toBe(failure(parsed));
  expect(failure(parsed)).toContain("template: new:1:");
});

test.each(["old", "new"])("a text that defines %s is not renamed", (name) => {
  const parsed = parseTemplate("old", `{{define "${name}"}}x{{end}}`, builtinFunctions);
  expect(renameTemplate(parsed, "new")).toBeUndefined();
});
