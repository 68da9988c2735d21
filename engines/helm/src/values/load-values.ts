import type { JsonValue } from "@weir/core";
import { loadYaml, splitYamlDocuments, YamlError } from "@weir/yaml";
import { ChartError } from "../chart/chart-error.ts";
import { jsonKind } from "../chart/json-kind.ts";
import { decodedValue } from "./go-json.ts";
import type { HelmValues } from "./helm-values.ts";
import { mergeTables, type Table, valuesOf } from "./table.ts";

/**
 * Reads a values file: each of its documents is laid over those before it.
 *
 * Throws `ChartError` with helm's text, without what the file is called.
 */
export function loadValues(text: Uint8Array): HelmValues {
  return valuesOf(loadValuesTable(text));
}

/** The same, as a table that may be changed. */
export function loadValuesTable(text: Uint8Array): Table {
  const values: Table = new Map();
  for (const document of documentsOf(text)) mergeTables(values, loadDocument(document));
  return values;
}

/** Bytes that are not UTF-8 are carried through as Latin-1, so that go-yaml's own error names them. */
function* documentsOf(text: Uint8Array): Generator<string | Uint8Array> {
  const buffer = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const plain = buffer.toString("utf8");
  const isUtf8 = !plain.includes("\ufffd") || Buffer.from(plain).equals(buffer);
  try {
    for (const document of splitYamlDocuments(isUtf8 ? plain : buffer.toString("latin1"))) {
      yield isUtf8 ? document : Buffer.from(document, "latin1");
    }
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ChartError(`error reading yaml document: ${error.message}`);
  }
}

function loadDocument(document: string | Uint8Array): Table {
  const value = loadOne(document);
  if (value === null) return new Map();
  const table = decodedValue(value);
  if (table instanceof Map) return table;
  throw new ChartError(
    `cannot unmarshal yaml document: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(value)} into Go value of type map[string]interface {}`,
  );
}

function loadOne(document: string | Uint8Array): JsonValue {
  try {
    return loadYaml(document);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ChartError(`cannot unmarshal yaml document: error converting YAML to JSON: ${error.message}`);
  }
}
