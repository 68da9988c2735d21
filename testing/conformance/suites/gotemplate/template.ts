import { readFileSync } from "node:fs";
import { join } from "node:path";
import { FakeClock, type JsonValue, seededRandom } from "@weir/core";
import {
  createTemplateRun,
  executeTemplate,
  type MissingKey,
  parseTemplate,
  TemplateExecError,
  TemplateSet,
} from "@weir/gotemplate";
import { type GoValue, utf8Bytes } from "@weir/text";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly group: string;
  readonly template?: string;
  readonly templates?: readonly (readonly [name: string, text: string])[];
  readonly data?: JsonValue;
  readonly missingkey?: string;
  readonly output?: string;
  readonly outputBase64?: string;
  readonly error?: string;
  readonly partial?: string;
}

type Result = Pick<RecordedCase, "output" | "outputBase64" | "error" | "partial">;

/** JSON as Go decodes it: every number is a float64. */
function goValue(value: JsonValue): GoValue {
  if (typeof value === "number" || typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(goValue);
  if (typeof value !== "object" || value === null) return value;
  return new Map(Object.entries(value).map(([key, item]) => [key, goValue(item)]));
}

function render(recorded: RecordedCase, data: JsonValue): Result {
  const texts = recorded.templates ?? [["t", recorded.template ?? ""] as const];
  const { missingkey = "default" } = recorded;
  const missingKey = (missingkey === "invalid" ? "default" : missingkey) as MissingKey;
  const run = createTemplateRun({ clock: new FakeClock(), random: seededRandom(1) });
  try {
    let set = TemplateSet.empty;
    for (const [name, text] of texts) set = set.with(parseTemplate(name, text, new Set()));
    const output = executeTemplate(set, "t", goValue(data), { functions: new Map(), missingKey, run });
    return output.isWellFormed()
      ? { output }
      : { outputBase64: Buffer.from(utf8Bytes(output)).toString("base64") };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const partial = error instanceof TemplateExecError ? error.partial : "";
    return { error: error.message, ...(partial === "" ? {} : { partial }) };
  }
}

/** Go's text/template, without functions of others. */
export const suite: Suite = {
  name: "gotemplate/template",
  async *run(corpus) {
    const recording: unknown = JSON.parse(readFileSync(join(corpus, "gotemplate/template.json"), "utf8"));
    const { meta, cases } = recording as {
      readonly meta: { readonly data: JsonValue };
      readonly cases: readonly RecordedCase[];
    };
    for (const [index, recorded] of cases.entries()) {
      const text = recorded.template ?? JSON.stringify(recorded.templates);
      const name = `${index} ${recorded.group} ${JSON.stringify(text.slice(0, 80))}`;
      const { output, outputBase64, error, partial } = recorded;
      const want = JSON.stringify({ output, outputBase64, error, partial });
      const result = render(recorded, "data" in recorded ? (recorded.data ?? null) : meta.data);
      const got = JSON.stringify({
        output: result.output,
        outputBase64: result.outputBase64,
        error: result.error,
        partial: result.partial,
      });
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
