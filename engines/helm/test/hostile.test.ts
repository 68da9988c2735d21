import { createWorkerPool, type WorkerPool, WorkerTaskError } from "@weir/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { RenderedChart, RenderTaskInput } from "../src/index.ts";
import { filesOf } from "./chart-of.ts";

const MODULE = new URL("../src/render/render-task.ts", import.meta.url);

let pool: WorkerPool;
beforeAll(() => {
  pool = createWorkerPool({ size: 1, timeoutMs: 10_000, memoryMb: 256 });
});
afterAll(() => pool[Symbol.asyncDispose]());

async function render(template: string, given: Partial<RenderTaskInput> = {}): Promise<RenderedChart> {
  const files = filesOf({ "templates/t.yaml": template });
  return pool.run<RenderedChart>(MODULE, "runRenderTask", {
    chart: { kind: "files", files },
    digest: template,
    values: {},
    release: { name: "rel", namespace: "ns" },
    // A tenth of what is allowed by default, so that the tests are quick.
    budgets: { output: 24 * 1024 * 1024, steps: 5_000_000 },
    ...given,
  } satisfies RenderTaskInput);
}

async function failureOf(template: string, given: Partial<RenderTaskInput> = {}): Promise<string> {
  try {
    await render(template, given);
    return "rendered";
  } catch (error) {
    if (!(error instanceof WorkerTaskError)) throw error;
    return error.message;
  }
}

describe("a hostile chart", () => {
  it.each<readonly [name: string, template: string, want: RegExp]>([
    [
      "includes itself without end",
      '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}',
      /nested reference name: r/,
    ],
    [
      "calls itself without end",
      '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}',
      /exceeded maximum template depth|budget|nest deeper/,
    ],
    ["runs a text that runs itself", "{{ tpl .Values.t . }}", /budget|nest deeper|nested/],
    ["repeats a text a billion times", '{{ repeat 1000000000 "x" }}', /budget/],
    ["makes a gigabyte of output", '{{ range until 100000 }}{{ repeat 10000 "x" }}{{ end }}', /budget/],
    [
      "doubles a text 40 times",
      `{{ $s := "x" }}{{ range until 40 }}{{ $s = printf "%s%s" $s $s }}{{ end }}`,
      /budget/,
    ],
    ["loops a billion times", "{{ range 1000000000 }}{{ end }}", /budget/],
    ["makes a list of a billion numbers", "{{ until 1000000000 | len }}", /budget/],
    [
      "nests lists without end",
      "{{ $l := list }}{{ range 1000000000 }}{{ $l = list $l $l }}{{ end }}",
      /budget/,
    ],
    ...["toYaml", "toJson", "toPrettyJson", "toYamlPretty", "toToml"].map(
      (name) =>
        [
          `writes a list that holds another twice, with ${name}`,
          `{{ $l := list 1 }}{{ range until 64 }}{{ $l = list $l $l }}{{ end }}{{ ${name} (dict "l" $l) | len }}`,
          /budget/,
        ] as const,
    ),
    [
      "indents a large text on and on",
      `{{ $s := repeat 100000 "x\\n" }}{{ range 10000 }}{{ $x := indent 100 $s }}{{ end }}`,
      /budget/,
    ],
  ])("stops where it %s", async (_name, template, want) => {
    const values = { t: "{{ tpl .Values.t . }}{{ tpl .Values.t . }}" };
    expect(await failureOf(template, { values })).toMatch(want);
  });

  it("answers an evil regular expression at once", async () => {
    const template = `kind: A\nm: {{ regexMatch "^(a+)+$" (printf "%s!" (repeat 50000 "a")) }}\n`;
    const { manifests } = await render(template);
    expect(manifests[0]?.content).toBe("kind: A\nm: false\n");
  });

  it("cannot reach the environment", async () => {
    expect(await failureOf('{{ env "HOME" }}')).toContain('function "env" not defined');
    expect(await failureOf('{{ expandenv "$HOME" }}')).toContain('function "expandenv" not defined');
  });

  it("leaves the next render alone", async () => {
    await failureOf('{{ repeat 1000000000 "x" }}');
    const { manifests } = await render("kind: ConfigMap\n");
    expect(manifests.map(({ kind }) => kind)).toEqual(["ConfigMap"]);
  });

  it("takes maps with keys of prototypes for plain data", async () => {
    const template =
      'kind: A\na: {{ .Values.__proto__ | default "none" }}\nb: {{ .Values.constructor | default "none" }}\n';
    const { manifests } = await render(template, { values: JSON.parse('{"__proto__": "own"}') });
    expect(manifests[0]?.content).toBe("kind: A\na: own\nb: none\n");
  });
});
