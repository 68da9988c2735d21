import type { JsonValue } from "@weir/core";
import { parseConstraint, parseStrictSemver, quoteGo, SemverError, tryParseSemver } from "@weir/text";
import { loadYaml, YamlError } from "@weir/yaml";
import { ChartError } from "../chart/chart-error.ts";
import { type Decoded, type DecodedValue, decodeGoStruct } from "../chart/decode-go-struct.ts";
import { type GoStructShape, metadataShape } from "../chart/go-shape.ts";
import { goTypeOfValue } from "../values/table.ts";
import { decodedValue } from "../values/go-json.ts";
import type { LintFindings } from "./lint-finding.ts";
import { isEmail, isRequestUrl, isUrl } from "./plausible-address.ts";

const FILE = "Chart.yaml";

/** The rules for Chart.yaml. */
export function lintChartYaml(findings: LintFindings, text: Uint8Array): void {
  const metadata = tryDecode(text);
  if (typeof metadata === "string") {
    findings.add("ERROR", FILE, `unable to parse YAML\n\t${metadata}`);
    return;
  }
  const strict = strictProblem(text);
  findings.add("WARNING", FILE, strict && `failed to strictly parse chart metadata file\n\t${strict}`);
  const raw = loadYaml(text);
  findings.add("ERROR", FILE, nameProblem(textOf(metadata, "name")));
  findings.add("ERROR", FILE, apiVersionProblem(textOf(metadata, "apiVersion")));
  findings.add("ERROR", FILE, typeProblem(raw, "version"));
  findings.add("ERROR", FILE, versionProblem(textOf(metadata, "version")));
  findings.add("ERROR", FILE, typeProblem(raw, "appVersion"));
  findings.add("ERROR", FILE, maintainerProblem(itemsOf(metadata.get("maintainers"))));
  findings.add("ERROR", FILE, sourceProblem(itemsOf(metadata.get("sources"))));
  const icon = textOf(metadata, "icon");
  findings.add("INFO", FILE, icon === "" ? "icon is recommended" : undefined);
  findings.add("ERROR", FILE, icon === "" || isRequestUrl(icon) ? undefined : `invalid icon URL '${icon}'`);
  findings.add("ERROR", FILE, chartTypeProblem(metadata));
  findings.add("ERROR", FILE, dependenciesProblem(metadata));
  findings.add("WARNING", FILE, strictVersionProblem(textOf(metadata, "version")));
}

/** The metadata, or what is wrong with its text. */
function tryDecode(text: Uint8Array): Decoded | string {
  try {
    return decodeGoStruct(text, metadataShape);
  } catch (error) {
    if (error instanceof ChartError) return error.message;
    throw error;
  }
}

/** What a strict reader finds: a repeated key, or a field that there is not. */
function strictProblem(text: Uint8Array): string | undefined {
  try {
    const value = loadYaml(text, { strict: true });
    const unknown = unknownField(value, metadataShape);
    if (unknown === undefined) return undefined;
    return `error unmarshaling JSON: while decoding JSON: json: unknown field ${quoteGo(unknown)}`;
  } catch (error) {
    if (error instanceof YamlError) return `error converting YAML to JSON: ${error.message}`;
    throw error;
  }
}

function unknownField(value: JsonValue, shape: GoStructShape): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const table = value as { readonly [key: string]: JsonValue };
  for (const key of Object.keys(table).sort()) {
    const name = shape.fields.keys().find((field) => field.toLowerCase() === key.toLowerCase());
    const field = name === undefined ? undefined : shape.fields.get(name);
    if (field === undefined) return key;
    const item = table[key] ?? null;
    if (field.kind !== "list" || field.of.kind !== "struct" || !Array.isArray(item)) continue;
    const of = field.of;
    const below = (item as readonly JsonValue[]).map((entry) => unknownField(entry, of));
    const found = below.find((unknown) => unknown !== undefined);
    if (found !== undefined) return found;
  }
  return undefined;
}

function nameProblem(name: string): string | undefined {
  if (name === "") return "name is required";
  return name.includes("/") ? `chart name ${quoteGo(name)} is invalid` : undefined;
}

function apiVersionProblem(apiVersion: string): string | undefined {
  const allowed = 'The value must be either "v1" or "v2"';
  if (apiVersion === "") return `apiVersion is required. ${allowed}`;
  if (apiVersion === "v1" || apiVersion === "v2") return undefined;
  return `apiVersion '${apiVersion}' is not valid. ${allowed}`;
}

/** A version that YAML takes for a number loses its zeros. */
function typeProblem(raw: JsonValue, key: string): string | undefined {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw) || !Object.hasOwn(raw, key))
    return undefined;
  const value = decodedValue((raw as { readonly [key: string]: JsonValue })[key] ?? null);
  if (typeof value === "string") return undefined;
  return `${key} should be of type string but it's of type ${goTypeOfValue(value)}`;
}

function versionProblem(version: string): string | undefined {
  if (version === "") return "version is required";
  const parsed = tryParseSemver(version);
  if (parsed === undefined) return `version '${version}' is not a valid SemVer`;
  const [problem] = parseConstraint(">0.0.0-0").validate(parsed);
  return problem === undefined ? undefined : `version ${problem}`;
}

function strictVersionProblem(version: string): string | undefined {
  try {
    parseStrictSemver(version);
    return undefined;
  } catch (error) {
    if (error instanceof SemverError) return `version '${version}' is not a valid SemVerV2`;
    throw error;
  }
}

function maintainerProblem(maintainers: readonly DecodedValue[]): string | undefined {
  for (const maintainer of maintainers) {
    if (!(maintainer instanceof Map)) return "a maintainer entry is empty";
    const [name, email, url] = [
      textOf(maintainer, "name"),
      textOf(maintainer, "email"),
      textOf(maintainer, "url"),
    ];
    if (name === "") return "each maintainer requires a name";
    if (email !== "" && !isEmail(email)) return `invalid email '${email}' for maintainer '${name}'`;
    if (url !== "" && !isUrl(url)) return `invalid url '${url}' for maintainer '${name}'`;
  }
  return undefined;
}

function sourceProblem(sources: readonly DecodedValue[]): string | undefined {
  const wrong = sources.find((source) => typeof source !== "string" || !isRequestUrl(source));
  return wrong === undefined ? undefined : `invalid source URL '${typeof wrong === "string" ? wrong : ""}'`;
}

function chartTypeProblem(metadata: Decoded): string | undefined {
  const apiVersion = textOf(metadata, "apiVersion");
  if (textOf(metadata, "type") === "" || apiVersion === "v2") return undefined;
  return `chart type is not valid in apiVersion '${apiVersion}'. It is valid in apiVersion 'v2'`;
}

function dependenciesProblem(metadata: Decoded): string | undefined {
  const apiVersion = textOf(metadata, "apiVersion");
  if (itemsOf(metadata.get("dependencies")).length === 0 || apiVersion === "v2") return undefined;
  return `dependencies are not valid in the Chart file with apiVersion '${apiVersion}'. They are valid in apiVersion 'v2'`;
}

function textOf(decoded: Decoded, name: string): string {
  const value = decoded.get(name);
  return typeof value === "string" ? value : "";
}

function itemsOf(value: DecodedValue | undefined): readonly DecodedValue[] {
  return Array.isArray(value) ? (value as readonly DecodedValue[]) : [];
}
