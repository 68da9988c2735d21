import type { JsonValue } from "@weir/core";
import { chargedWalk, defineFunction, type TemplateRun } from "@weir/gotemplate";
import { GoCallError, type GoFunction, goJsonValue, type GoValue, utf8Bytes } from "@weir/text";
import { emitYaml, loadYaml, YamlError } from "@weir/yaml";

import { mismatch } from "./json-functions.ts";
import { readValue } from "./read-value.ts";

const DICT = "map[string]interface {}";
const LIST = "[]interface {}";

/** `toYaml`: the value as sigs.k8s.io/yaml writes it, without the last line break; nothing where it cannot. */
export function toYaml(value: GoValue, run: TemplateRun): string {
  try {
    return mustToYaml(value, run);
  } catch (error) {
    if (error instanceof GoCallError) return "";
    throw error;
  }
}

function mustToYaml(value: GoValue, run: TemplateRun): string {
  const text = emit(jsonOf(value, run));
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}

function jsonOf(value: GoValue, run: TemplateRun): JsonValue {
  try {
    return goJsonValue(value, chargedWalk(run));
  } catch (error) {
    if (!(error instanceof GoCallError)) throw error;
    throw new GoCallError(`error marshaling into JSON: ${error.message}`);
  }
}

function emit(value: JsonValue): string {
  try {
    return emitYaml(value);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new GoCallError(`error converting JSON to YAML: ${error.message}`);
  }
}

/** What `yaml.Unmarshal` reads, or what it says. */
function load(text: string): JsonValue | YamlError {
  try {
    return loadYaml(text.isWellFormed() ? text : utf8Bytes(text));
  } catch (error) {
    if (error instanceof YamlError) return error;
    throw error;
  }
}

function fromYaml(text: string): GoValue {
  const value = load(text);
  if (value instanceof YamlError) return new Map([["Error", conversionProblem(value)]]);
  if (value === null) return new Map();
  const read = readValue(value);
  return read instanceof Map ? read : new Map([["Error", typeProblem(value, DICT)]]);
}

function fromYamlArray(text: string): GoValue {
  const value = load(text);
  if (value instanceof YamlError) return [conversionProblem(value)];
  if (value === null) return [];
  return Array.isArray(value) ? readValue(value) : [typeProblem(value, LIST)];
}

function conversionProblem(error: YamlError): string {
  return `error converting YAML to JSON: ${error.message}`;
}

function typeProblem(value: JsonValue, type: string): string {
  return `error unmarshaling JSON: while decoding JSON: json: ${mismatch(value, type)}`;
}

/** Helm's functions for YAML: those without `must` swallow every error, or hand it on as a value. */
export const yamlFunctions: readonly GoFunction[] = [
  defineFunction("toYaml", ["interface {}"], "string", ([value], run) => toYaml(value, run)),
  defineFunction("mustToYaml", ["interface {}"], "string", ([value], run) => mustToYaml(value, run)),
  defineFunction("fromYaml", ["string"], DICT, ([text]) => fromYaml(text)),
  defineFunction("fromYamlArray", ["string"], LIST, ([text]) => fromYamlArray(text)),
];
