import type { JsonValue } from "@weir/core";
import { decodeVersion2 } from "./decode.ts";
import { newDecodeState, reportProblems } from "./decode-state.ts";
import { decodeVersion3 } from "./decode-v3.ts";
import { YamlError } from "./error.ts";
import type { YamlNode } from "./node.ts";
import { checkSize, type LoadOptions, type LoadSettings, loadSettings } from "./options.ts";
import { parseFirstDocument } from "./parser.ts";
import { inputError, readInput } from "./read-input.ts";
import { ScanState } from "./scan-state.ts";

/** How far ahead of its position the scanner may have looked. */
const LOOK_AHEAD = 4;

/**
 * Loads the first document of a text as sigs.k8s.io/yaml does: `YAMLToJSON`, read back as JSON.
 *
 * Keys that are numbers or booleans become strings, integers outside ±2^53 become `bigint`, and a text without a
 * document is `null`. What follows the first document is not looked at, errors included, as in go-yaml.
 *
 * Throws a `YamlError` with go-yaml's message, or a `YamlBudgetError` where the text costs more than it may.
 */
export function loadYaml(text: string | Uint8Array, options?: LoadOptions): JsonValue {
  return loadWith(text, loadSettings(options), false);
}

/** Loads with all options settled. `forEmitter` keeps floats apart from integers. */
export function loadWith(text: string | Uint8Array, settings: LoadSettings, forEmitter: boolean): JsonValue {
  const root = parseYaml(text, settings);
  if (root === undefined) return null;
  const state = newDecodeState(settings, forEmitter);
  const value = settings.dialect === "go-yaml-v2" ? decodeVersion2(state, root) : decodeVersion3(state, root);
  reportProblems(state, value);
  return value;
}

/** Parses the first document into nodes; `undefined` where there is none. */
export function parseYaml(input: string | Uint8Array, settings: LoadSettings): YamlNode | undefined {
  checkSize(input.length, settings.budgets);
  const { text, start, problem } = readInput(input);
  const scan = new ScanState(text, start, settings.dialect);
  if (problem === undefined) return parseFirstDocument(scan, settings.budgets);
  // The text was cut before the block with the forbidden character; whoever needs that block meets the character.
  try {
    const root = parseFirstDocument(scan, settings.budgets);
    if (!scan.streamEnded) return root;
  } catch (error) {
    if (!(error instanceof YamlError) || scan.position + LOOK_AHEAD < text.length) throw error;
  }
  throw inputError(problem, text);
}
