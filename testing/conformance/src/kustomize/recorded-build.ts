import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describeError, memoryTree, type Tree } from "@weir/core";
import { buildKustomization, emitResources, KustomizeError, type LoadRestrictor } from "@weir/kustomize";
import type { CaseResult } from "../suite.ts";

/** A recorded build, as `corpus/kustomize/README.md` describes it. */
export interface RecordedBuild {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly filesBase64?: Readonly<Record<string, string>>;
  readonly run: string;
  readonly options: {
    readonly loadRestrictor: LoadRestrictor;
    readonly reorder: "unspecified" | "none" | "legacy";
    readonly managedByLabel?: boolean;
  };
  readonly expected?: string;
  readonly error?: string;
  readonly stderr: string;
}

function treeOf(recorded: Pick<RecordedBuild, "files" | "filesBase64">): Tree {
  const files = new Map<string, Uint8Array>();
  for (const [path, text] of Object.entries(recorded.files)) files.set(path, Buffer.from(text, "utf8"));
  for (const [path, text] of Object.entries(recorded.filesBase64 ?? {})) {
    files.set(path, Buffer.from(text, "base64"));
  }
  return memoryTree(files);
}

/**
 * The part of a message that makes sense outside of Go.
 *
 * One decoder of upstream says `unable to` as often as `cannot`, by chance.
 *
 * Dropped are Go's forms of values and nodes (`map[string]interface {}{…}: `, `[]interface {}{…}`, `&{…}`, `&resource.Resource{…}`) and the YAML of a
 * node behind `node contents:`, which go-yaml writes in the style of its source.
 */
export function meaningOf(message: string): string {
  return message
    .replace(/^map\[string\]interface \{\}[({].*[)}]: (?=(?:json|yaml): )/s, "")
    .replace(/(invalid map key): .*$/s, "$1")
    .replace(/&\{[^}]*\}/g, "&{}")
    .replace(/json: unable to unmarshal/g, "json: cannot unmarshal")
    .replace(/ for the following resource:\n.*?(?=': must build|$)/s, "")
    .replace(/: node contents:(?:\n|\\+n).*$/s, "")
    .replace(/(?<=nodes unequal: ).*$/s, "")
    .trim();
}

/** What a build came to. */
export interface BuildOutcome {
  readonly output?: string;
  readonly error?: string;
  readonly warnings: string;
}

/** Builds a recorded input with our own engine. */
export function build(
  recorded: Pick<RecordedBuild, "files" | "filesBase64" | "run" | "options">,
): BuildOutcome {
  try {
    const { objects, warnings } = buildKustomization(treeOf(recorded), recorded.run, recorded.options);
    return { output: emitResources(objects), warnings: warnings.join("\n") };
  } catch (error) {
    if (!(error instanceof KustomizeError)) throw error;
    return { error: error.message, warnings: "" };
  }
}

function difference(recorded: RecordedBuild): string | undefined {
  const { output, error, warnings } = build(recorded);
  if (recorded.error !== undefined) {
    if (error === undefined) return `built, but should fail: ${recorded.error}`;
    const [got, want] = [meaningOf(error), meaningOf(recorded.error)];
    return got === want ? undefined : `error differs\n  got:  ${got}\n  want: ${want}`;
  }
  if (error !== undefined) return `failed: ${error}`;
  if (output !== recorded.expected) {
    return `output differs${firstDifference(output ?? "", recorded.expected ?? "")}`;
  }
  if (warnings !== recorded.stderr.trim())
    return `warnings differ\n  got:  ${warnings}\n  want: ${recorded.stderr}`;
  return undefined;
}

/** The first lines that differ, with a little of what is around them. */
export function firstDifference(got: string, want: string): string {
  const [left, right] = [got.split("\n"), want.split("\n")];
  const at = left.findIndex((line, index) => line !== right[index]);
  const line = at < 0 ? left.length : at;
  const show = (lines: readonly string[]): string =>
    lines.slice(Math.max(0, line - 2), line + 4).join("\n    ");
  return ` at line ${line + 1}\n  got:\n    ${show(left)}\n  want:\n    ${show(right)}`;
}

/** Replays every recorded build below a folder. */
export function* replayBuilds(folder: string, only: string | undefined): Generator<CaseResult> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const file of files) {
    const name = relative(folder, file).split(sep).join("/").slice(0, -".json".length);
    if (only !== undefined && only !== name) continue;
    yield judgeBuild(name, JSON.parse(readFileSync(file, "utf8")) as RecordedBuild);
  }
}

function judgeBuild(name: string, recorded: RecordedBuild): CaseResult {
  try {
    const detail = difference(recorded);
    return detail === undefined ? { name, verdict: "pass" } : { name, verdict: "fail", detail };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    return { name, verdict: "fail", detail: `unexpected error: ${describeError(error)}\n${stack}` };
  }
}
