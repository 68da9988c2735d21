import { type JsonValue, writeJson } from "@weir/core";
import { dnsLabelProblems, dnsSubdomainProblems, quoteGo, utf8Bytes } from "@weir/text";
import { readYamlDocuments, YamlError } from "@weir/yaml";
import { ChartError } from "../chart/chart-error.ts";
import { type Decoded, type DecodedValue, decodeGoStruct } from "../chart/decode-go-struct.ts";
import type { GoShape, GoStructShape } from "../chart/go-shape.ts";

const STRING = { kind: "string" } as const;

/** What the linter reads of an object. */
const objectShape: GoStructShape = {
  kind: "struct",
  name: "k8sYamlStruct",
  type: "rules.k8sYamlStruct",
  fields: new Map<string, GoShape>([
    ["apiVersion", STRING],
    ["Kind", STRING],
    [
      "Metadata",
      {
        kind: "struct",
        name: "k8sYamlMetadata",
        type: "rules.k8sYamlMetadata",
        fields: new Map([
          ["Namespace", STRING],
          ["Name", STRING],
        ]),
      },
    ],
  ]),
};

/** An object of a manifest. */
export interface LintedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** Bytes that are no text are told of by a reader of bytes. */
function contentOf(text: string): string | Uint8Array {
  return text.isWellFormed() ? text : utf8Bytes(text);
}

/** The objects of a text one after the other; a string is what is wrong with it, and the last. */
export function* lintedObjects(text: string): Generator<LintedObject | string> {
  try {
    for (const value of readYamlDocuments(contentOf(text))) if (value !== null) yield objectOf(value);
  } catch (error) {
    if (!(error instanceof ChartError) && !(error instanceof YamlError)) throw error;
    // A stream that begins like JSON is read as JSON, without YAML in between.
    const isJson = /^\s*\{/.test(text);
    yield `unable to parse YAML: ${isJson ? error.message.replace(DECODING, "") : error.message}`;
  }
}

const DECODING = /^error unmarshaling JSON: while decoding JSON: /;

function objectOf(value: JsonValue): LintedObject {
  const decoded = decodeGoStruct(Buffer.from(readableJson(value)), objectShape);
  const metadata = decoded.get("Metadata");
  const text = (from: Decoded, name: string): string => {
    const value = from.get(name);
    return typeof value === "string" ? value : "";
  };
  return {
    apiVersion: text(decoded, "apiVersion"),
    kind: text(decoded, "Kind"),
    name: metadata instanceof Map ? text(metadata, "Name") : "",
  };
}

/** JSON that can be read as YAML: characters that YAML takes by their escapes only are written so. */
function readableJson(value: JsonValue): string {
  // oxlint-disable-next-line no-control-regex -- these are what is escaped
  return writeJson(value).replace(/[\x7f-\x9f\ufffe\uffff]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** What Kubernetes has against the name of an object; helm shows all of it. */
export function nameProblem({ kind, name }: LintedObject): string | undefined {
  const problems = problemsOf(kind.toLowerCase(), name).map(
    (problem) => `metadata.name: Invalid value: ${quoteGo(name)}: ${problem}`,
  );
  const [only] = problems;
  if (only === undefined) return undefined;
  const all = problems.length === 1 ? only : `[${problems.join(", ")}]`;
  return `object name does not conform to Kubernetes naming requirements: ${quoteGo(name)}: ${all}`;
}

function problemsOf(kind: string, name: string): readonly string[] {
  switch (kind) {
    case "service":
      return serviceNameProblems(name);
    case "namespace":
      return inCharacters(dnsLabelProblems(name));
    case "certificatesigningrequest":
      return [];
    case "role":
    case "clusterrole":
    case "rolebinding":
    case "clusterrolebinding":
      return pathSegmentProblems(name);
    default:
      return inCharacters(dnsSubdomainProblems(name));
  }
}

/** The libraries of helm count characters where those of Kubernetes 1.36 count bytes. */
function inCharacters(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => problem.replace(/^(must be no more than \d+) bytes$/, "$1 characters"));
}

const MAX_LABEL = 63;

function serviceNameProblems(name: string): readonly string[] {
  const problems = name.length > MAX_LABEL ? [`must be no more than ${MAX_LABEL} characters`] : [];
  if (/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(name)) return problems;
  return [
    ...problems,
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
  ];
}

function pathSegmentProblems(name: string): readonly string[] {
  if (name === "." || name === "..") return [`may not be '${name}'`];
  return ["/", "%"].filter((char) => name.includes(char)).map((char) => `may not contain '${char}'`);
}

const SELECTING = new Set(["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"]);

/** A workload without a selector. */
export function selectorProblem({ kind, name }: LintedObject, text: string): string | undefined {
  if (!SELECTING.has(kind) || text.includes("matchLabels") || text.includes("matchExpressions"))
    return undefined;
  return `a ${kind} must contain matchLabels or matchExpressions, and ${quoteGo(name)} does not`;
}

const METADATA_TYPE = "struct { Annotations map[string]string }";
const ITEM_TYPE = `struct { Metadata ${METADATA_TYPE} }`;
const ANNOTATIONS: GoShape = {
  kind: "struct",
  name: "",
  type: METADATA_TYPE,
  fields: new Map<string, GoShape>([["Annotations", { kind: "string-map" }]]),
};
const ITEM: GoShape = {
  kind: "struct",
  name: "",
  type: ITEM_TYPE,
  fields: new Map<string, GoShape>([["Metadata", ANNOTATIONS]]),
};

/** What the linter reads of a List. */
const listShape: GoStructShape = {
  kind: "struct",
  name: "",
  type: `struct { Items []${ITEM_TYPE} }`,
  fields: new Map<string, GoShape>([["Items", { kind: "list", of: ITEM, type: `[]${ITEM_TYPE}` }]]),
};

/** Within a List, nobody looks at the policy that keeps an object; helm looks for it in the first document. */
export function listProblem({ kind }: LintedObject, text: string): string | undefined {
  if (kind !== "List") return undefined;
  try {
    const items = decodeGoStruct(contentOf(text), listShape).get("Items");
    if (!Array.isArray(items) || !(items as readonly DecodedValue[]).some(hasPolicy)) return undefined;
  } catch (error) {
    if (error instanceof ChartError) return `unable to parse YAML: ${error.message}`;
    throw error;
  }
  return "annotation 'helm.sh/resource-policy' within List objects are ignored";
}

function hasPolicy(item: DecodedValue): boolean {
  const metadata = item instanceof Map ? (item as Decoded).get("Metadata") : undefined;
  const annotations = metadata instanceof Map ? (metadata as Decoded).get("Annotations") : undefined;
  return annotations instanceof Map && annotations.has("helm.sh/resource-policy");
}

/** The first line that is not empty must not be indented. */
export function indentProblem(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((candidate) => candidate.trim() !== "");
  if (line === undefined || !/^[ \t]/.test(line)) return undefined;
  return `document starts with an illegal indent: ${quoteGo(line)}, which may cause parsing problems`;
}
