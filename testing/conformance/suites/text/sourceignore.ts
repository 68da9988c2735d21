import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  defaultPatterns,
  type IgnorePattern,
  isIgnored,
  parseIgnore,
  versionControlPatterns,
} from "@weir/artifact";
import type { Suite } from "../../src/suite.ts";

interface RecordedCase {
  readonly ignore: string;
  readonly domain?: string;
  readonly excluded: readonly string[];
  readonly excludedWithDefaults?: readonly string[];
}

interface Recording {
  readonly meta: { readonly paths: readonly string[] };
  readonly cases: readonly RecordedCase[];
}

function excludedBy(patterns: readonly IgnorePattern[], paths: readonly string[]): readonly string[] {
  return paths.filter((path) => {
    const isDirectory = path.endsWith("/");
    return isIgnored(patterns, (isDirectory ? path.slice(0, -1) : path).split("/"), isDirectory);
  });
}

function difference(got: readonly string[], want: readonly string[]): string {
  const extra = got.filter((path) => !want.includes(path));
  const missing = want.filter((path) => !got.includes(path));
  return extra.length + missing.length === 0
    ? ""
    : `excluded too: ${extra.join(" ")}; not excluded: ${missing.join(" ")}`;
}

/** Ignore text against every recorded path, alone and after the default patterns. */
export const suite: Suite = {
  name: "text/sourceignore",
  async *run(corpus) {
    const recording = JSON.parse(readFileSync(join(corpus, "text/sourceignore.json"), "utf8")) as Recording;
    for (const [index, recorded] of recording.cases.entries()) {
      const name = `${index} ${JSON.stringify(recorded.ignore)}`;
      const own = parseIgnore(recorded.ignore, recorded.domain?.split("/"));
      const details = [difference(excludedBy(own, recording.meta.paths), recorded.excluded)];
      if (recorded.excludedWithDefaults !== undefined) {
        const all = [...versionControlPatterns(), ...defaultPatterns(), ...own];
        details.push(difference(excludedBy(all, recording.meta.paths), recorded.excludedWithDefaults));
      }
      const detail = details.filter((part) => part !== "").join(" | ");
      yield detail === "" ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
    }
  },
};
