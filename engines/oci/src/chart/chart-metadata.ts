import { UnsafeArchiveError, unpackArchive } from "@weir/artifact";
import { type JsonObject, type JsonValue, type Tree, type RetryPolicy, WeirError } from "@weir/core";
import { loadYaml, YamlBudgetError, YamlError } from "@weir/yaml";
import { isJsonObject, propertyOf, textOf } from "../descriptor.ts";

/** An archive is no chart that could be pushed. */
export class ChartArchiveError extends WeirError {
  override readonly name = "ChartArchiveError";
  readonly reason = "InvalidChart";
  readonly retry: RetryPolicy = "never";
}

/** What Chart.yaml says, with its fields in the order in which helm writes them. */
export interface ChartArchiveMetadata {
  readonly name: string;
  readonly version: string;
  /** The whole of it, as the config of a chart in a registry holds it. */
  readonly json: JsonObject;
}

/** The fields that helm knows, in its order; a field that is empty is left out. */
const FIELDS = [
  "name",
  "home",
  "sources",
  "version",
  "description",
  "keywords",
  "maintainers",
  "icon",
  "apiVersion",
  "condition",
  "tags",
  "appVersion",
  "deprecated",
  "annotations",
  "kubeVersion",
  "dependencies",
  "type",
] as const;

const MAINTAINER_FIELDS = ["name", "email", "url"] as const;
const DEPENDENCY_FIELDS = [
  "name",
  "version",
  "repository",
  "condition",
  "tags",
  "enabled",
  "import-values",
  "alias",
] as const;
/** Written even where they are empty. */
const ALWAYS: ReadonlySet<string> = new Set(["name", "repository"]);

const MAX_CHART_YAML = 1024 * 1024;

/** Reads Chart.yaml of a chart's archive. Throws `ChartArchiveError`. */
export async function readChartMetadata(archive: Uint8Array): Promise<ChartArchiveMetadata> {
  const tree = await unpack(archive);
  const folder = tree.list("")?.find(({ name }) => tree.read(`${name}/Chart.yaml`) !== undefined)?.name;
  const bytes = folder === undefined ? undefined : tree.read(`${folder}/Chart.yaml`);
  if (bytes === undefined) throw new ChartArchiveError("Chart.yaml file is missing");
  const value = load(bytes);
  if (!isJsonObject(value)) throw new ChartArchiveError("Chart.yaml is no object");
  const [name, version] = [textOf(value, "name"), textOf(value, "version")];
  if (name === "") throw new ChartArchiveError("chart.metadata.name is required");
  if (version === "") throw new ChartArchiveError("chart.metadata.version is required");
  return { name, version, json: ordered(value) };
}

async function unpack(archive: Uint8Array): Promise<Tree> {
  try {
    return await unpackArchive(archive);
  } catch (cause) {
    if (!(cause instanceof UnsafeArchiveError)) throw cause;
    throw new ChartArchiveError("the chart's archive cannot be read", { cause });
  }
}

function load(bytes: Uint8Array): JsonValue {
  try {
    return loadYaml(bytes, { budgets: { size: MAX_CHART_YAML, depth: 64, aliases: 10_000 } });
  } catch (cause) {
    if (!(cause instanceof YamlError || cause instanceof YamlBudgetError)) throw cause;
    throw new ChartArchiveError("cannot load Chart.yaml", { cause });
  }
}

function ordered(value: JsonObject): JsonObject {
  return pick(value, FIELDS, (key, field) => {
    if (key === "maintainers") return listOf(field, MAINTAINER_FIELDS, new Set());
    if (key === "dependencies") return listOf(field, DEPENDENCY_FIELDS, ALWAYS);
    return key === "annotations" && isJsonObject(field) ? sorted(field) : field;
  });
}

function listOf(list: JsonValue, fields: readonly string[], always: ReadonlySet<string>): JsonValue {
  if (!Array.isArray(list)) return list;
  return list.filter(isJsonObject).map((item) => {
    const whole = { ...Object.fromEntries([...always].map((key) => [key, ""])), ...item };
    return pick(whole, fields, (_key, field) => field, always);
  });
}

function pick(
  value: JsonObject,
  fields: readonly string[],
  write: (key: string, field: JsonValue) => JsonValue,
  always: ReadonlySet<string> = new Set(),
): JsonObject {
  const picked: [string, JsonValue][] = [];
  for (const key of fields) {
    const field = propertyOf(value, key);
    if (field === undefined || field === null) continue;
    if (isEmpty(field) && !always.has(key)) continue;
    picked.push([key, write(key, field)]);
  }
  return Object.fromEntries(picked);
}

function isEmpty(value: JsonValue): boolean {
  if (value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function sorted(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1)));
}
