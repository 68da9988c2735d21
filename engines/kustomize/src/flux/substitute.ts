import type { JsonObject, JsonValue } from "@weir/core";
import { quoteGo } from "@weir/text";
import { emitYaml, loadYaml } from "@weir/yaml";
import { messageOf } from "../error.ts";
import { setKey } from "../node/to-json.ts";
import { LONGEST_TEXT } from "../growth-budget.ts";
import { toBytes } from "./byte-text.ts";
import { applyOperator } from "./envsubst-functions.ts";
import { parseTemplate, type TemplatePart } from "./envsubst-parse.ts";
import { SubstitutionError } from "./substitution-error.ts";

/** Values of variables by name. */
export type Variables = ReadonlyMap<string, string>;

export interface SubstitutionOptions {
  /** An unset variable without a default is an error; Flux's default since 2.9. True unless said otherwise. */
  readonly strict?: boolean;
}

const DEFAULT_OPERATORS: ReadonlySet<string> = new Set(["-", "+", "=", "?", ":-", ":+", ":=", ":?"]);

interface Evaluation {
  readonly variables: Variables;
  readonly isStrict: boolean;
}

function evaluate(part: TemplatePart, evaluation: Evaluation): string {
  if (part.kind === "text") return toBytes(part.text);
  const args = part.args.map((arg) => evaluate(arg, evaluation));
  const value = evaluation.variables.get(part.name);
  if (value === undefined && evaluation.isStrict && !DEFAULT_OPERATORS.has(part.operator)) {
    throw new SubstitutionError(`variable not set (strict mode): ${quoteGo(part.name)}`, {
      variable: part.name,
    });
  }
  return applyOperator(part.operator, toBytes(value ?? ""), args);
}

/** Substitutes variables in a text as fluxcd/pkg/envsubst does; cuts count bytes, so the result may not be UTF-8. */
export function substituteBytes(
  text: string,
  variables: Variables,
  options: SubstitutionOptions = {},
): Uint8Array {
  const evaluation: Evaluation = { variables, isStrict: options.strict ?? true };
  let size = 0;
  const parts = parseTemplate(text).map((part) => {
    const evaluated = evaluate(part, evaluation);
    size += evaluated.length;
    if (size > LONGEST_TEXT) {
      throw new SubstitutionError(`substitution makes a text of more than ${LONGEST_TEXT} bytes`);
    }
    return evaluated;
  });
  return Buffer.from(parts.join(""), "latin1");
}

/** Substitutes variables in a text: `${name}` and the operators of a shell, `$$` for a dollar. */
export function substituteVariables(
  text: string,
  variables: Variables,
  options: SubstitutionOptions = {},
): string {
  return Buffer.from(substituteBytes(text, variables, options)).toString("utf8");
}

const VARIABLE_NAME = /^[_A-Za-z][_A-Za-z0-9]*$/;
const DISABLED_KEY = "kustomize.toolkit.fluxcd.io/substitute";

/** Refuses names that a variable cannot have, in Flux's words. */
export function checkVariableNames(variables: Variables): void {
  for (const name of variables.keys()) {
    if (VARIABLE_NAME.test(name)) continue;
    throw new SubstitutionError(
      `'${name}' var name is invalid, must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$'`,
      {
        variable: name,
      },
    );
  }
}

function isDisabled(object: JsonObject): boolean {
  const metadata = asObject(object["metadata"]);
  return ["labels", "annotations"].some((field) => asObject(metadata[field])[DISABLED_KEY] === "disabled");
}

function asObject(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}

export interface ObjectSubstitutionOptions extends SubstitutionOptions {
  /** Substitutes although there is no variable at all (`substituteStrategy: Always`). */
  readonly always?: boolean;
}

/**
 * Substitutes variables in the YAML of an object as kustomize-controller does after a build.
 *
 * An object with the label or annotation `kustomize.toolkit.fluxcd.io/substitute: disabled` stays as it is, and so does
 * every object where there are no variables. The text is read back as YAML: a quoted number that came from a variable
 * loses its quotes. Line breaks in values are dropped. Throws a `SubstitutionError` in Flux's words.
 */
export function substituteObject(
  object: JsonObject,
  variables: Variables,
  options: ObjectSubstitutionOptions = {},
): JsonObject {
  if (isDisabled(object) || (variables.size === 0 && options.always !== true)) return object;
  const prefix = "envsubst error";
  try {
    checkVariableNames(variables);
  } catch (error) {
    throw wrapped(prefix, error);
  }
  const oneLine = new Map([...variables].map(([name, value]) => [name, value.replaceAll("\n", "")]));
  let text: Uint8Array;
  try {
    text = substituteBytes(emitYaml(object), oneLine, options);
  } catch (error) {
    throw wrapped(`${prefix}: variable substitution failed`, error);
  }
  return readBack(text, prefix);
}

function wrapped(prefix: string, error: unknown): SubstitutionError {
  const variable = error instanceof SubstitutionError ? error.variable : undefined;
  return new SubstitutionError(`${prefix}: ${messageOf(error)}`, {
    ...(variable === undefined ? {} : { variable }),
    cause: error,
  });
}

function readBack(text: Uint8Array, prefix: string): JsonObject {
  let value: JsonValue;
  try {
    value = loadYaml(text);
  } catch (error) {
    throw wrapped(`${prefix}: YAMLToJSON`, error);
  }
  if (value !== null && typeof value === "object" && !Array.isArray(value))
    return asFloats(value) as JsonObject;
  throw new SubstitutionError(
    "UnmarshalJSON: json: cannot unmarshal value into Go value of type map[string]interface {}",
  );
}

/** Every number passes through Go's float64 on the way back. */
function asFloats(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map((item: JsonValue) => asFloats(item));
  if (value === null || typeof value !== "object") return value;
  const result: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value)) setKey(result, key, asFloats(item as JsonValue));
  return result;
}
