import type { JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { prefixed, withPrefix } from "../error.ts";
import type { TransformerConfig } from "../file/default-field-specs.ts";
import type { FieldSpec, Kustomization, Label, ReplacementField } from "../file/kustomization.ts";
import { mergeFieldSpecs } from "../file/transformer-config.ts";
import type { Resource } from "../resource/resource.ts";
import { imageTransformers } from "../transform/image.ts";
import { metadataTransformer } from "../transform/metadata.ts";
import { affixTransformer } from "../transform/names.ts";
import { namespaceTransformer } from "../transform/namespace.ts";
import {
  json6902Field,
  type PatchContext,
  patchField,
  strategicMergeField,
  withoutEmpty,
} from "../transform/patches.ts";
import { replacementTransformer } from "../transform/replacement.ts";
import { loadReplacements } from "../transform/replacement-files.ts";
import { replicaTransformer } from "../transform/replicas.ts";
import type { Transformer } from "../transform/transformer.ts";

/** A transformer with the field that asks for it. */
export interface TransformerPart {
  readonly field: string;
  /** The resource that configures it, where it is no field of its own. */
  readonly config?: Resource;
  readonly transform: Transformer;
}

/** A transformer of a field, and the builtin that it stands for. */
export interface FieldTransformer extends TransformerPart {
  readonly kind: string;
  /** The same work in steps for each entry of the field, for who looks on. */
  readonly parts?: () => readonly TransformerPart[];
}

/** What the transformers of fields are made with. */
export interface FieldContext extends PatchContext {
  /** Runs an action, and says which field of the kustomization failed. */
  readonly at: <Value>(field: string, action: () => Value) => Value;
}

/** The transformers of a kustomization's own fields, in the order in which kustomize runs them. */
export function fieldTransformers(
  kustomization: Kustomization,
  config: TransformerConfig,
  context: FieldContext,
): readonly FieldTransformer[] {
  const { patches = [], patchesJson6902 = [], replicas = [], images = [] } = kustomization;
  const each = <Entry>(
    field: string,
    entries: readonly Entry[],
    make: (entry: Entry) => Transformer,
  ): readonly TransformerPart[] =>
    entries.map((entry, at) => {
      const own = `${field}[${at}]`;
      return { field: own, transform: context.at(own, () => make(entry)) };
    });
  const of = (kind: string, parts: readonly TransformerPart[]): readonly FieldTransformer[] =>
    parts.map((part) => ({ kind, ...part }));
  return [
    ...strategicMerges(kustomization, context),
    ...of(
      "PatchTransformer",
      each("patches", patches, (patch) => patchField(patch, context)),
    ),
    ...naming(kustomization, config),
    ...of("LabelTransformer", labels(kustomization, config, context)),
    ...of("AnnotationsTransformer", annotations(kustomization, config)),
    ...of(
      "PatchJson6902Transformer",
      each("patchesJson6902", patchesJson6902, (patch) => json6902Field(patch, context)),
    ),
    ...of(
      "ReplicaCountTransformer",
      each("replicas", replicas, (replica) => replicaTransformer(replica, config.replicas)),
    ),
    ...of(
      "ImageTagTransformer",
      context
        .at("images", () => imageTransformers(images, config.images))
        .map((transform, at) => ({ field: `images[${at}]`, transform })),
    ),
    ...replacements(kustomization, context),
  ];
}

function strategicMerges(
  { patchesStrategicMerge: patches = [] }: Kustomization,
  context: FieldContext,
): readonly FieldTransformer[] {
  if (patches.length === 0) return [];
  const field = "patchesStrategicMerge";
  const transform = context.at(field, () => strategicMergeField(patches, context));
  const parts = (): readonly TransformerPart[] =>
    patches.map((patch, at) => ({
      field: `${field}[${at}]`,
      transform: strategicMergeField([patch], context),
    }));
  return [{ kind: "PatchStrategicMergeTransformer", field, transform, parts }];
}

function naming(
  { namespace = "", namePrefix = "", nameSuffix = "" }: Kustomization,
  config: TransformerConfig,
): FieldTransformer[] {
  const result: FieldTransformer[] = [];
  if (namespace !== "") {
    const transform = namespaceTransformer({ namespace, fieldSpecs: config.namespace });
    result.push({ kind: "NamespaceTransformer", field: "namespace", transform });
  }
  if (namePrefix !== "") {
    const transform = affixTransformer("prefix", namePrefix, config.namePrefix);
    result.push({ kind: "PrefixTransformer", field: "namePrefix", transform });
  }
  if (nameSuffix !== "") {
    const transform = affixTransformer("suffix", nameSuffix, config.nameSuffix);
    result.push({ kind: "SuffixTransformer", field: "nameSuffix", transform });
  }
  return result;
}

function labels(
  { labels: own = [], commonLabels = {} }: Kustomization,
  config: TransformerConfig,
  { at }: FieldContext,
): readonly TransformerPart[] {
  if (own.length === 0 && Object.keys(commonLabels).length === 0) return [];
  const result: TransformerPart[] = own.map((label, index) => {
    const field = `labels[${index}]`;
    return { field, transform: at(field, () => metadataTransformer(label.pairs, labelSpecs(label, config))) };
  });
  const transform = metadataTransformer(commonLabels, config.commonLabels);
  return [...result, { field: "commonLabels", transform }];
}

function labelSpecs(label: Label, config: TransformerConfig): readonly FieldSpec[] {
  const merge = (
    specs: readonly FieldSpec[],
    added: readonly FieldSpec[],
    what = "labels",
  ): readonly FieldSpec[] => withPrefix(`failed to merge ${what}`, () => mergeFieldSpecs(specs, added));
  const own = merge(label.fields ?? [], config.labels);
  if (label.includeSelectors === true) return merge(own, config.commonLabels);
  const includesTemplates = label.includeTemplates === true;
  const specs = includesTemplates ? merge(own, config.templateLabels, "template fieldSpec") : own;
  return merge(specs, [{ path: "metadata/labels", create: true }]);
}

function annotations(
  { commonAnnotations = {} }: Kustomization,
  config: TransformerConfig,
): readonly TransformerPart[] {
  if (Object.keys(commonAnnotations).length === 0) return [];
  const transform = metadataTransformer(commonAnnotations, config.commonAnnotations);
  return [{ field: "commonAnnotations", transform }];
}

function replacements(
  { replacements: entries = [] }: Kustomization,
  context: FieldContext,
): readonly FieldTransformer[] {
  if (entries.length === 0) return [];
  const field = "replacements";
  const load = (own: readonly ReplacementField[]): Transformer =>
    replacementTransformer(loadReplacements(own, context.loader));
  const parts = (): readonly TransformerPart[] =>
    entries.map((entry, at) => ({ field: `${field}[${at}]`, transform: load([entry]) }));
  return context.at(field, () => {
    try {
      return [{ kind: "ReplacementTransformer", field, transform: load(entries), parts }];
    } catch (error) {
      const config = { Replacements: withoutEmpty(entries as unknown as JsonValue) };
      throw prefixed(
        error,
        `trouble configuring builtin ReplacementTransformer with config: \`\n${emitYaml(config)}\``,
      );
    }
  });
}
