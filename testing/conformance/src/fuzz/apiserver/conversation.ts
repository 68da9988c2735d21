import type { JsonValue } from "@weir/core";
import { emitYaml, loadYaml } from "@weir/yaml";
import type { RecordedRequest } from "../../apiserver/transcript.ts";
import type { FuzzCase } from "../fuzz-target.ts";

/** A change of what a server answered last, below a JSON pointer. */
export interface Edit {
  readonly at: string;
  /** What is put there; absent where it is removed. */
  readonly value?: JsonValue;
}

/** A request of a case; `$NS` in it is a name of the case's own. */
export interface CaseRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: JsonValue;
  readonly rawBody?: string;
  /** The body is the object as it was last answered for this path, or else the body given, so changed. */
  readonly edit?: readonly Edit[];
}

/** A request as it went out and its answer, with placeholders for what each server makes up. */
export interface Exchange {
  readonly request: RecordedRequest;
  readonly response: {
    readonly status: number;
    readonly contentType: string;
    readonly warning: string;
    readonly body?: JsonValue;
    readonly rawBody?: string;
  };
}

/** A case holds each request in a file, so that requests and lines of them can be left out. */
export function caseOf(requests: readonly CaseRequest[]): FuzzCase {
  const files = requests.map((request, index): [string, string] => [
    `${String(index).padStart(2, "0")}.yaml`,
    emitYaml(request as unknown as JsonValue),
  ]);
  return { files: Object.fromEntries(files), run: ".", options: {} };
}

export function requestsOf({ files }: FuzzCase): readonly CaseRequest[] {
  return Object.keys(files)
    .sort()
    .map((name) => loadYaml(files[name] ?? "") as unknown as CaseRequest);
}

/** What a value becomes by edits; maps that are missing on the way are made. */
export function edited(value: JsonValue, edits: readonly Edit[]): JsonValue {
  const result = structuredClone(value);
  for (const edit of edits) applyEdit(result, edit);
  return result;
}

interface Container {
  [key: string]: JsonValue;
}

function applyEdit(root: JsonValue, edit: Edit): void {
  const keys = edit.at
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = keys.pop();
  if (last === undefined) return;
  let container = root as Container;
  for (const key of keys) {
    const next = container[key];
    if (typeof next === "object" && next !== null) {
      container = next as Container;
      continue;
    }
    // What was an item of a list comes back with the list alone.
    if (edit.value === undefined || /^\d+$/.test(keys[keys.indexOf(key) + 1] ?? last)) return;
    const made: Container = {};
    container[key] = made;
    container = made;
  }
  if (edit.value !== undefined) container[last] = structuredClone(edit.value);
  else if (Array.isArray(container)) container.splice(Number(last), 1);
  else delete container[last];
}
