import { type JsonObject, JsonSyntaxError, type JsonValue, parseJson } from "@weir/core";
import { decodeProtobuf, ProtobufError, WireFormatError } from "@weir/builtin";
import { badRequestError, unsupportedMediaTypeError } from "@weir/objects";
import { loadYaml, YamlError } from "@weir/yaml";
import type { ApiRequest } from "./api-request.ts";
import { duplicateKeys } from "./duplicate-keys.ts";

/** Bodies beyond this are refused, as kube-apiserver refuses them. */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

const SUPPORTED = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

/** A body that was read, and what a strict reader has against it. */
export interface ReadBody {
  readonly value: JsonObject;
  /** `duplicate field "data.k"` and its like. */
  readonly strictErrors: readonly string[];
}

/** How a body is to be read. */
export interface ReadBodyOptions {
  /** The kind that messages name. */
  readonly kind: string;
  /** Whether duplicate keys are looked for. */
  readonly isStrict: boolean;
}

/** The media type of a Content-Type header without its parameters; JSON where there is none. */
export function mediaType(request: Pick<ApiRequest, "header">): string {
  const header = request.header("content-type") ?? "";
  const end = header.indexOf(";");
  return (end < 0 ? header : header.slice(0, end)).trim().toLowerCase();
}

/** What carries a body: a request, or a body that was read already under the headers of its request. */
export type BodySource = Pick<ApiRequest, "header" | "readBody">;

/** Reads the object in a request's body: JSON, YAML or protobuf. Throws a 400, 413 or 415 with Kubernetes' words. */
export async function readObject(request: BodySource, options: ReadBodyOptions): Promise<ReadBody> {
  const type = mediaType(request);
  if (type !== "" && !SUPPORTED.includes(type)) throw unsupportedMediaTypeError(SUPPORTED);
  const bytes = await request.readBody(BODY_LIMIT_BYTES);
  const unrecognized = (why: string): Error => unrecognizedError(options.kind, why, bytes);
  if (type === "application/vnd.kubernetes.protobuf") return readProtobuf(bytes, unrecognized);
  const read =
    type === "application/yaml"
      ? readYaml(bytes, options, unrecognized)
      : readJson(bytes, options, unrecognized);
  return { value: asObject(read.value, unrecognized), strictErrors: read.strictErrors };
}

/** 400 of a body whose kind cannot be told. */
export function unrecognizedError(kind: string, why: string, bytes: Uint8Array): Error {
  return badRequestError(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${excerpt(bytes)})`,
  );
}

const DECODER = new TextDecoder();

/** The beginning of a body: text where it looks like a JSON object, hexadecimal where not. */
function excerpt(bytes: Uint8Array): string {
  if (bytes.length === 0) return "<empty>";
  if (bytes[0] === 0x7b)
    return bytes.length > 30 ? `${DECODER.decode(bytes.subarray(0, 30))} ...` : DECODER.decode(bytes);
  const hex = Buffer.from(bytes.subarray(0, 30)).toString("hex");
  return bytes.length > 30 ? `${hex} ...` : hex;
}

type Refuse = (why: string) => Error;
type AnyBody = { readonly value: JsonValue; readonly strictErrors: readonly string[] };

function readProtobuf(bytes: Uint8Array, refuse: Refuse): ReadBody {
  if (Buffer.from(bytes.subarray(0, 4)).toString("latin1") !== "k8s\0") {
    throw refuse("provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  }
  try {
    return { value: decodeProtobuf(bytes), strictErrors: [] };
  } catch (error) {
    if (error instanceof WireFormatError || error instanceof ProtobufError) throw refuse(error.message);
    throw error;
  }
}

function readJson(bytes: Uint8Array, options: ReadBodyOptions, refuse: Refuse): AnyBody {
  const text = DECODER.decode(bytes);
  try {
    const value = parseJson(text);
    const duplicates = options.isStrict ? duplicateKeys(text) : [];
    return { value, strictErrors: duplicates.map((path) => `duplicate field "${path}"`) };
  } catch (error) {
    if (error instanceof JsonSyntaxError)
      throw refuse(`couldn't get version/kind; json parse error: ${error.message}`);
    throw error;
  }
}

function readYaml(bytes: Uint8Array, options: ReadBodyOptions, refuse: Refuse): AnyBody {
  try {
    const value = loadYaml(bytes);
    return { value, strictErrors: options.isStrict ? repeatedYamlKeys(bytes) : [] };
  } catch (error) {
    if (error instanceof YamlError) throw refuse(error.message);
    throw error;
  }
}

/** Repeated keys are one problem, told with the lines where they stand. */
function repeatedYamlKeys(bytes: Uint8Array): readonly string[] {
  try {
    loadYaml(bytes, { duplicateKeys: "error" });
    return [];
  } catch (error) {
    if (error instanceof YamlError) return [error.message];
    throw error;
  }
}

const TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

function asObject(value: JsonValue, refuse: Refuse): JsonObject {
  if (value === null) return {};
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  throw refuse(
    `couldn't get version/kind; json parse error: json: cannot unmarshal ${kind} into Go value of type ${TYPE_META}`,
  );
}
