import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareUtf8, type JsonValue, parseJson, writeJson } from "@weir/core";
import { loadYaml, YamlError } from "@weir/yaml";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly group: string;
  readonly yaml?: string;
  readonly yamlBase64?: string;
  readonly json?: string;
  readonly error?: string;
  readonly strictJson?: string;
  readonly strictError?: string;
}

/** JSON text or error, with keys in one order. */
function outcome(act: () => JsonValue): string {
  try {
    return writeJson(sorted(act()));
  } catch (error) {
    if (error instanceof YamlError) return `error: ${error.message}`;
    throw error;
  }
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : value;
  const entries = Object.entries(value).sort(([a], [b]) => compareUtf8(a, b));
  return Object.fromEntries(entries.map(([key, child]) => [key, sorted(child)]));
}

function wanted(json: string | undefined, error: string | undefined): string {
  return error === undefined ? outcome(() => parseJson(json ?? "")) : `error: ${error}`;
}

function judge(recorded: RecordedCase): string | undefined {
  const input = recorded.yaml ?? Buffer.from(recorded.yamlBase64 ?? "", "base64");
  const want = wanted(recorded.json, recorded.error);
  const got = outcome(() => loadYaml(input));
  if (got !== want) return `want ${want}, got ${got}`;
  const differs = recorded.strictJson !== undefined || recorded.strictError !== undefined;
  const wantStrict = differs ? wanted(recorded.strictJson, recorded.strictError) : want;
  const gotStrict = outcome(() => loadYaml(input, { strict: true }));
  return gotStrict === wantStrict ? undefined : `strict: want ${wantStrict}, got ${gotStrict}`;
}

/** sigs.k8s.io/yaml's `YAMLToJSON` and `YAMLToJSONStrict`. */
export const suite: Suite = {
  name: "text/yaml-load",
  async *run(corpus) {
    const recorded = JSON.parse(readFileSync(join(corpus, "text/yaml-load.json"), "utf8")) as {
      readonly cases: readonly RecordedCase[];
    };
    for (const [index, one] of recorded.cases.entries()) {
      const name = `${index} ${one.group} ${JSON.stringify(one.yaml ?? one.yamlBase64).slice(0, 60)}`;
      const detail = judge(one);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
