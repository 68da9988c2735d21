import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describeError, type JsonValue, parseJson, writeJson } from "@weir/core";
import { type HelmValues, type SetMode, SetValuesError, setValues } from "@weir/helm";
import type { Suite } from "../../src/suite.ts";
import { canonicalJson } from "./canonical-json.ts";

interface RecordedCase {
  readonly in: string;
  readonly mode: SetMode;
  readonly base?: HelmValues;
  readonly values?: JsonValue;
  readonly error?: string;
}

interface Recording {
  readonly meta: { readonly files: Readonly<Record<string, string>> };
  readonly cases: readonly RecordedCase[];
}

function replay(recorded: RecordedCase, files: Recording["meta"]["files"]): JsonValue {
  const readFile = (path: string): string => {
    const text = files[path];
    if (text === undefined) throw new SetValuesError(`open ${path}: no such file or directory`);
    return text;
  };
  const { mode, base = {} } = recorded;
  try {
    return { values: setValues(recorded.in, { mode, base, readFile }) };
  } catch (error) {
    return { error: describeError(error) };
  }
}

/** Helm's `--set` family. */
export const suite: Suite = {
  name: "helm/strvals",
  async *run(corpus) {
    const recording = parseJson(readFileSync(join(corpus, "helm/strvals.json"), "utf8"));
    const { meta, cases } = recording as unknown as Recording;
    for (const [index, recorded] of cases.entries()) {
      const name = `${index} ${recorded.mode} ${JSON.stringify(recorded.in.slice(0, 60))}`;
      const { values, error } = recorded;
      const got = writeJson(canonicalJson(replay(recorded, meta.files)));
      const want = writeJson(canonicalJson(error === undefined ? { values: values ?? null } : { error }));
      if (got === want) yield { name, verdict: "pass" };
      else yield { name, verdict: "fail", detail: `got ${got}\nwant ${want}` };
    }
  },
};
