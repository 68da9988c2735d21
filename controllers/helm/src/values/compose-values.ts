import type { HelmRelease } from "@weir/api";
import type { Kind } from "@weir/client";
import { ConfigMap, Secret } from "@weir/consumer";
import { describeError, type JsonObject, type JsonValue } from "@weir/core";
import { type HelmValues, mergeValues, type SetMode, setValues } from "@weir/helm";
import type { KubeObject, ObjectKey } from "@weir/objects";
import { loadYaml } from "@weir/yaml";
import { namespaceOf } from "../settings/release-settings.ts";
import { ValuesReferenceError } from "./values-error.ts";

/** Reads an object live; `undefined` where there is none. */
export type ReadObject = (kind: Kind<KubeObject>, key: ObjectKey) => Promise<KubeObject | undefined>;

type Reference = NonNullable<HelmRelease["spec"]["valuesFrom"]>[number];

const KINDS: Readonly<Record<Reference["kind"], Kind<KubeObject> & { readonly plural: string }>> = {
  ConfigMap,
  Secret,
};

/**
 * The values of a release: those of its references in their order, then its own, which win but over single values at a
 * `targetPath`. Maps are merged, everything else is replaced.
 *
 * Throws `ValuesReferenceError`, and what reading an object throws.
 */
export async function composeValues(
  release: Pick<HelmRelease, "metadata" | "spec">,
  read: ReadObject,
): Promise<HelmValues> {
  const own = ownValues(release.spec.values as JsonValue | undefined);
  const objects = new Map<string, Promise<KubeObject | undefined>>();
  let values: HelmValues = {};
  for (const reference of release.spec.valuesFrom ?? []) {
    const { kind, name } = reference;
    const key = { namespace: namespaceOf(release), name };
    const id = `${kind}/${name}`;
    const reading = objects.get(id) ?? read(KINDS[kind], key);
    objects.set(id, reading);
    const text = textOf(reference, key, await reading);
    if (text === undefined) continue;
    values = withReference(values, { reference, key, text, own });
  }
  return mergeValues(values, own);
}

interface ReadReference {
  readonly reference: Reference;
  readonly key: Required<ObjectKey>;
  readonly text: string;
  readonly own: HelmValues;
}

function withReference(values: HelmValues, { reference, key, text, own }: ReadReference): HelmValues {
  const { targetPath = "" } = reference;
  try {
    return targetPath === ""
      ? mergeValues(values, readValues(text))
      : setAt(mergeValues(values, own), targetPath, { text, isLiteral: reference.literal === true });
  } catch (error) {
    if (error instanceof ValuesReferenceError) throw problemOf(reference, key, error.message);
    throw problemOf(reference, key, describeError(error));
  }
}

/** Puts one value at a path as `--set` does; quotes around it make it a string. */
function setAt(
  base: HelmValues,
  path: string,
  { text, isLiteral }: { readonly text: string; readonly isLiteral: boolean },
): HelmValues {
  if (isLiteral) return setValues(`${path}=${text}`, { mode: "set-literal", base });
  const isQuoted = [`'`, `"`].some((quote) => text.startsWith(quote) && text.endsWith(quote));
  const mode: SetMode = isQuoted ? "set-string" : "set";
  const value = isQuoted ? text.replace(/^['"]+|['"]+$/g, "") : text;
  return setValues(`${path}=${value}`, { mode, base });
}

/** The text of a reference; `undefined` where there is none and none is needed. */
function textOf(
  reference: Reference,
  key: Required<ObjectKey>,
  object: KubeObject | undefined,
): string | undefined {
  const { kind, optional = false } = reference;
  if (object === undefined) {
    if (optional) return undefined;
    throw problemOf(reference, key, `${KINDS[kind].plural} ${JSON.stringify(key.name)} not found`);
  }
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> };
  const field = valuesKeyOf(reference);
  const value = Object.hasOwn(data, field) ? data[field] : undefined;
  if (value !== undefined) return kind === "Secret" ? Buffer.from(value, "base64").toString("utf8") : value;
  if (optional) return undefined;
  throw problemOf(reference, key, "key not found");
}

function valuesKeyOf({ valuesKey = "" }: Reference): string {
  return valuesKey === "" ? "values.yaml" : valuesKey;
}

function problemOf(
  reference: Reference,
  { namespace, name }: Required<ObjectKey>,
  problem: string,
): ValuesReferenceError {
  const optional = reference.optional === true ? " optional" : "";
  return new ValuesReferenceError(
    `could not resolve${optional} ${reference.kind} chart values reference '${namespace}/${name}' with key '${valuesKeyOf(reference)}': ${problem}`,
  );
}

function readValues(text: string): HelmValues {
  let value: JsonValue;
  try {
    value = loadYaml(text);
  } catch (error) {
    throw new ValuesReferenceError(`error converting YAML to JSON: ${describeError(error)}`);
  }
  if (value === null) return {};
  if (isJsonObject(value)) return asFloats(value) as JsonObject;
  const prefix = "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal";
  throw new ValuesReferenceError(`${prefix} ${goKindOf(value)} into Go value of type common.Values`);
}

/** The values of the spec itself; what is no map counts for nothing, as in Flux. */
function ownValues(values: JsonValue | undefined): HelmValues {
  return values !== undefined && isJsonObject(values) ? (asFloats(values) as JsonObject) : {};
}

/** Values of YAML and JSON have Go's float64 for numbers, however long they are. */
function asFloats(value: JsonValue): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(asFloats);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asFloats(inner)]));
}

function goKindOf(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "string":
      return "string";
    default:
      return "number";
  }
}

function isJsonObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
