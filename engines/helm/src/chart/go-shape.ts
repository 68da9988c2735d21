/** What a field of a Go struct takes, as encoding/json and sigs.k8s.io/yaml see it. */
export type GoShape =
  | { readonly kind: "string" | "bool" | "time" | "any-list" | "any-map" }
  /** A `map[string]string`. */
  | { readonly kind: "string-map" }
  | { readonly kind: "list"; readonly of: GoShape; readonly type: string }
  /** A map with keys that are strings. */
  | { readonly kind: "map"; readonly of: GoShape; readonly type: string }
  | GoStructShape;

/** A struct; as an item of a list it is a pointer, which null leaves nil. */
export interface GoStructShape {
  readonly kind: "struct";
  /** `Metadata`, as errors about its fields have it. */
  readonly name: string;
  /** `v2.Metadata`, as errors about the whole have it. */
  readonly type: string;
  readonly fields: ReadonlyMap<string, GoShape>;
}

const STRING: GoShape = { kind: "string" };
const BOOL: GoShape = { kind: "bool" };
const STRINGS: GoShape = { kind: "list", of: STRING, type: "[]string" };

/** An entry of `dependencies`. */
export const dependencyShape: GoStructShape = {
  kind: "struct",
  name: "Dependency",
  type: "v2.Dependency",
  fields: new Map<string, GoShape>([
    ["name", STRING],
    ["version", STRING],
    ["repository", STRING],
    ["condition", STRING],
    ["tags", STRINGS],
    ["enabled", BOOL],
    ["import-values", { kind: "any-list" }],
    ["alias", STRING],
  ]),
};

const maintainerShape: GoStructShape = {
  kind: "struct",
  name: "Maintainer",
  type: "v2.Maintainer",
  fields: new Map([
    ["name", STRING],
    ["email", STRING],
    ["url", STRING],
  ]),
};

const DEPENDENCIES: GoShape = { kind: "list", of: dependencyShape, type: "[]*v2.Dependency" };

/** Chart.yaml and requirements.yaml. */
export const metadataShape: GoStructShape = {
  kind: "struct",
  name: "Metadata",
  type: "v2.Metadata",
  fields: new Map<string, GoShape>([
    ["name", STRING],
    ["home", STRING],
    ["sources", STRINGS],
    ["version", STRING],
    ["description", STRING],
    ["keywords", STRINGS],
    ["maintainers", { kind: "list", of: maintainerShape, type: "[]*v2.Maintainer" }],
    ["icon", STRING],
    ["apiVersion", STRING],
    ["condition", STRING],
    ["tags", STRING],
    ["appVersion", STRING],
    ["deprecated", BOOL],
    ["annotations", { kind: "string-map" }],
    ["kubeVersion", STRING],
    ["dependencies", DEPENDENCIES],
    ["type", STRING],
  ]),
};

const chartVersionShape: GoStructShape = {
  kind: "struct",
  name: "ChartVersion",
  type: "repo.ChartVersion",
  fields: new Map<string, GoShape>([
    ...metadataShape.fields,
    ["urls", STRINGS],
    ["created", { kind: "time" }],
    ["removed", BOOL],
    ["digest", STRING],
    ["checksum", STRING],
    ["engine", STRING],
    ["tillerVersion", STRING],
    ["url", STRING],
  ]),
};

const CHART_VERSIONS: GoShape = { kind: "list", of: chartVersionShape, type: "repo.ChartVersions" };

/** The index of a repository. */
export const indexFileShape: GoStructShape = {
  kind: "struct",
  name: "IndexFile",
  type: "repo.IndexFile",
  fields: new Map<string, GoShape>([
    ["serverInfo", { kind: "any-map" }],
    ["apiVersion", STRING],
    ["generated", { kind: "time" }],
    ["entries", { kind: "map", of: CHART_VERSIONS, type: "map[string]repo.ChartVersions" }],
    ["publicKeys", STRINGS],
    ["annotations", { kind: "string-map" }],
  ]),
};

/** Chart.lock and requirements.lock. */
export const lockShape: GoStructShape = {
  kind: "struct",
  name: "Lock",
  type: "v2.Lock",
  fields: new Map<string, GoShape>([
    ["generated", { kind: "time" }],
    ["digest", STRING],
    ["dependencies", DEPENDENCIES],
  ]),
};

/** The look at Chart.yaml that decides which loader reads the chart. */
export const chartBaseShape: GoStructShape = {
  kind: "struct",
  name: "chartBase",
  type: "loader.chartBase",
  fields: new Map([["apiVersion", STRING]]),
};
