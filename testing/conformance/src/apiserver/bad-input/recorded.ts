import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KeptAnswer } from "./answer.ts";

const FOLDER = join(import.meta.dirname, "../../../recorded/apiserver/bad-input");

/** What kube-apiserver answered to the cases of a group, by name. */
export function readRecorded(group: string): ReadonlyMap<string, readonly KeptAnswer[]> {
  const path = join(FOLDER, `${group}.jsonl`);
  const recorded = new Map<string, readonly KeptAnswer[]>();
  if (!existsSync(path)) return recorded;
  const answers: KeptAnswer[] = [];
  for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) {
    const read = JSON.parse(line) as Line;
    if ("answer" in read) answers.push(read.answer);
    else
      recorded.set(
        read.case,
        read.answers.map((index) => answers[index] as KeptAnswer),
      );
  }
  return recorded;
}

/** Many cases have one answer, so each answer stands once, and cases name it by its number. */
type Line = { readonly answer: KeptAnswer } | { readonly case: string; readonly answers: readonly number[] };

export function writeRecorded(group: string, recorded: ReadonlyMap<string, readonly KeptAnswer[]>): void {
  const seen = new Map<string, number>();
  const cases: string[] = [];
  for (const [name, answers] of recorded) {
    const indexes = answers.map((answer) => {
      const text = JSON.stringify({ answer });
      const index = seen.get(text) ?? seen.size;
      seen.set(text, index);
      return index;
    });
    cases.push(JSON.stringify({ case: name, answers: indexes }));
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${group}.jsonl`), `${[...seen.keys(), ...cases].join("\n")}\n`);
}
