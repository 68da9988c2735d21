import type { JsonValue } from "@weir/core";
import { dnsLabelProblems, dnsSubdomainProblems, quoteGo } from "@weir/text";
import { emitYaml, loadYaml, readYamlDocuments, YamlError } from "@weir/yaml";
import { ChartError } from "../chart/chart-error.ts";
import { type Decoded, decodeGoStruct } from "../chart/decode-go-struct.ts";
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

/** The objects of a text one after the other; a string is what is wrong with it, and the last. */
export function* lintedObjects(text: string): Generator<LintedObject | string> {
  try {
    for (const value of readYamlDocuments(text)) {
      if (value !== null) yield objectOf(decodeGoStruct(Buffer.from(emitYaml(value)), objectShape));
    }
  } catch (error) {
    if (!(error instanceof ChartError) && !(error instanceof YamlError)) throw error;
    yield `unable to parse YAML: ${error.message}`;
  }
}

function objectOf(decoded: Decoded): LintedObject {
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
      return dnsLabelProblems(name);
    case "certificatesigningrequest":
      return [];
    case "role":
    case "clusterrole":
    case "rolebinding":
    case "clusterrolebinding":
      return pathSegmentProblems(name);
    default:
      return dnsSubdomainProblems(name);
  }
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

/** Within a List, nobody looks at the policy that keeps an object; helm looks for it in the first document. */
export function listProblem({ kind }: LintedObject, text: string): string | undefined {
  if (kind !== "List" || !itemsOf(loadYaml(text)).some(hasPolicy)) return undefined;
  return "annotation 'helm.sh/resource-policy' within List objects are ignored";
}

function itemsOf(value: JsonValue): readonly JsonValue[] {
  const items = fieldOf(value, "items");
  return Array.isArray(items) ? (items as readonly JsonValue[]) : [];
}

function hasPolicy(item: JsonValue): boolean {
  return fieldOf(fieldOf(fieldOf(item, "metadata"), "annotations"), "helm.sh/resource-policy") !== undefined;
}

function fieldOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, key) ? (value as { readonly [key: string]: JsonValue })[key] : undefined;
}

/** The first line that is not empty must not be indented. */
export function indentProblem(text: string): string | undefined {
  const line = text.split(/\r?\n/).find((candidate) => candidate.trim() !== "");
  if (line === undefined || !/^[ \t]/.test(line)) return undefined;
  return `document starts with an illegal indent: ${quoteGo(line)}, which may cause parsing problems`;
}
