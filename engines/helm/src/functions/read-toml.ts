import { goInt, type GoValue, quoteGo } from "@weir/text";
import { parse, TomlDate, TomlError, type TomlTable, type TomlValue } from "smol-toml";

import { tomlTime } from "./toml-time.ts";

/** What a text that is no TOML is wrong in, in the words of BurntSushi's parser where these are known. */
export class TomlProblem {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

/** Deeper tables and arrays are refused: the parser is recursive. */
const MAX_DEPTH = 500;

/** Reads TOML as BurntSushi's decoder does into a map: integers are int64, an array of tables is a slice of maps. */
export function readToml(text: string): Map<string, GoValue> | TomlProblem {
  try {
    const table = parse(text, { integersAsBigInt: true, maxDepth: MAX_DEPTH, unsafeKeyBehaviour: "keep" });
    return mapOf(table, 0);
  } catch (error) {
    if (error instanceof TomlError) return describe(text, error);
    throw error;
  }
}

function mapOf(table: TomlTable, depth: number): Map<string, GoValue> {
  return new Map(Object.keys(table).map((key) => [key, valueOf(table[key] as TomlValue, depth + 1)]));
}

function valueOf(value: TomlValue, depth: number): GoValue {
  if (typeof value === "bigint") return goInt(value, "int64");
  if (typeof value !== "object") return value;
  if (value instanceof TomlDate) return tomlTime(value);
  if (!Array.isArray(value)) return mapOf(value as TomlTable, depth);
  return value.map((item) => valueOf(item, depth + 1));
}

const KEY =
  /^[ \t]*((?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*'))*)[ \t]*=/;

/** The commonest mistakes in BurntSushi's words, the others in those of the parser at hand. */
function describe(text: string, error: TomlError): TomlProblem {
  const lines = text.split("\n");
  const line = lines[error.line - 1] ?? "";
  const key = KEY.exec(line)?.[1]?.replaceAll(/[ \t"']/g, "");
  const isAtEnd = lines.slice(error.line).every((rest) => rest.trim() === "");
  const place = key === undefined ? `line ${error.line}` : `line ${error.line} (last key ${quoteGo(key)})`;
  return new TomlProblem(`toml: ${place}: ${problemOf(line, key, isAtEnd, error)}`);
}

function problemOf(line: string, key: string | undefined, isAtEnd: boolean, error: TomlError): string {
  const problem = error.message.split("\n")[0]?.replace("Invalid TOML document: ", "") ?? "";
  if (problem.startsWith("trying to redefine"))
    return `Key '${key ?? tableNameOf(line)}' has already been defined.`;
  if (line.trimStart().startsWith("=")) return "unexpected '=': key name appears blank";
  if (key === undefined && /^[ \t]*[A-Za-z0-9_-]+[ \t]*$/.test(line)) {
    return isAtEnd
      ? "unexpected EOF; expected key separator '='"
      : "expected '.' or '=', but got '\\n' instead";
  }
  if (key !== undefined && line.replace(KEY, "").trim() === "") {
    return isAtEnd ? "unexpected EOF; expected value" : "expected value but found '\\n' instead";
  }
  return problem;
}

function tableNameOf(line: string): string {
  return line.replaceAll(/[[\] \t]/g, "");
}
