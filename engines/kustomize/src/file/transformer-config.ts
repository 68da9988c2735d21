import { loadYaml } from "@weir/yaml";
import { KustomizeError, withPrefix } from "../error.ts";
import {
  DEFAULT_CONFIG,
  EMPTY_CONFIG,
  type NameReference,
  type TransformerConfig,
} from "./default-field-specs.ts";
import { goDecodeYaml, goEmbedded, goList, goNamedList, goString, goStruct } from "./go-decode.ts";
import { type FieldSpec, fieldSpecType } from "./kustomization.ts";
import type { Loader } from "./loader.ts";

const ORDER_FIRST =
  "Namespace ResourceQuota StorageClass CustomResourceDefinition ServiceAccount PodSecurityPolicy Role ClusterRole RoleBinding ClusterRoleBinding ConfigMap Secret Endpoints Service LimitRange PriorityClass PersistentVolume PersistentVolumeClaim Deployment StatefulSet CronJob PodDisruptionBudget".split(
    " ",
  );
const ORDER_LAST = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/** The kinds that come first and last in the legacy order. */
export const LEGACY_ORDER: { readonly first: readonly string[]; readonly last: readonly string[] } = {
  first: ORDER_FIRST,
  last: ORDER_LAST,
};

interface PartialGvk {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
}

/** Kinds of no rank lie between those that come first and those that come last. */
const RANKS: ReadonlyMap<string, number> = new Map([
  ...ORDER_FIRST.map((kind, at) => [kind, at - ORDER_FIRST.length] as const),
  ...ORDER_LAST.map((kind, at) => [kind, at + 1] as const),
]);

function sortText({ group, version, kind }: PartialGvk): string {
  return `${group || "~G"}_${version || "~V"}_${kind || "~K"}`;
}

/** Sorted by kind; what is compared is computed once for each. */
function sortedByKind<Item extends PartialGvk>(items: readonly Item[]): readonly Item[] {
  const keyed = items.map((item) => ({ item, rank: RANKS.get(item.kind ?? "") ?? 0, text: sortText(item) }));
  keyed.sort((a, b) => a.rank - b.rank || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map(({ item }) => item);
}

function isSelected(spec: PartialGvk, selector: PartialGvk): boolean {
  return (
    (!selector.group || selector.group === spec.group) &&
    (!selector.version || selector.version === spec.version) &&
    (!selector.kind || selector.kind === spec.kind)
  );
}

/** Adds field specs to others; one that says the opposite of another about creation is an error. */
export function mergeFieldSpecs(
  specs: readonly FieldSpec[],
  added: readonly FieldSpec[],
): readonly FieldSpec[] {
  if (added.length === 0) return specs;
  const byPath = new Map<string, FieldSpec[]>();
  const result: FieldSpec[] = [];
  const put = (spec: FieldSpec): void => {
    result.push(spec);
    const path = spec.path ?? "";
    const same = byPath.get(path);
    if (same === undefined) byPath.set(path, [spec]);
    else same.push(spec);
  };
  for (const spec of specs) put(spec);
  for (const spec of added) {
    const same = byPath.get(spec.path ?? "")?.find((known) => isSelected(known, spec));
    if (same === undefined) put(spec);
    else if ((same.create ?? false) !== (spec.create ?? false)) {
      throw new KustomizeError("conflicting fieldspecs");
    }
  }
  return result;
}

function mergeReferences(
  references: readonly NameReference[],
  added: readonly NameReference[],
): readonly NameReference[] {
  const result = [...references];
  for (const reference of added) {
    const at = result.findIndex((known) => sortText(known) === sortText(reference));
    const known = result[at];
    if (known === undefined) result.push(reference);
    else {
      const fieldSpecs = mergeFieldSpecs(known.fieldSpecs ?? [], reference.fieldSpecs ?? []);
      result[at] = { ...known, fieldSpecs };
    }
  }
  return result;
}

type SpecField = Exclude<keyof TransformerConfig, "nameReference">;

/** The order in which upstream merges, with the words of its messages. */
const SPEC_FIELDS: readonly (readonly [SpecField, string])[] = [
  ["namePrefix", "NamePrefix"],
  ["nameSuffix", "NameSuffix"],
  ["namespace", "NameSpace"],
  ["commonAnnotations", "CommonAnnotations"],
  ["commonLabels", "CommonLabels"],
  ["labels", "Labels"],
  ["templateLabels", "TemplateLabels"],
  ["varReference", "VarReference"],
  ["images", "Images"],
  ["replicas", "Replicas"],
];

/** Merges two configurations as upstream does, sorted by kind. */
export function mergeConfigs(config: TransformerConfig, added: TransformerConfig): TransformerConfig {
  if (added === EMPTY_CONFIG || config === added) return config;
  if (config === EMPTY_CONFIG && added === SORTED_DEFAULT_CONFIG) return added;
  const merged: { -readonly [Field in SpecField]?: readonly FieldSpec[] } = {};
  for (const [field, word] of SPEC_FIELDS) {
    merged[field] = withPrefix(`failed to merge ${word} fieldSpec`, () =>
      mergeFieldSpecs(config[field], added[field]),
    );
  }
  const nameReference = withPrefix("failed to merge NameReference fieldSpec", () =>
    mergeReferences(config.nameReference, added.nameReference),
  );
  return sorted({ ...EMPTY_CONFIG, ...merged, nameReference });
}

function sorted(config: TransformerConfig): TransformerConfig {
  const result: { -readonly [Field in keyof TransformerConfig]: TransformerConfig[Field] } = { ...config };
  for (const [field] of SPEC_FIELDS) result[field] = sortedByKind(config[field]);
  result.nameReference = sortedByKind(config.nameReference);
  return result;
}

/** The default configuration; one immutable value for every build, so that merging it twice costs nothing. */
export const SORTED_DEFAULT_CONFIG: TransformerConfig = sorted(DEFAULT_CONFIG);

const fieldSpecs = goList(fieldSpecType);

const configType = goStruct("TransformerConfig", {
  namePrefix: fieldSpecs,
  nameSuffix: fieldSpecs,
  namespace: fieldSpecs,
  commonLabels: fieldSpecs,
  labels: fieldSpecs,
  templateLabels: fieldSpecs,
  commonAnnotations: fieldSpecs,
  nameReference: goNamedList(
    "builtinconfig.nbrSlice",
    goStruct("NameBackReferences", {
      ...goEmbedded("Gvk", { group: goString, version: goString, kind: goString }),
      fieldSpecs,
    }),
  ),
  varReference: fieldSpecs,
  images: fieldSpecs,
  replicas: fieldSpecs,
});

/** Reads a file named by `configurations`; unknown fields are an error. */
function readConfig(content: Uint8Array): TransformerConfig {
  const json = withPrefix("error converting YAML to JSON", () => loadYaml(content, { strict: true }));
  const decoded = withPrefix("error unmarshaling JSON: while decoding JSON", () =>
    goDecodeYaml(json, configType, true),
  );
  return { ...EMPTY_CONFIG, ...(decoded as Partial<TransformerConfig> | undefined) };
}

/** The default configuration with that of the files merged in. */
export function transformerConfig(loader: Loader, paths: readonly string[]): TransformerConfig {
  let result = EMPTY_CONFIG;
  for (const path of paths) result = mergeConfigs(result, readConfig(loader.load(path)));
  return mergeConfigs(SORTED_DEFAULT_CONFIG, result);
}
