import type { JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { prefixed, withPrefix } from "../error.ts";
import type { TransformerConfig } from "../file/default-field-specs.ts";
import type { FieldSpec, Kustomization, Label } from "../file/kustomization.ts";
import { mergeFieldSpecs } from "../file/transformer-config.ts";
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

/** A transformer and the builtin that it stands for. */
export interface FieldTransformer {
  readonly kind: string;
  readonly transform: Transformer;
}

/** The transformers of a kustomization's own fields, in the order in which kustomize runs them. */
export function fieldTransformers(
  kustomization: Kustomization,
  config: TransformerConfig,
  context: PatchContext,
): readonly FieldTransformer[] {
  const of = (kind: string, transforms: readonly Transformer[]): FieldTransformer[] =>
    transforms.map((transform) => ({ kind, transform }));
  return [
    ...of("PatchStrategicMergeTransformer", strategicMerges(kustomization, context)),
    ...of(
      "PatchTransformer",
      (kustomization.patches ?? []).map((patch) => patchField(patch, context)),
    ),
    ...naming(kustomization, config),
    ...of("LabelTransformer", labels(kustomization, config)),
    ...of("AnnotationsTransformer", annotations(kustomization, config)),
    ...of(
      "PatchJson6902Transformer",
      (kustomization.patchesJson6902 ?? []).map((patch) => json6902Field(patch, context)),
    ),
    ...of(
      "ReplicaCountTransformer",
      (kustomization.replicas ?? []).map((replica) => replicaTransformer(replica, config.replicas)),
    ),
    ...of("ImageTagTransformer", imageTransformers(kustomization.images ?? [], config.images)),
    ...of("ReplacementTransformer", replacements(kustomization, context)),
  ];
}

function strategicMerges(
  { patchesStrategicMerge = [] }: Kustomization,
  context: PatchContext,
): Transformer[] {
  return patchesStrategicMerge.length === 0 ? [] : [strategicMergeField(patchesStrategicMerge, context)];
}

function naming(
  { namespace = "", namePrefix = "", nameSuffix = "" }: Kustomization,
  config: TransformerConfig,
): FieldTransformer[] {
  const result: FieldTransformer[] = [];
  if (namespace !== "") {
    const transform = namespaceTransformer({ namespace, fieldSpecs: config.namespace });
    result.push({ kind: "NamespaceTransformer", transform });
  }
  if (namePrefix !== "") {
    const transform = affixTransformer("prefix", namePrefix, config.namePrefix);
    result.push({ kind: "PrefixTransformer", transform });
  }
  if (nameSuffix !== "") {
    const transform = affixTransformer("suffix", nameSuffix, config.nameSuffix);
    result.push({ kind: "SuffixTransformer", transform });
  }
  return result;
}

function labels(
  { labels: own = [], commonLabels = {} }: Kustomization,
  config: TransformerConfig,
): Transformer[] {
  if (own.length === 0 && Object.keys(commonLabels).length === 0) return [];
  const result = own.map((label) => metadataTransformer(label.pairs, labelSpecs(label, config)));
  result.push(metadataTransformer(commonLabels, config.commonLabels));
  return result;
}

function labelSpecs(label: Label, config: TransformerConfig): readonly FieldSpec[] {
  return withPrefix("failed to merge labels", () => {
    const specs = mergeFieldSpecs(label.fields ?? [], config.labels);
    if (label.includeSelectors === true) return mergeFieldSpecs(specs, config.commonLabels);
    const templates = label.includeTemplates === true ? mergeFieldSpecs(specs, config.templateLabels) : specs;
    return mergeFieldSpecs(templates, [{ path: "metadata/labels", create: true }]);
  });
}

function annotations({ commonAnnotations = {} }: Kustomization, config: TransformerConfig): Transformer[] {
  if (Object.keys(commonAnnotations).length === 0) return [];
  return [metadataTransformer(commonAnnotations, config.commonAnnotations)];
}

function replacements({ replacements: fields = [] }: Kustomization, context: PatchContext): Transformer[] {
  if (fields.length === 0) return [];
  try {
    return [replacementTransformer(loadReplacements(fields, context.loader))];
  } catch (error) {
    const config = { Replacements: withoutEmpty(fields as unknown as JsonValue) };
    throw prefixed(
      error,
      `trouble configuring builtin ReplacementTransformer with config: \`\n${emitYaml(config)}\``,
    );
  }
}
