import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SubstitutionError, substituteBytes } from "@weir/kustomize";
import type { CaseResult, Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly in: string;
  readonly out?: string;
  readonly outBase64?: string;
  readonly error?: string;
  readonly strictOut?: string;
  readonly strictOutBase64?: string;
  readonly strictError?: string;
}

interface Recorded {
  readonly meta: { readonly vars: Readonly<Record<string, string>> };
  readonly cases: readonly RecordedCase[];
}

function outcome(text: string, variables: ReadonlyMap<string, string>, strict: boolean): string {
  try {
    return `out ${Buffer.from(substituteBytes(text, variables, { strict })).toString("base64")}`;
  } catch (error) {
    if (error instanceof SubstitutionError) return `error ${error.message}`;
    throw error;
  }
}

function expected(out: string | undefined, base64: string | undefined, error: string | undefined): string {
  if (error !== undefined) return `error ${error}`;
  return `out ${base64 ?? Buffer.from(out ?? "", "utf8").toString("base64")}`;
}

/** In strict mode the same is expected unless the case says otherwise. */
function difference(recorded: RecordedCase, variables: ReadonlyMap<string, string>): string | undefined {
  const lenient = expected(recorded.out, recorded.outBase64, recorded.error);
  const { strictOut, strictOutBase64, strictError } = recorded;
  const differs = strictOut ?? strictOutBase64 ?? strictError;
  const strict = differs === undefined ? lenient : expected(strictOut, strictOutBase64, strictError);
  for (const [isStrict, want] of [
    [false, lenient],
    [true, strict],
  ] as const) {
    const got = outcome(recorded.in, variables, isStrict);
    if (got !== want) return `${isStrict ? "strict" : "lenient"}\n  got:  ${got}\n  want: ${want}`;
  }
  return undefined;
}

export const suite: Suite = {
  name: "text/envsubst",
  async *run(corpus): AsyncIterable<CaseResult> {
    const recorded = JSON.parse(readFileSync(join(corpus, "text", "envsubst.json"), "utf8")) as Recorded;
    const variables = new Map(Object.entries(recorded.meta.vars));
    for (const [index, one] of recorded.cases.entries()) {
      const name = `${index} ${JSON.stringify(one.in).slice(0, 60)}`;
      const detail = difference(one, variables);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
