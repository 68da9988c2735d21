import type { JsonObject, JsonValue } from "@weir/core";
import { KustomizeError, prefixed, withPrefix } from "../error.ts";
import {
  goBool,
  goDecodeYaml,
  goEmbedded,
  goInt,
  goList,
  goString,
  goStringMap,
  goStrings,
  goStruct,
  type GoType,
} from "../file/go-decode.ts";
import {
  type FieldSpec,
  fieldSpecType,
  type GeneratorArgs,
  generatorFields,
  helmChartFields,
  helmGlobalsFields,
  type Image,
  imageType,
  type Patch,
  type ReplacementField,
  replacementFieldType,
  type Replica,
  replicaType,
  type Selector,
  selectorType,
} from "../file/kustomization.ts";
import { throughYaml } from "../file/through-yaml.ts";
import type { ChartArgs } from "../generate/chart-request.ts";
import { type ChartContext, chartGenerator } from "../generate/inflate-chart.ts";
import { generateConfigMap, generateSecret } from "../generate/generators.ts";
import { hashTransformer } from "../generate/hash.ts";
import { generateIamPolicy, type IamPolicyArgs } from "../generate/iam-policy.ts";
import type { Origin } from "../resource/origin.ts";
import type { Resource } from "../resource/resource.ts";
import { describeGvk, describeId } from "../resource/resource-id.ts";
import { ownJson } from "../resource/show-resource.ts";
import { imageTransformer } from "../transform/image.ts";
import { metadataTransformer } from "../transform/metadata.ts";
import { affixTransformer } from "../transform/names.ts";
import { namespaceTransformer, type SubjectMode } from "../transform/namespace.ts";
import {
  json6902Transformer,
  type PatchContext,
  patchTransformer,
  strategicMergeTransformer,
} from "../transform/patches.ts";
import { replicaTransformer } from "../transform/replicas.ts";
import { replacementTransformer } from "../transform/replacement.ts";
import { loadReplacements } from "../transform/replacement-files.ts";
import type { Transformer } from "../transform/transformer.ts";
import { type ValueAddArgs, valueAddTransformer } from "../transform/value-add.ts";

/** A generator or transformer made from a resource. */
export type Plugin =
  | { readonly kind: "generator"; readonly generate: () => readonly Resource[] }
  | { readonly kind: "transformer"; readonly transform: Transformer };

const fieldSpecs = goList(fieldSpecType);
const metadata = goStruct("ObjectMeta", { name: goString, namespace: goString });

const TYPES: Readonly<Record<string, GoType>> = {
  AnnotationsTransformer: goStruct("AnnotationsTransformerPlugin", { annotations: goStringMap, fieldSpecs }),
  ConfigMapGenerator: goStruct("ConfigMapGeneratorPlugin", {
    metadata,
    ...goEmbedded("ConfigMapArgs", generatorFields),
  }),
  HashTransformer: goStruct("HashTransformerPlugin", {}),
  HelmChartInflationGenerator: goStruct("HelmChartInflationGeneratorPlugin", {
    ...goEmbedded("HelmGlobals", helmGlobalsFields),
    ...goEmbedded("HelmChart", helmChartFields),
  }),
  IAMPolicyGenerator: goStruct("IAMPolicyGeneratorPlugin", {
    cloud: goString,
    kubernetesService: goStruct("KubernetesService", { namespace: goString, name: goString }),
    serviceAccount: goStruct("ServiceAccount", { name: goString, projectId: goString }),
  }),
  ImageTagTransformer: goStruct("ImageTagTransformerPlugin", { imageTag: imageType, fieldSpecs }),
  LabelTransformer: goStruct("LabelTransformerPlugin", { labels: goStringMap, fieldSpecs }),
  NamespaceTransformer: goStruct("NamespaceTransformerPlugin", {
    metadata,
    fieldSpecs,
    unsetOnly: goBool,
    setRoleBindingSubjects: goString,
  }),
  PatchJson6902Transformer: goStruct("PatchJson6902TransformerPlugin", {
    target: selectorType,
    path: goString,
    jsonOp: goString,
  }),
  PatchStrategicMergeTransformer: goStruct("PatchStrategicMergeTransformerPlugin", {
    paths: goStrings,
    patches: goString,
  }),
  PatchTransformer: goStruct("PatchTransformerPlugin", {
    path: goString,
    patch: goString,
    target: selectorType,
    options: goStruct("PatchArgs", { allowNameChange: goBool, allowKindChange: goBool }),
  }),
  PrefixSuffixTransformer: goStruct("PrefixTransformerPlugin", {
    prefix: goString,
    suffix: goString,
    fieldSpecs,
  }),
  PrefixTransformer: goStruct("PrefixTransformerPlugin", { prefix: goString, fieldSpecs }),
  ReplacementTransformer: goStruct("ReplacementTransformerPlugin", {
    replacements: goList(replacementFieldType),
  }),
  ReplicaCountTransformer: goStruct("ReplicaCountTransformerPlugin", { replica: replicaType, fieldSpecs }),
  SecretGenerator: goStruct("SecretGeneratorPlugin", {
    metadata,
    ...goEmbedded("SecretArgs", { ...generatorFields, type: goString }),
  }),
  SuffixTransformer: goStruct("SuffixTransformerPlugin", { suffix: goString, fieldSpecs }),
  ValueAddTransformer: goStruct("ValueAddTransformerPlugin", {
    value: goString,
    targets: goList(
      goStruct("Target", { selector: selectorType, fieldPath: goString, filePathPosition: goInt }),
    ),
    targetFilePath: goString,
  }),
};

/** Everything that a builtin may be configured with, by the names of its fields. */
interface PluginConfig {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly fieldSpecs?: readonly FieldSpec[];
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
  readonly imageTag?: Image;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly replica?: Replica;
  readonly replacements?: readonly ReplacementField[];
  readonly target?: Selector;
  readonly path?: string;
  readonly patch?: string;
  readonly jsonOp?: string;
  readonly paths?: readonly string[];
  readonly patches?: string;
  readonly unsetOnly?: boolean;
  readonly setRoleBindingSubjects?: string;
}

type PluginContext = PatchContext & ChartContext;

type Maker = (config: PluginConfig, context: PluginContext, source: JsonObject) => Plugin;

function transformer(make: (config: PluginConfig, context: PluginContext) => Transformer): Maker {
  return (config, context) => ({ kind: "transformer", transform: make(config, context) });
}

function affix(side: "prefix" | "suffix"): (config: PluginConfig) => Transformer {
  return (config) => {
    if (config.fieldSpecs === undefined) throw new KustomizeError("fieldSpecs is not expected to be nil");
    return affixTransformer(side, config[side] ?? "", config.fieldSpecs);
  };
}

function namedArgs(config: PluginConfig): GeneratorArgs {
  const args = config as GeneratorArgs;
  return {
    ...args,
    name: args.name || (config.metadata?.name ?? ""),
    namespace: args.namespace || (config.metadata?.namespace ?? ""),
  };
}

const SUBJECT_MODES: readonly string[] = ["defaultOnly", "none", "allServiceAccounts"];

function namespacePlugin(config: PluginConfig): Transformer {
  const mode = config.setRoleBindingSubjects || "defaultOnly";
  if (!SUBJECT_MODES.includes(mode)) {
    throw new KustomizeError(
      `invalid value "${mode}" for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
    );
  }
  return namespaceTransformer({
    namespace: config.metadata?.namespace ?? "",
    fieldSpecs: config.fieldSpecs ?? [],
    unsetOnly: config.unsetOnly ?? false,
    setRoleBindingSubjects: mode as SubjectMode,
  });
}

const MAKERS: Readonly<Record<string, Maker>> = {
  AnnotationsTransformer: transformer(({ annotations, fieldSpecs: specs }) =>
    metadataTransformer(annotations, specs ?? []),
  ),
  ConfigMapGenerator: (config, context) => ({
    kind: "generator",
    generate: () => [generateConfigMap(namedArgs(config), context)],
  }),
  HashTransformer: transformer(() => hashTransformer),
  HelmChartInflationGenerator: (config, context) => ({
    kind: "generator",
    generate: chartGenerator(config as ChartArgs, context),
  }),
  IAMPolicyGenerator: (config, { schemas }) => ({
    kind: "generator",
    generate: () => [generateIamPolicy(config as IamPolicyArgs, schemas)],
  }),
  ImageTagTransformer: transformer(({ imageTag, fieldSpecs: specs }) =>
    imageTransformer(imageTag ?? {}, specs ?? []),
  ),
  LabelTransformer: transformer(({ labels, fieldSpecs: specs }) => metadataTransformer(labels, specs ?? [])),
  NamespaceTransformer: transformer(namespacePlugin),
  PatchJson6902Transformer: transformer((config, context) => json6902Transformer(config, context)),
  PatchStrategicMergeTransformer: transformer((config, context) =>
    strategicMergeTransformer(config, context),
  ),
  PatchTransformer: (config, context, source) => ({
    kind: "transformer",
    transform: patchTransformer(config as Patch, context, source),
  }),
  PrefixSuffixTransformer: transformer((config) => {
    const transforms = [affix("prefix")(config), affix("suffix")(config)];
    return (resources) => transforms.forEach((transform) => transform(resources));
  }),
  PrefixTransformer: transformer(affix("prefix")),
  ReplacementTransformer: transformer(({ replacements }, { loader }) =>
    replacementTransformer(loadReplacements(replacements ?? [], loader)),
  ),
  ReplicaCountTransformer: transformer(({ replica, fieldSpecs: specs }) =>
    replicaTransformer(replica ?? {}, specs ?? []),
  ),
  SecretGenerator: (config, context) => ({
    kind: "generator",
    generate: () => [generateSecret(namedArgs(config), context)],
  }),
  SuffixTransformer: transformer(affix("suffix")),
  ValueAddTransformer: transformer((config, { loader }) =>
    valueAddTransformer(config as ValueAddArgs, loader),
  ),
};

/** Makes the builtin that a resource configures; every other kind is an external plugin and refused. */
export function makePlugin(resource: Resource, context: PluginContext): Plugin {
  const { gvk, kind } = resource;
  if (gvk.group !== "" || gvk.version !== "builtin") {
    throw new KustomizeError(
      `external plugins disabled; unable to load external plugin '${resource.originalId.gvk.kind}'`,
    );
  }
  const type = Object.hasOwn(TYPES, kind) ? TYPES[kind] : undefined;
  const make = Object.hasOwn(MAKERS, kind) ? MAKERS[kind] : undefined;
  if (type === undefined || make === undefined) {
    throw new KustomizeError(`unable to load builtin ${describeGvk(gvk)}`);
  }
  const source = withPrefix(
    () => `marshalling yaml from res ${describeId(resource.originalId)}`,
    () => throughYaml(ownJson(resource)) as JsonObject,
  );
  try {
    const config = decodeConfig(source, type, kind);
    return make(config as PluginConfig, context, source);
  } catch (error) {
    throw prefixed(error, `plugin ${describeId(resource.originalId)} fails configuration`);
  }
}

function decodeConfig(source: JsonObject, type: GoType, kind: string): JsonValue {
  try {
    return goDecodeYaml(source, type, false) ?? {};
  } catch (error) {
    const json = prefixed(error, "error unmarshaling JSON: while decoding JSON");
    throw kind === "NamespaceTransformer"
      ? prefixed(json, "unmarshalling NamespaceTransformer config")
      : json;
  }
}

/** Where something made by a plugin comes from; undefined where origins are not followed. */
export function pluginOrigin(resource: Resource): Origin | undefined {
  const { origin } = resource;
  if (origin === undefined) return undefined;
  const { path = "", repo = "", ref = "" } = origin;
  return {
    repo,
    ref,
    configuredIn: path,
    configuredBy: {
      apiVersion: resource.apiVersion,
      kind: resource.kind,
      name: resource.name,
      namespace: resource.namespace,
    },
  };
}
