import type { JsonObject } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { asConfigured } from "./through-yaml.ts";
import { KustomizeError, withPrefix } from "../error.ts";
import { deprecationWarnings, fixKustomization } from "./fix-kustomization.ts";
import {
  goAny,
  goBool,
  goDecode,
  goEmbedded,
  goInt,
  goInt64,
  goList,
  goPointers,
  goString,
  goStringMap,
  goStrings,
  goStruct,
} from "./go-decode.ts";

/** Chooses resources; empty parts match all, others are regular expressions where the field says so. */
export interface Selector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotationSelector?: string;
  readonly labelSelector?: string;
}

/** Names a field in resources of a kind, as transformer configurations do. */
export interface FieldSpec {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly path?: string;
  readonly create?: boolean;
}

export interface Label {
  readonly pairs?: Readonly<Record<string, string>>;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
  readonly fields?: readonly FieldSpec[];
}

export interface Patch {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: Selector;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

export interface Image {
  readonly name?: string;
  readonly newName?: string;
  readonly tagSuffix?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly encoding?: string;
  readonly create?: boolean;
}

export interface SourceSelector {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly fieldPath?: string;
  readonly options?: FieldOptions;
}

export interface TargetSelector {
  readonly select?: Selector;
  readonly reject?: readonly Selector[];
  readonly fieldPaths?: readonly string[];
  readonly options?: FieldOptions;
}

export interface Replacement {
  readonly source?: SourceSelector;
  readonly targets?: readonly TargetSelector[];
  readonly sourceValue?: string;
}

export interface ReplacementField extends Replacement {
  readonly path?: string;
}

export interface Replica {
  readonly name?: string;
  readonly count?: number | bigint;
}

export interface Var {
  readonly name?: string;
  readonly objref?: {
    readonly apiVersion?: string;
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly fieldref?: { readonly fieldPath?: string };
}

export interface SortOptions {
  readonly order?: string;
  readonly legacySortOptions?: {
    readonly orderFirst?: readonly string[];
    readonly orderLast?: readonly string[];
  };
}

export interface GeneratorOptions {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

/** What a ConfigMap or Secret is generated from. */
export interface GeneratorArgs {
  readonly namespace?: string;
  readonly name?: string;
  readonly behavior?: string;
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
  readonly options?: GeneratorOptions;
  /** Of a Secret. */
  readonly type?: string;
}

/** A kustomization or component as kustomize 5.8.1 reads it. */
export interface Kustomization {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: JsonObject;
  readonly openapi?: Readonly<Record<string, string>>;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly commonLabels?: Readonly<Record<string, string>>;
  readonly labels?: readonly Label[];
  readonly commonAnnotations?: Readonly<Record<string, string>>;
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly Patch[];
  readonly patches?: readonly Patch[];
  readonly images?: readonly Image[];
  readonly imageTags?: readonly Image[];
  readonly replacements?: readonly ReplacementField[];
  readonly replicas?: readonly Replica[];
  readonly vars?: readonly Var[];
  readonly sortOptions?: SortOptions;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly crds?: readonly string[];
  readonly bases?: readonly string[];
  readonly configMapGenerator?: readonly GeneratorArgs[];
  readonly secretGenerator?: readonly GeneratorArgs[];
  readonly helmGlobals?: JsonObject;
  readonly helmCharts?: readonly JsonObject[];
  readonly helmChartInflationGenerator?: readonly JsonObject[];
  readonly generatorOptions?: GeneratorOptions;
  readonly configurations?: readonly string[];
  readonly generators?: readonly string[];
  readonly transformers?: readonly string[];
  readonly validators?: readonly string[];
  readonly buildMetadata?: readonly string[];
}

const gvkFields = goEmbedded("Gvk", { group: goString, version: goString, kind: goString });
const idFields = goEmbedded("ResId", { ...gvkFields, name: goString, namespace: goString });
const selectorFields = { ...idFields, annotationSelector: goString, labelSelector: goString };
const selector = goStruct("Selector", selectorFields);

/** The Go type of one field spec. */
export const fieldSpecType = goStruct("FieldSpec", { ...gvkFields, path: goString, create: goBool });

const patch = goStruct("Patch", {
  path: goString,
  patch: goString,
  target: selector,
  options: goStruct("PatchArgs", { allowNameChange: goBool, allowKindChange: goBool }),
});

/** The Go type of one entry of `images`. */
export const imageType = goStruct("Image", {
  name: goString,
  newName: goString,
  tagSuffix: goString,
  newTag: goString,
  digest: goString,
});

const fieldOptions = goStruct("FieldOptions", {
  delimiter: goString,
  index: goInt,
  encoding: goString,
  create: goBool,
});

const replacementFields = {
  source: goStruct("SourceSelector", { ...idFields, fieldPath: goString, options: fieldOptions }),
  targets: goPointers(
    "TargetSelector",
    goStruct("TargetSelector", {
      select: selector,
      reject: goPointers("Selector", selector),
      fieldPaths: goStrings,
      options: fieldOptions,
    }),
  ),
  sourceValue: goString,
};

/** The Go type of one replacement in a file. */
export const replacementType = goStruct("Replacement", replacementFields);
/** The Go type of one entry of `replacements`. */
export const replacementFieldType = goStruct("ReplacementField", {
  ...goEmbedded("Replacement", replacementFields),
  path: goString,
});
/** The Go type of one entry of `replicas`. */
export const replicaType = goStruct("Replica", { name: goString, count: goInt64 });
/** The Go type of a patch target. */
export const selectorType = selector;

const generatorOptions = goStruct("GeneratorOptions", {
  labels: goStringMap,
  annotations: goStringMap,
  disableNameSuffixHash: goBool,
  immutable: goBool,
});

/** Fields of a generator's configuration. */
export const generatorFields = goEmbedded("GeneratorArgs", {
  namespace: goString,
  name: goString,
  behavior: goString,
  ...goEmbedded("KvPairSources", { literals: goStrings, files: goStrings, envs: goStrings, env: goString }),
  options: generatorOptions,
});

/** Fields that say something of all charts. */
export const helmGlobalsFields = { chartHome: goString, configHome: goString };

/** Fields of a chart. */
export const helmChartFields = {
  name: goString,
  version: goString,
  repo: goString,
  releaseName: goString,
  namespace: goString,
  additionalValuesFiles: goStrings,
  valuesFile: goString,
  valuesInline: goAny,
  valuesMerge: goString,
  includeCRDs: goBool,
  skipHooks: goBool,
  apiVersions: goStrings,
  kubeVersion: goString,
  nameTemplate: goString,
  skipTests: goBool,
  debug: goBool,
  devel: goBool,
};

const helmChart = goStruct("HelmChart", helmChartFields);

const helmChartArgs = goStruct("HelmChartArgs", {
  chartName: goString,
  chartVersion: goString,
  chartRepoUrl: goString,
  chartHome: goString,
  chartRepoName: goString,
  helmBin: goString,
  helmHome: goString,
  values: goString,
  valuesLocal: goAny,
  valuesMerge: goString,
  releaseName: goString,
  releaseNamespace: goString,
  extraArgs: goStrings,
});

/** The Go type of a kustomization. */
export const kustomizationType = goStruct("Kustomization", {
  ...goEmbedded("TypeMeta", { apiVersion: goString, kind: goString }),
  metadata: goStruct("ObjectMeta", {
    name: goString,
    namespace: goString,
    labels: goStringMap,
    annotations: goStringMap,
  }),
  openapi: goStringMap,
  namePrefix: goString,
  nameSuffix: goString,
  namespace: goString,
  commonLabels: goStringMap,
  labels: goList(
    goStruct("Label", {
      pairs: goStringMap,
      includeSelectors: goBool,
      includeTemplates: goBool,
      fields: goList(fieldSpecType),
    }),
  ),
  commonAnnotations: goStringMap,
  patchesStrategicMerge: goList({ kind: "string", shown: "types.PatchStrategicMerge" }),
  patchesJson6902: goList(patch),
  patches: goList(patch),
  images: goList(imageType),
  imageTags: goList(imageType),
  replacements: goList(replacementFieldType),
  replicas: goList(replicaType),
  vars: goList(
    goStruct("Var", {
      name: goString,
      objref: goStruct("Target", { apiVersion: goString, ...gvkFields, name: goString, namespace: goString }),
      fieldref: goStruct("FieldSelector", { fieldPath: goString }),
    }),
  ),
  sortOptions: goStruct("SortOptions", {
    order: { kind: "string", shown: "types.SortOrder" },
    legacySortOptions: goStruct("LegacySortOptions", { orderFirst: goStrings, orderLast: goStrings }),
  }),
  resources: goStrings,
  components: goStrings,
  crds: goStrings,
  bases: goStrings,
  configMapGenerator: goList(goStruct("ConfigMapArgs", generatorFields)),
  secretGenerator: goList(goStruct("SecretArgs", { ...generatorFields, type: goString })),
  helmGlobals: goStruct("HelmGlobals", helmGlobalsFields),
  helmCharts: goList(helmChart),
  helmChartInflationGenerator: goList(helmChartArgs),
  generatorOptions,
  configurations: goStrings,
  generators: goStrings,
  transformers: goStrings,
  validators: goStrings,
  buildMetadata: goStrings,
});

/** A kustomization that was read, and what reading it had to say. */
export interface ReadKustomization {
  readonly kustomization: Kustomization;
  readonly warnings: readonly string[];
}

/** Reads a kustomization file as kustomize does: strictly, with the deprecated fields moved to their new place. */
export function readKustomization(text: string | Uint8Array, directory: string): ReadKustomization {
  const decoded = withPrefix("invalid Kustomization", () => {
    const json = loadYaml(text);
    return (goDecode(json, kustomizationType, true) ?? {}) as Kustomization;
  });
  const kustomization = fixKustomization(asConfigured(decoded));
  if (isEmpty(kustomization)) throw new KustomizeError("kustomization.yaml is empty");
  enforceTypeMeta(kustomization, directory);
  return { kustomization, warnings: deprecationWarnings(decoded) };
}

function isEmpty(kustomization: Kustomization): boolean {
  return Object.entries(kustomization).every(
    ([field, value]) => field === "kind" || field === "apiVersion" || value === "",
  );
}

function enforceTypeMeta(kustomization: Kustomization, directory: string): void {
  const { kind, apiVersion } = kustomization;
  const problems: string[] = [];
  if (kind !== "Kustomization" && kind !== "Component") {
    problems.push("kind should be Kustomization or Component");
  }
  const required = `kustomize.config.k8s.io/${kind === "Component" ? "v1alpha1" : "v1beta1"}`;
  if (apiVersion !== required) problems.push(`apiVersion for ${kind} should be ${required}`);
  if (problems.length > 0) {
    throw new KustomizeError(`Failed to read kustomization file under ${directory}:\n${problems.join("\n")}`);
  }
}
