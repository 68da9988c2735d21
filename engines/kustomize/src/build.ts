import type { JsonObject, Tree } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { KustomizeError, withWarnings } from "./error.ts";
import { type BuildBudgets, Loader, type LoadRestrictor, Reads } from "./file/loader.ts";
import { type ReadSet, ReadTracker } from "./read-set.ts";
import type { RemoteSources, ResolveLinks } from "./file/remote-sources.ts";
import type { ChartInflation } from "./generate/chart-request.ts";
import { hashTransformer } from "./generate/hash.ts";
import { Accumulator, type BuildContext } from "./layer/accumulator.ts";
import { Layer } from "./layer/layer.ts";
import type { BuildObserver } from "./layer/observer.ts";
import { isMap, isNilOrEmpty, type Node } from "./node/node.ts";
import { checkMetadata } from "./node/parse.ts";
import { fromJson, outputJson } from "./node/to-json.ts";
import {
  ORIGIN_ANNOTATION,
  originText,
  TRANSFORMATIONS_ANNOTATION,
  transformationsText,
} from "./resource/origin.ts";
import type { Resource } from "./resource/resource.ts";
import type { ResourceMap } from "./resource/resource-map.ts";
import { describeId } from "./resource/resource-id.ts";
import { annotated } from "./resource/show-resource.ts";
import { SchemaState } from "./resource/schema-state.ts";
import { addLabel } from "./transform/metadata.ts";
import { nameReferenceTransformer } from "./transform/name-reference.ts";
import { sortTransformer } from "./transform/sort.ts";
import { resolveVars } from "./transform/vars.ts";

/** What `kustomize build` is told by flags. */
export interface BuildOptions {
  /** `rootOnly` (the default) refuses files outside the directory of the kustomization that names them. */
  readonly loadRestrictor?: LoadRestrictor;
  /**
   * The order of the output where `sortOptions` says nothing: `unspecified` (the default) and `legacy` sort by kind,
   * `none` keeps the order of loading, as Flux has it.
   */
  readonly reorder?: "unspecified" | "none" | "legacy";
  /** Adds the label `app.kubernetes.io/managed-by`; false by default. */
  readonly managedByLabel?: boolean;
  /** What messages call the root of the tree; `$ROOT` by default. */
  readonly root?: string;
  /** Keeps the built-in schema beside a custom one, as Flux does; false by default. */
  readonly keepsBuiltinSchema?: boolean;
  readonly budgets?: BuildBudgets;
  /** Where the tree has symbolic links; a tree without has none to follow. */
  readonly resolveLinks?: ResolveLinks;
  /** What was fetched for remote bases and files; they are refused where it is absent. */
  readonly remotes?: RemoteSources;
  /** How charts are inflated; they are refused where it is absent. */
  readonly charts?: ChartInflation;
}

/** What a build gives. */
export interface BuildResult extends ReadSet {
  /** The objects in the order of the output. */
  readonly objects: readonly JsonObject[];
  /** What kustomize prints on standard error, a line each, in order. */
  readonly warnings: readonly string[];
}

const VERSION = "v5.8.1";
const MANAGED_BY = "app.kubernetes.io/managed-by";
/** What the steps are called that end a build and that no field asks for. */
export const NAME_HASH = "name hash";
export const NAME_REFERENCES = "name references";
export const LOCAL_CONFIG = "config.kubernetes.io/local-config";

/**
 * Builds the kustomization in a directory of the tree as `kustomize build` 5.8.1 does.
 *
 * Pure: the same tree, path and options always give the same result. Throws a `KustomizeError` with kustomize's own
 * message and the warnings before it, or another `WeirError` where a budget is exceeded; there is never a partial
 * result. Where `neededRemote` finds a reference in what is thrown, the build can be repeated once that is fetched.
 */
export function buildKustomization(tree: Tree, path: string, options: BuildOptions = {}): BuildResult {
  return buildObserved(tree, path, options, undefined);
}

/** `buildKustomization` before the eyes of an observer. */
export function buildObserved(
  tree: Tree,
  path: string,
  options: BuildOptions,
  observer: BuildObserver | undefined,
): BuildResult {
  const context: BuildContext = {
    schemas: new SchemaState(options.keepsBuiltinSchema ?? false),
    warnings: [],
    observer,
    charts: options.charts,
  };
  try {
    return build(tree, path, { options, context });
  } catch (error) {
    throw withWarnings(error, context.warnings);
  }
}

function build(
  tree: Tree,
  path: string,
  { options, context }: { readonly options: BuildOptions; readonly context: BuildContext },
): BuildResult {
  const reads = new Reads(options.budgets);
  const { loadRestrictor: restrictor = "rootOnly", root = "$ROOT", resolveLinks, remotes } = options;
  const tracker = new ReadTracker(tree);
  const loader = Loader.at({ tree: tracker.tree, reads, restrictor, root, resolveLinks, remotes }, path);
  const layer = new Layer(loader, context, undefined);
  layer.useSchema();
  const { buildMetadata = [] } = layer.kustomization;
  if (buildMetadata.length > 0) layer.followOrigins();
  const built = layer.accumulate(new Accumulator());
  const { resources } = built;
  const step: FinalStep = (field, run) => {
    layer.at(field, () => {
      if (context.observer === undefined) run();
      else context.observer.step({ layer: layer.file, field }, resources, run);
    });
  };
  finish(built, context, step);
  layer.at("sortOptions", () =>
    sort(resources, layer, { context, reorder: options.reorder ?? "unspecified" }),
  );
  if (options.managedByLabel === true || buildMetadata.includes("managedByLabel")) {
    step("buildMetadata", () => {
      for (const resource of resources.resources) addLabel(resource, MANAGED_BY, `kustomize-${VERSION}`);
    });
  }
  step("buildMetadata", () => {
    for (const resource of resources.resources) writeBuildMetadata(resource, buildMetadata);
  });
  context.observer?.ended(resources);
  return {
    objects: resources.resources.map(outputOf),
    warnings: context.warnings,
    ...tracker.readSet(),
  };
}

/** Does what ends a build; `field` says what it is about. */
type FinalStep = (field: string, run: () => void) => void;

/** What only the kustomization that is built does: hashes, references, variables and local configuration. */
function finish({ resources, config, vars }: Accumulator, context: BuildContext, step: FinalStep): void {
  step(NAME_HASH, () => hashTransformer(resources));
  step(NAME_REFERENCES, () => nameReferenceTransformer(config.nameReference)(resources));
  step("vars", () => {
    const unused = resolveVars(resources, vars.sorted, config.varReference);
    if (unused.length === 0) return;
    context.warnings.push(`well-defined vars that were never replaced: ${unused.join(",")}`);
  });
  for (const resource of resources.resources) checkNamed(resource);
  resources.refuseEqualIds((resource) => !isLocalConfig(resource));
  step(LOCAL_CONFIG, () => dropLocalConfig(resources));
}

/** Drops local configuration by id, as upstream does: what shares its id with a resource that stays, stays as well. */
function dropLocalConfig(resources: ResourceMap): void {
  const isLocal = (resource: Resource): boolean => !resource.isEmpty && isLocalConfig(resource);
  const staying = new Set<string>();
  const local = new Set<string>();
  if (!resources.resources.some(isLocal)) {
    resources.keep((resource) => !resource.isEmpty);
    return;
  }
  for (const resource of resources.resources) {
    if (!resource.isEmpty && !isLocalConfig(resource)) staying.add(exactId(resource));
  }
  for (const resource of resources.resources) {
    if (!isLocal(resource) || staying.has(exactId(resource))) continue;
    if (local.has(exactId(resource))) {
      throw new KustomizeError(`id ${describeId(resource.id)} not found in removal`);
    }
    local.add(exactId(resource));
  }
  resources.keep(
    (resource) => !resource.isEmpty && (!isLocalConfig(resource) || staying.has(exactId(resource))),
  );
}

function exactId({ id }: Resource): string {
  const { gvk, name, namespace } = id;
  return JSON.stringify([gvk.group, gvk.version, gvk.kind, gvk.isClusterScoped, name, namespace]);
}

/** Requires a kind and a name; the message shows what upstream has in the annotations, too. */
function checkNamed(resource: Resource): void {
  const { root } = resource;
  if (isNilOrEmpty(root)) return;
  try {
    checkMetadata(root);
  } catch (error) {
    if (error instanceof KustomizeError) checkMetadata(shownRoot(resource));
    throw error;
  }
}

function shownRoot(resource: Resource): Node {
  try {
    return fromJson(annotated(resource));
  } catch (error) {
    if (error instanceof KustomizeError) return resource.root;
    throw error;
  }
}

function isLocalConfig(resource: Resource): boolean {
  const value = resource.annotations().get(LOCAL_CONFIG);
  return value !== undefined && value !== "false";
}

const REORDER_WARNING =
  "Warning: Sorting order is set both in 'kustomization.yaml' ('sortOptions') and in a CLI flag ('--reorder'). Using the kustomization file over the CLI flag.";

function sort(
  resources: ResourceMap,
  layer: Layer,
  by: { readonly context: BuildContext; readonly reorder: BuildOptions["reorder"] & string },
): void {
  const { sortOptions } = layer.kustomization;
  if (sortOptions !== undefined) {
    if (by.reorder !== "unspecified") by.context.warnings.push(REORDER_WARNING);
    sortTransformer(sortOptions)(resources);
  } else if (by.reorder !== "none") sortTransformer({ order: "legacy" })(resources);
}

/** Annotations that kustomize keeps for itself and never prints. */
const INTERNAL_ANNOTATIONS: readonly string[] = [
  ...[
    "previousKinds",
    "previousNames",
    "prefixes",
    "suffixes",
    "previousNamespaces",
    "allowNameChange",
    "allowKindChange",
    "refBy",
    "generatorBehavior",
    "needsHashSuffix",
    "path",
    "index",
    "seqindent",
    "id",
    "annotations-migration-resource-id",
    "helm-generated",
  ].map((name) => `internal.config.kubernetes.io/${name}`),
  "config.kubernetes.io/path",
  "config.kubernetes.io/index",
  "config.k8s.io/id",
];

/** Rewrites the annotations: values become strings, origins are written where they are asked for. */
function writeBuildMetadata(resource: Resource, buildMetadata: readonly string[]): void {
  const annotations = resource.annotations();
  for (const key of INTERNAL_ANNOTATIONS) annotations.delete(key);
  annotations.delete(ORIGIN_ANNOTATION);
  annotations.delete(TRANSFORMATIONS_ANNOTATION);
  if (buildMetadata.includes("originAnnotations") && resource.origin !== undefined) {
    annotations.set(ORIGIN_ANNOTATION, originText(resource.origin));
  }
  if (buildMetadata.includes("transformerAnnotations") && resource.transformations.length > 0) {
    annotations.set(TRANSFORMATIONS_ANNOTATION, transformationsText(resource.transformations));
  }
  resource.setAnnotations(annotations);
}

function outputOf(resource: Resource): JsonObject {
  if (!isMap(resource.root)) throw new KustomizeError("resource is no mapping");
  return outputJson(resource.root);
}

/** The bytes that `kustomize build` prints for these objects. */
export function emitResources(objects: readonly JsonObject[]): string {
  return objects.map((object) => emitYaml(object)).join("---\n");
}
