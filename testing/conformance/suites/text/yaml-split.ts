import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonValue, writeJson } from "@weir/core";
import { readYamlDocuments, splitYamlDocuments, YamlError } from "@weir/yaml";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly input: string;
  readonly reader: readonly string[] | null;
  readonly readerError?: string;
  readonly decoded: readonly JsonValue[] | null;
  readonly decodeError?: string;
}

/** What came out before the end or an error; the recordings write an empty list as null. */
function outcome(documents: Iterable<JsonValue>): string {
  const seen: JsonValue[] = [];
  let error: string | null = null;
  try {
    for (const document of documents) seen.push(document);
  } catch (thrown) {
    if (!(thrown instanceof YamlError)) throw thrown;
    error = thrown.message;
  }
  return writeJson([seen, error]);
}

function judge(recorded: RecordedCase): string | undefined {
  const wantReader = writeJson([recorded.reader ?? [], recorded.readerError ?? null]);
  const reader = outcome(splitYamlDocuments(recorded.input));
  if (reader !== wantReader) return `reader: want ${wantReader}, got ${reader}`;
  const wantDecoded = writeJson([recorded.decoded ?? [], recorded.decodeError ?? null]);
  const decoded = outcome(readYamlDocuments(recorded.input));
  return decoded === wantDecoded ? undefined : `decoder: want ${wantDecoded}, got ${decoded}`;
}

/** Kubernetes' `NewYAMLReader` and `NewYAMLOrJSONDecoder`. */
export const suite: Suite = {
  name: "text/yaml-split",
  async *run(corpus) {
    const recorded = JSON.parse(readFileSync(join(corpus, "text/yaml-split.json"), "utf8")) as {
      readonly cases: readonly RecordedCase[];
    };
    for (const [index, one] of recorded.cases.entries()) {
      const name = `${index} ${JSON.stringify(one.input).slice(0, 60)}`;
      const detail = judge(one);
      yield detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
