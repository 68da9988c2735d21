import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type JsonObject, type JsonValue, parseJson, WeirError } from "@weir/core";
import { ChartError, type HelmValues, loadValues, mergeValues, type SetMode, setValues } from "@weir/helm";
import { utf8Text } from "@weir/text";

import { CommandError } from "../cli-error.ts";
import type { HelmFlagValues } from "./helm-flags.ts";

/** Reads values that are named by a URL. */
export type FetchValues = (url: string) => Promise<Uint8Array>;

/** The values that flags give a chart, in helm's order: files, then JSON, values, texts, files of texts, literals. */
export async function readValues(
  flags: HelmFlagValues,
  workingDirectory: string,
  fetch: FetchValues,
): Promise<HelmValues> {
  let values: HelmValues = {};
  for (const path of flags.all("values")) {
    const content = await readValuesFile(path, workingDirectory, fetch);
    values = mergeValues(values, parseValues(path, content));
  }
  for (const text of flags.all("set-json")) values = setJson(text, values);
  for (const mode of MODES) {
    for (const text of flags.all(mode)) {
      values = inWords(`failed parsing --${mode} data`, () =>
        setValues(text, {
          mode,
          base: values,
          readFile: (path) => utf8Text(readLocal(path, workingDirectory)),
        }),
      );
    }
  }
  return values;
}

const MODES: readonly SetMode[] = ["set", "set-string", "set-file", "set-literal"];

function parseValues(path: string, content: Uint8Array): HelmValues {
  try {
    return loadValues(content);
  } catch (error) {
    if (!(error instanceof ChartError)) throw error;
    throw new CommandError("InvalidValues", `failed to parse ${path}: ${error.message}`);
  }
}

function setJson(text: string, values: HelmValues): HelmValues {
  if (!text.trim().startsWith("{")) {
    try {
      return setValues(text, { mode: "set-json", base: values });
    } catch {
      throw new CommandError("InvalidValues", `failed parsing --set-json data ${text}`);
    }
  }
  try {
    return mergeValues(values, withoutIntegers(parseJson(text.trim()) as JsonObject));
  } catch {
    throw new CommandError("InvalidValues", `failed parsing --set-json data JSON: ${text}`);
  }
}

/** Every number of a JSON text is a float64 here. */
function withoutIntegers(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, item]) => [key, floatsOf(item)] as const);
  return Object.fromEntries(entries);
}

function floatsOf(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "object" || value === null) return value;
  return Array.isArray(value) ? value.map(floatsOf) : withoutIntegers(value as JsonObject);
}

function inWords<Result>(words: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof WeirError)) throw error;
    throw new CommandError("InvalidValues", `${words}: ${error.message}`);
  }
}

async function readValuesFile(
  path: string,
  workingDirectory: string,
  fetch: FetchValues,
): Promise<Uint8Array> {
  if (path.trim() === "-") return readStandardInput();
  if (/^https?:\/\//.test(path)) return fetch(path);
  return readLocal(path, workingDirectory);
}

function readStandardInput(): Uint8Array {
  return readFileSync(0);
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  ENOTDIR: "not a directory",
  EACCES: "permission denied",
  EISDIR: "is a directory",
};

/** Reads a file; an error reads as Go's. */
export function readLocal(path: string, workingDirectory: string): Uint8Array {
  try {
    return readFileSync(resolve(workingDirectory, path));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandError("FileUnreadable", fileProblem(code === "EISDIR" ? "read" : "open", path, error));
  }
}

/** What Go says where something cannot be done with a file. */
export function fileProblem(action: string, path: string, error: unknown): string {
  const { code = "" } = error as NodeJS.ErrnoException;
  return `${action} ${path}: ${WORDS[code] ?? code}`;
}
