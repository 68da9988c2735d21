import type { JsonObject, JsonValue } from "@weir/core";
import type { GeneratorArgs, Kustomization } from "./kustomization.ts";

const EDIT_FIX = "Run 'kustomize edit fix' to update your Kustomization automatically.";

const DEPRECATED: readonly (readonly [keyof Kustomization, string, string])[] = [
  ["bases", "resources", EDIT_FIX],
  ["commonLabels", "labels", EDIT_FIX],
  ["imageTags", "images", EDIT_FIX],
  ["patchesJson6902", "patches", EDIT_FIX],
  ["patchesStrategicMerge", "patches", EDIT_FIX],
  ["vars", "replacements", `[EXPERIMENTAL] ${EDIT_FIX}`],
];

/** What kustomize says of deprecated fields, in its order. */
export function deprecationWarnings(kustomization: Kustomization): readonly string[] {
  return DEPRECATED.filter(([field]) => kustomization[field] !== undefined).map(
    ([field, instead, advice]) =>
      `# Warning: '${field}' is deprecated. Please use '${instead}' instead. ${advice}`,
  );
}

function joined<Item>(
  first: readonly Item[] | undefined,
  second: readonly Item[] | undefined,
): readonly Item[] | undefined {
  if (second === undefined || second.length === 0) return first;
  return [...(first ?? []), ...second];
}

function withEnvList(args: GeneratorArgs): GeneratorArgs {
  const { env, ...rest } = args;
  return env === undefined || env === "" ? rest : { ...rest, envs: [...(args.envs ?? []), env] };
}

/** Moves what deprecated fields say to their new place, as kustomize does when it reads a file. */
export function fixKustomization(read: Kustomization): Kustomization {
  const { bases, imageTags, helmChartInflationGenerator, ...rest } = read;
  const kind = read.kind === undefined || read.kind === "" ? "Kustomization" : read.kind;
  const version =
    kind === "Component" ? "kustomize.config.k8s.io/v1alpha1" : "kustomize.config.k8s.io/v1beta1";
  const resources = joined(read.resources, bases);
  const images = joined(read.images, imageTags);
  const helmCharts = joined(read.helmCharts, helmChartInflationGenerator?.map(chartOfOldArgs));
  const { configMapGenerator, secretGenerator } = read;
  return {
    ...rest,
    kind,
    apiVersion: read.apiVersion === undefined || read.apiVersion === "" ? version : read.apiVersion,
    ...(resources === undefined ? {} : { resources }),
    ...(images === undefined ? {} : { images }),
    ...(helmCharts === undefined ? {} : { helmCharts }),
    ...globalsOfOldArgs(read),
    ...(configMapGenerator === undefined ? {} : { configMapGenerator: configMapGenerator.map(withEnvList) }),
    ...(secretGenerator === undefined ? {} : { secretGenerator: secretGenerator.map(withEnvList) }),
  };
}

/** What the old `helmChartInflationGenerator` says of all charts; the last entry that says it counts. */
function globalsOfOldArgs({
  helmGlobals,
  helmChartInflationGenerator: old = [],
}: Kustomization): Pick<Kustomization, "helmGlobals"> {
  if (helmGlobals !== undefined) return {};
  const last = (field: string): JsonValue | undefined =>
    old.findLast((args) => (args[field] ?? "") !== "")?.[field];
  const [chartHome, configHome] = [last("chartHome"), last("helmHome")];
  if (chartHome === undefined && configHome === undefined) return {};
  return {
    helmGlobals: {
      ...(chartHome === undefined ? {} : { chartHome }),
      ...(configHome === undefined ? {} : { configHome }),
    },
  };
}

/** The chart that an entry of the old `helmChartInflationGenerator` means. */
function chartOfOldArgs(old: JsonObject): JsonObject {
  const pairs: readonly (readonly [string, string])[] = [
    ["chartName", "name"],
    ["chartVersion", "version"],
    ["chartRepoUrl", "repo"],
    ["values", "valuesFile"],
    ["valuesLocal", "valuesInline"],
    ["valuesMerge", "valuesMerge"],
    ["releaseName", "releaseName"],
  ];
  const entries: [string, JsonValue][] = [];
  for (const [from, to] of pairs) {
    const value = old[from];
    if (value !== undefined) entries.push([to, value]);
  }
  return Object.fromEntries(entries);
}
