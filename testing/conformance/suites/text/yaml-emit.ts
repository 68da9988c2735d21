import { readFileSync } from "node:fs";
import { join } from "node:path";
import { JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { emitYaml, jsonToYaml, YamlError } from "@weir/yaml";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly group: string;
  readonly json: string;
  readonly yaml?: string;
  readonly error?: string;
}

/** Numbers that a value does not tell from integers, though the JSON text does: `1e6`, `1.0`, `-0.0`. */
const WHOLE_FLOAT = /(?:^|[[:,\s])-?\d+(?:\.0+(?![\d])|(?:\.\d+)?[eE])/;

function outcome(act: () => string): string {
  try {
    return act();
  } catch (error) {
    if (error instanceof YamlError) return `error: ${error.message}`;
    throw error;
  }
}

/** The value that the text gives, or `undefined` where a value cannot stand for the text. */
function valueOf(json: string): JsonValue | undefined {
  if (WHOLE_FLOAT.test(json)) return undefined;
  try {
    return parseJson(json);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

function judge(recorded: RecordedCase): string | undefined {
  const want = recorded.yaml ?? `error: ${recorded.error}`;
  const got = outcome(() => jsonToYaml(recorded.json));
  if (got !== want) return `want ${JSON.stringify(want)}, got ${JSON.stringify(got)}`;
  const value = valueOf(recorded.json);
  if (value === undefined || recorded.error !== undefined) return undefined;
  const gotValue = outcome(() => emitYaml(value));
  return gotValue === want
    ? undefined
    : `want ${JSON.stringify(want)}, got ${JSON.stringify(gotValue)} of the value`;
}

/** sigs.k8s.io/yaml's `JSONToYAML`: from the JSON text, and from the value where that says the same. */
export const suite: Suite = {
  name: "text/yaml-emit",
  async *run(corpus) {
    const recorded = JSON.parse(readFileSync(join(corpus, "text/yaml-emit.json"), "utf8")) as {
      readonly cases: readonly RecordedCase[];
    };
    for (const [index, one] of recorded.cases.entries()) {
      const name = `${index} ${one.group} ${JSON.stringify(one.json).slice(0, 60)}`;
      const detail = judge(one);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
