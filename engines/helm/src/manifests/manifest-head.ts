import { compareUtf8, type JsonObject, type JsonValue, WeirError } from "@weir/core";
import { utf8Bytes } from "@weir/text";
import { loadYaml, YamlError } from "@weir/yaml";

/** What Helm reads of a document: the rest may be anything that is YAML. */
export interface ManifestHead {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly annotations: ReadonlyMap<string, string>;
}

/** A document that is no YAML, or that no Kubernetes object can be; the message is Helm's. */
export class ManifestHeadError extends WeirError {
  override readonly name = "ManifestHeadError";
  readonly reason = "InvalidManifest";
  readonly retry = "never";
}

const ANNOTATIONS_TYPE = "map[string]string";
const METADATA_TYPE = `struct { Name string "json:\\"name\\""; Annotations ${ANNOTATIONS_TYPE} "json:\\"annotations\\"" }`;

/**
 * Reads the head of a document as Go reads YAML into a struct: keys in any case, the last in bytewise order wins; a
 * number or boolean where a text belongs is its text; the first value of a wrong type is the error, and what lies
 * outside of the head is not looked at.
 */
export function readManifestHead(document: string): ManifestHead {
  let value: JsonValue;
  try {
    // Bytes that are no UTF-8 are refused in words of their own.
    value = loadYaml(document.isWellFormed() ? document : utf8Bytes(document));
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ManifestHeadError(`error converting YAML to JSON: ${error.message}`, { cause: error });
  }
  const reader = new HeadReader();
  reader.readDocument(value);
  if (reader.problem !== undefined) {
    throw new ManifestHeadError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${reader.problem}`,
    );
  }
  return reader;
}

class HeadReader implements ManifestHead {
  apiVersion = "";
  kind = "";
  name = "";
  annotations: Map<string, string> = new Map();
  problem: string | undefined;

  readDocument(value: JsonValue): void {
    if (value === null) return;
    if (!isObject(value)) this.#refuse(value, "value of type util.SimpleHead");
    else for (const key of sortedKeys(value)) this.#readField(key, value[key] as JsonValue);
  }

  #readField(key: string, value: JsonValue): void {
    switch (key.toLowerCase()) {
      case "apiversion":
        this.apiVersion = this.#text(value, "SimpleHead.apiVersion") ?? this.apiVersion;
        break;
      case "kind":
        this.kind = this.#text(value, "SimpleHead.kind") ?? this.kind;
        break;
      case "metadata":
        this.#readMetadata(value);
        break;
      default:
    }
  }

  #readMetadata(value: JsonValue): void {
    if (value === null) {
      this.name = "";
      this.annotations = new Map();
    } else if (isObject(value)) {
      for (const key of sortedKeys(value)) this.#readMetadataField(key, value[key] as JsonValue);
    } else {
      this.#refuse(value, `struct field SimpleHead.metadata of type ${METADATA_TYPE}`);
    }
  }

  #readMetadataField(key: string, value: JsonValue): void {
    // The struct has no name, so that its fields start with a dot.
    if (key.toLowerCase() === "name") this.name = this.#text(value, ".metadata.name") ?? this.name;
    if (key.toLowerCase() !== "annotations") return;
    if (value === null) {
      this.annotations = new Map();
    } else if (isObject(value)) {
      for (const name of Object.keys(value)) {
        this.annotations.set(name, this.#text(value[name] as JsonValue, ".metadata.annotations") ?? "");
      }
    } else {
      this.#refuse(value, `struct field .metadata.annotations of type ${ANNOTATIONS_TYPE}`);
    }
  }

  #text(value: JsonValue, field: string): string | undefined {
    if (typeof value === "string") return value;
    if (value === null) return undefined;
    if (typeof value === "object") {
      this.#refuse(value, `struct field ${field} of type string`);
      return undefined;
    }
    return scalarText(value);
  }

  #refuse(value: JsonValue, place: string): void {
    this.problem ??= `${jsonKind(value)} into Go ${place}`;
  }
}

/** A number or boolean as sigs.k8s.io/yaml makes a text of it: floats with the digits of a float32. */
function scalarText(value: boolean | number | bigint): string {
  // What is whole and exact was an integer, or is as good as one.
  if (typeof value !== "number" || Number.isSafeInteger(value)) return String(value);
  const [mantissa = "", power = "0"] = shortestFloat32(value).split("e");
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return String(Number(`${mantissa}e${power}`));
  return `${mantissa}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** The fewest digits that tell a float32 from its neighbours, with an exponent. */
function shortestFloat32(value: number): string {
  const single = Math.fround(value);
  for (let digits = 0; digits < 8; digits += 1) {
    const text = single.toExponential(digits);
    if (Math.fround(Number(text)) === single) return text;
  }
  return single.toExponential();
}

function jsonKind(value: JsonValue): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  return typeof value === "bigint" ? "number" : typeof value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function sortedKeys(value: JsonObject): readonly string[] {
  return Object.keys(value).sort(compareUtf8);
}
