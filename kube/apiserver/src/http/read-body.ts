import { JsonDepthError, type JsonObject, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import {
  decodeProtobufObject,
  type NumberTexts,
  ProtobufError,
  readProtobufEnvelope,
  WireFormatError,
} from "@weir/builtin";
import { badRequestError, unsupportedMediaTypeError } from "@weir/objects";
import { quoteGo } from "@weir/text";
import { loadYaml, YamlBudgetError, YamlError } from "@weir/yaml";
import type { ApiRequest } from "./api-request.ts";
import { duplicateKeys } from "./duplicate-keys.ts";
import { goText, wellFormedJson } from "./go-text.ts";

/** Bodies beyond this are refused, as kube-apiserver refuses them. */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const SUPPORTED = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** A body that was read, and what a strict reader has against it. */
export interface ReadBody {
  readonly value: JsonObject;
  /** `duplicate field "data.k"` and its like. */
  readonly strictErrors: readonly string[];
  /** Its text, where that is JSON: what it says of unknown fields is told in its order. */
  readonly text?: string;
  /** What numbers looked like that are not written as integers; absent where there are none. */
  readonly numbers?: NumberTexts & { readonly infinite: string | undefined };
}

/** How a body is to be read. */
export interface ReadBodyOptions {
  /** The kind that messages name. */
  readonly kind: string;
  /** Of a protobuf body that does not say it. */
  readonly apiVersion?: string;
  /** Whether duplicate keys are looked for. */
  readonly isStrict: boolean;
  /** A body that names no kind is refused, as for custom resources; false by default. */
  readonly needsKind?: boolean;
  /** Makes the error of a body that cannot be read; by default it names the kind and shows how the body begins. */
  readonly refuse?: (why: string) => Error;
}

/** The media type of a Content-Type header without its parameters; `""` where there is none. */
export function mediaType(request: Pick<ApiRequest, "header">): string {
  const header = request.header("content-type") ?? "";
  const end = header.indexOf(";");
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}

/** Whether Go's mime.ParseMediaType takes the parameters of a Content-Type header. */
function hasGoodParameters(request: Pick<ApiRequest, "header">): boolean {
  const header = request.header("content-type") ?? "";
  const start = header.indexOf(";");
  return start < 0 || (PARAMETERS.test(header.slice(start)) && header.slice(0, start).trim() !== "");
}

const PARAMETERS = /^(?:\s*;\s*[^\s;="]+\s*=\s*(?:"[^"]*"|[^\s;"]+))*\s*;?\s*$/;

/** What carries a body: a request, or a body that was read already under the headers of its request. */
export type BodySource = Pick<ApiRequest, "header" | "readBody">;

/** Reads the object in a request's body: JSON, YAML or protobuf. Throws a 400, 413 or 415 with Kubernetes' words. */
export async function readObject(request: BodySource, options: ReadBodyOptions): Promise<ReadBody> {
  const type = mediaType(request);
  const isKnown = type === "" || SUPPORTED.includes(type);
  if (!isKnown || !hasGoodParameters(request)) throw unsupportedMediaTypeError(SUPPORTED);
  const bytes = await request.readBody(BODY_LIMIT_BYTES);
  const unrecognized = options.refuse ?? ((why: string) => unrecognizedError(options.kind, why, bytes));
  if (type === "application/vnd.kubernetes.protobuf") return readProtobuf(bytes, options, unrecognized);
  const read =
    type === "application/yaml"
      ? readYaml(bytes, options, unrecognized)
      : readJson(bytes, options, unrecognized);
  const value = asObject(read.value, unrecognized);
  checkTypeMeta(value, unrecognized);
  if (options.needsKind === true && (value["kind"] ?? "") === "")
    throw unrecognized(`Object 'Kind' is missing in '${read.text ?? goText(bytes)}'`);
  return { ...read, value };
}

/** What a body says of its kind is text, and its apiVersion has two parts at most. */
function checkTypeMeta(value: JsonObject, refuse: Refuse): void {
  for (const field of ["apiVersion", "kind"]) {
    const given = Object.hasOwn(value, field) ? (value[field] ?? "") : "";
    if (typeof given === "string") continue;
    throw refuse(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(given)} into Go struct field .${field} of type string`,
    );
  }
  const apiVersion = String(value["apiVersion"] ?? "");
  if (apiVersion.split("/").length > 2) throw refuse(`unexpected GroupVersion string: ${apiVersion}`);
}

/** 400 of a body whose kind cannot be told. */
export function unrecognizedError(kind: string, why: string, bytes: Uint8Array): Error {
  return badRequestError(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${excerpt(bytes)})`,
  );
}

/** The beginning of a body: text where it looks like a JSON object, hexadecimal where not. */
function excerpt(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  if (bytes[0] === 0x7b) return bytes.length > 30 ? `${goText(bytes.subarray(0, 30))} ...` : goText(bytes);
  const hex = Buffer.from(bytes.subarray(0, 30)).toString("hex");
  return bytes.length > 30 ? `${hex} ...` : hex;
}

type Refuse = (why: string) => Error;
type AnyBody = Omit<ReadBody, "value"> & { readonly value: JsonValue };

function readProtobuf(bytes: Uint8Array, options: ReadBodyOptions, refuse: Refuse): ReadBody {
  const asRefusal = <Value>(read: () => Value, wrap: Refuse): Value => {
    try {
      return read();
    } catch (error) {
      if (error instanceof WireFormatError || error instanceof ProtobufError) throw wrap(error.message);
      throw error;
    }
  };
  const envelope = asRefusal(() => readProtobufEnvelope(bytes), refuse);
  // What a body does not say of its kind is the resource's.
  const kind = envelope.kind || options.kind;
  const apiVersion = envelope.apiVersion || options.apiVersion || "";
  const version = apiVersion.slice(apiVersion.indexOf("/") + 1);
  const read = asRefusal(
    () => decodeProtobufObject(apiVersion, kind, envelope.raw),
    (why) =>
      options.refuse?.(why) ??
      badRequestError(`${kind} in version "${version}" cannot be handled as a ${options.kind}: ${why}`),
  );
  return { value: read ?? { apiVersion, kind }, strictErrors: [] };
}

function readJson(bytes: Uint8Array, options: ReadBodyOptions, refuse: Refuse): AnyBody {
  try {
    const { value, text, numbers } = readGoJson(bytes);
    const strictErrors = options.isStrict
      ? duplicateKeys(text).map((path) => `duplicate field ${quoteGo(path)}`)
      : [];
    return numbers === undefined ? { value, text, strictErrors } : { value, text, strictErrors, numbers };
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw refuse(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
}

/** JSON as Go reads it. */
export interface GoJson {
  readonly value: JsonValue;
  readonly text: string;
  readonly numbers?: NonNullable<ReadBody["numbers"]>;
}

/** Reads bytes as Go's decoder does; throws `JsonSyntaxError` with its words, also for what nests too deep. */
export function readGoJson(bytes: Uint8Array): GoJson {
  const text = wellFormedJson(goText(bytes));
  let numbers: FractionTexts | undefined;
  const onFraction = (holder: object, key: string, source: string): void => {
    numbers ??= new FractionTexts();
    numbers.add(holder, key, source);
  };
  try {
    const value = parseJson(text, { onFraction });
    return numbers === undefined ? { value, text } : { value, text, numbers };
  } catch (cause) {
    if (!(cause instanceof JsonDepthError)) throw cause;
    throw new JsonSyntaxError(`invalid character '${cause.bracket}' exceeded max depth`, 0, { cause });
  }
}

/** Texts of numbers by what holds them. */
class FractionTexts implements NumberTexts {
  readonly #texts = new WeakMap<object, Map<string, string>>();
  infinite: string | undefined;

  add(holder: object, key: string, text: string): void {
    const texts = this.#texts.get(holder) ?? new Map<string, string>();
    texts.set(key, text);
    this.#texts.set(holder, texts);
    if (this.infinite === undefined && !Number.isFinite(Number(text))) this.infinite = text;
  }

  textOf(holder: object, key: string): string | undefined {
    return this.#texts.get(holder)?.get(key);
  }
}

function readYaml(bytes: Uint8Array, options: ReadBodyOptions, refuse: Refuse): AnyBody {
  try {
    return loadStrictly(bytes, options.isStrict);
  } catch (error) {
    if (error instanceof YamlError || error instanceof YamlBudgetError) throw refuse(error.message);
    throw error;
  }
}

/**
 * Loads YAML; what a strict reader has against repeated keys is one problem, told with the lines where they stand.
 * Only a text with a problem is loaded twice. Throws what `loadYaml` throws.
 */
export function loadStrictly(bytes: Uint8Array, isStrict: boolean): AnyBody {
  if (!isStrict) return { value: loadYaml(bytes), strictErrors: [] };
  try {
    return { value: loadYaml(bytes, { duplicateKeys: "error" }), strictErrors: [] };
  } catch (error) {
    if (error instanceof YamlError) return { value: loadYaml(bytes), strictErrors: [error.message] };
    throw error;
  }
}

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function asObject(value: JsonValue, refuse: Refuse): JsonObject {
  if (value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  throw refuse(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonKind(value)} into Go value of type ${TYPE_META}`,
  );
}

/** A value's kind as Go's messages name it. */
export function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (value === null) return "null";
  return typeof value === "boolean" ? "bool" : typeof value === "bigint" ? "number" : typeof value;
}
