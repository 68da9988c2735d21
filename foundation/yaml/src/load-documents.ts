import { isUtf8 } from "node:buffer";
import { JsonDepthError, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { YamlBudgetError, YamlError } from "./error.ts";
import { endOfJsonValue } from "./json-extent.ts";
import { loadWith } from "./load.ts";
import { checkSize, type LoadOptions, type LoadSettings, loadSettings } from "./options.ts";
import { splitYamlDocuments, trimLeftAsGo } from "./split-documents.ts";

/** How far into the stream Kubernetes looks for the brace that makes it JSON. */
const GUESS_LENGTH = 2048;

/** From so many JSON objects on, a stream is surely JSON and no longer tried as YAML. */
const SURELY_JSON = 2;

/**
 * Loads every document of a stream as Kubernetes' `NewYAMLOrJSONDecoder` does.
 *
 * A stream that starts with `{` is tried as a series of JSON values first. Documents of nothing but comments are
 * `null`. An error's `line` counts within its document, and `document` says which one that is.
 */
export function loadYamlDocuments(text: string | Uint8Array, options?: LoadOptions): readonly JsonValue[] {
  return [...readYamlDocuments(text, options)];
}

/** The same, one document at a time: an error comes after the documents before it. */
export function* readYamlDocuments(
  input: string | Uint8Array,
  options?: LoadOptions,
): Generator<JsonValue, void, undefined> {
  const settings = loadSettings(options);
  checkSize(input.length, settings.budgets);
  const { text, toInput } = openStream(input);
  let count = 0;
  for (const value of readAny(text, (document) => load(toInput(document), settings, count))) {
    if (count >= settings.budgets.documents) {
      throw new YamlBudgetError("documents", `stream has more than ${settings.budgets.documents} documents`);
    }
    yield value;
    count += 1;
  }
}

interface Stream {
  readonly text: string;
  /** Turns a part of the text back into what it was made of. */
  readonly toInput: (part: string) => string | Uint8Array;
}

/** Bytes that are not UTF-8 are carried through as Latin-1, so that each document's own error names them. */
function openStream(input: string | Uint8Array): Stream {
  if (typeof input === "string") return { text: input, toInput: (part) => part };
  const bytes = Buffer.from(input.buffer, input.byteOffset, input.byteLength);
  if (isUtf8(bytes)) return { text: bytes.toString("utf8"), toInput: (part) => part };
  return { text: bytes.toString("latin1"), toInput: (part) => Buffer.from(part, "latin1") };
}

function* readAny(text: string, loadDocument: (document: string) => JsonValue): Generator<JsonValue> {
  let rest = text;
  let jsonError: YamlError | undefined;
  if (trimLeftAsGo(text.slice(0, GUESS_LENGTH)).startsWith("{")) {
    const consumed = yield* readJsonValues(text);
    if (consumed === undefined) return;
    jsonError = consumed.error;
    rest = withoutFirstBlanks(text.slice(consumed.length));
  }
  for (const document of splitStream(rest, jsonError)) yield loadOrBlame(document, loadDocument, jsonError);
}

/** Where the stream might have been JSON and is neither, the JSON error is the one that is reported. */
function loadOrBlame(
  document: string,
  loadDocument: (document: string) => JsonValue,
  jsonError: YamlError | undefined,
): JsonValue {
  try {
    return loadDocument(document);
  } catch (error) {
    throw error instanceof YamlBudgetError ? error : (jsonError ?? error);
  }
}

function* splitStream(text: string, jsonError: YamlError | undefined): Generator<string> {
  try {
    yield* splitYamlDocuments(text);
  } catch (error) {
    throw jsonError ?? error;
  }
}

/** How far a stream was JSON, and what ended that. */
interface JsonPart {
  readonly length: number;
  readonly error: YamlError;
}

/** Yields JSON values while there are any; returns `undefined` when the whole stream was JSON. */
function* readJsonValues(text: string): Generator<JsonValue, JsonPart | undefined> {
  let position = 0;
  for (let count = 0; ; count += 1) {
    const start = skipJsonSpace(text, position);
    if (start === text.length) return undefined;
    const end = endOfJsonValue(text, start);
    try {
      yield parseJson(text.slice(start, end));
    } catch (error) {
      if (error instanceof JsonDepthError) throw depthError(error, count);
      if (!(error instanceof JsonSyntaxError)) throw error;
      const described = jsonStreamError(text, start, error, count);
      if (count >= SURELY_JSON) throw described;
      return { length: position, error: described };
    }
    position = end;
  }
}

function skipJsonSpace(text: string, start: number): number {
  let position = start;
  while (position < text.length && " \t\r\n".includes(text.charAt(position))) position += 1;
  return position;
}

function depthError(cause: JsonDepthError, document: number): YamlBudgetError {
  return new YamlBudgetError("depth", `exceeded max depth of ${cause.maxDepth}`, { document, cause });
}

function jsonStreamError(text: string, start: number, error: JsonSyntaxError, count: number): YamlError {
  // Go's stream decoder says that in other words than its parser of whole texts.
  if (error.problem === "unexpected end of JSON input") {
    return new YamlError("unexpected EOF", "unexpected EOF", { document: count, cause: error });
  }
  const offset = Buffer.byteLength(text.slice(0, start + error.offset)) + 1;
  const where = count >= SURELY_JSON ? "" : `json: offset ${offset}: `;
  return new YamlError(`${where}${error.problem}`, error.problem, { document: count, cause: error });
}

/** After JSON, white space up to and with the first line feed is dropped. */
function withoutFirstBlanks(text: string): string {
  const trimmed = trimLeftAsGo(text);
  const lineEnd = text.indexOf("\n");
  const blanks = text.length - trimmed.length;
  return lineEnd !== -1 && lineEnd < blanks ? text.slice(lineEnd + 1) : trimmed;
}

function load(document: string | Uint8Array, settings: LoadSettings, index: number): JsonValue {
  try {
    return loadWith(document, settings);
  } catch (error) {
    if (error instanceof YamlBudgetError) {
      const { line, column } = error;
      throw new YamlBudgetError(error.budget, error.problem, { line, column, document: index, cause: error });
    }
    if (!(error instanceof YamlError)) throw error;
    throw new YamlError(`error converting YAML to JSON: ${error.message}`, error.problem, {
      line: error.line,
      column: error.column,
      document: index,
    });
  }
}
