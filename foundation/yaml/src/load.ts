import type { JsonValue } from "@weir/core";
import { decodeVersion2 } from "./decode.ts";
import { newDecodeState, reportProblems } from "./decode-state.ts";
import { decodeVersion3 } from "./decode-v3.ts";
import { YamlError } from "./error.ts";
import type { YamlNode } from "./node.ts";
import { checkSize, type LoadOptions, type LoadSettings, loadSettings } from "./options.ts";
import { type Builder, nodeBuilder, valueBuilder } from "./ordinary-builder.ts";
import { type OrdinaryDocument, parseOrdinary } from "./parse-ordinary.ts";
import { parseFirstDocument } from "./parser.ts";
import { inputError, type ReadInput, readInput } from "./read-input.ts";
import { ScanState } from "./scan-state.ts";

/**
 * Loads the first document of a text as sigs.k8s.io/yaml does: `YAMLToJSON`, read back as JSON.
 *
 * Keys that are numbers or booleans become strings, integers outside ±2^53 become `bigint`, a float is a number however
 * large it is, and a text without a document is `null`. What follows the first document is not looked at, errors
 * included, as in go-yaml.
 *
 * Throws a `YamlError` with go-yaml's message, or a `YamlBudgetError` where the text costs more than it may.
 */
export function loadYaml(text: string | Uint8Array, options?: LoadOptions): JsonValue {
  return loadWith(text, loadSettings(options));
}

/** Loads with all options settled. */
export function loadWith(text: string | Uint8Array, settings: LoadSettings): JsonValue {
  checkSize(text.length, settings.budgets);
  const input = readInput(text);
  const ordinary = tryOrdinary(input, settings, valueBuilder(settings));
  return ordinary === undefined ? loadExactly(input, settings) : ordinary.root;
}

/** Loads JSON text for the emitter, which wants whole floats told from integers; infinities get through. */
export function loadForEmitter(json: string, settings: LoadSettings): JsonValue {
  checkSize(json.length, settings.budgets);
  return decode(parseExactly(readInput(json), settings), settings, true);
}

/** Loads by tokens and nodes, the way that meets every rule and every error of go-yaml. */
export function loadExactly(input: ReadInput, settings: LoadSettings): JsonValue {
  return decode(parseExactly(input, settings), settings, false);
}

function decode(root: YamlNode | undefined, settings: LoadSettings, forEmitter: boolean): JsonValue {
  if (root === undefined) return null;
  const state = newDecodeState(settings, forEmitter);
  const value = settings.dialect === "go-yaml-v2" ? decodeVersion2(state, root) : decodeVersion3(state, root);
  reportProblems(state, value);
  return value;
}

/** Parses the first document into nodes; `undefined` where there is none. */
export function parseYaml(text: string | Uint8Array, settings: LoadSettings): YamlNode | undefined {
  checkSize(text.length, settings.budgets);
  const input = readInput(text);
  const ordinary = tryOrdinary(input, settings, nodeBuilder());
  return ordinary === undefined ? parseExactly(input, settings) : ordinary.root;
}

function tryOrdinary<Built, Mapping extends Built>(
  { text, start, problem }: ReadInput,
  { dialect, budgets }: LoadSettings,
  builder: Builder<Built, Mapping>,
): OrdinaryDocument<Built> | undefined {
  if (problem !== undefined) return undefined;
  return parseOrdinary(new ScanState(text, start, dialect), budgets.depth, builder);
}

/** How far ahead of its position the scanner may have looked. */
const LOOK_AHEAD = 4;

function parseExactly({ text, start, problem }: ReadInput, settings: LoadSettings): YamlNode | undefined {
  const scan = new ScanState(text, start, settings.dialect);
  if (problem === undefined) return parseFirstDocument(scan, settings.budgets);
  // The text was cut before the block with the forbidden character; whoever needs that block meets the character.
  try {
    const root = parseFirstDocument(scan, settings.budgets);
    if (!scan.streamEnded) return root;
  } catch (error) {
    if (!(error instanceof YamlError) || scan.position + LOOK_AHEAD < text.length) throw error;
  }
  throw inputError(problem);
}
