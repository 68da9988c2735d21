import type { JsonObject, JsonValue, Tree } from "@weir/core";
import { type BuildOptions, buildObserved } from "../build.ts";
import type { IgnorePath } from "../flux/generate-kustomization.ts";
import type { FluxBuildSpec } from "../flux/merge-spec.ts";
import {
  applyCommonMetadata,
  type CommonMetadata,
  fluxBuildOptions,
  prepareFluxBuild,
} from "../flux/build-flux.ts";
import { substituteObject, type Variables } from "../flux/substitute.ts";
import type { LoadSource } from "../layer/observer.ts";
import { fromExactJson } from "../node/to-json.ts";
import type { ResId } from "../resource/resource-id.ts";
import { apiVersionOf } from "../resource/resource-id.ts";
import { describeLoad, describeStep, type Question } from "./describe-step.ts";
import { ExplainError } from "./explain-error.ts";
import { formatPath, parseFieldPath, type PathStep, resolvePath } from "./field-path.ts";
import { describeOutput, findObject, type FoundObject } from "./find-object.ts";
import { FLUX_LAYER, fluxCause, type FluxCause } from "./flux-cause.ts";
import { maskSecret } from "./mask.ts";
import { ChangeObserver, LineageObserver, type ObservedChange } from "./observe.ts";
import { parseSelector } from "./selector.ts";
import { SourceFiles } from "./source-files.ts";

/** A Flux Kustomization around a build. */
export interface ExplainedFlux {
  readonly spec: FluxBuildSpec;
  /** The paths that a generated kustomization leaves out. */
  readonly isIgnored?: IgnorePath;
  readonly substitution?: {
    readonly variables: Variables;
    readonly strict?: boolean;
    readonly always?: boolean;
  };
  readonly commonMetadata?: CommonMetadata;
}

export interface ExplainOptions extends BuildOptions {
  /** Explains what Flux makes of the path: its spec, substitution and common metadata are layers, too. */
  readonly flux?: ExplainedFlux;
  /** Shows the values of Secrets; false by default, and then `***` stands for each. */
  readonly showsSecrets?: boolean;
}

/** An object by what the output calls it. */
export interface ExplainedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** One step of a build that wrote what is asked about. */
export interface ExplainedStep {
  /** The kustomization file, relative to the root of the tree, or the Flux Kustomization's `spec`. */
  readonly layer: string;
  /** What of the layer did it: a field such as `patches[2]`, or the end of a build: `name hash`, `name references`. */
  readonly cause: string;
  /** The file that decided the value: a manifest, a patch, a source of a generator, the kustomization itself. */
  readonly file?: string;
  /** Where in that file, counted from 1: the field, or what is nearest around it. */
  readonly line?: number;
  /** The same in words. */
  readonly why: string;
  /** Absent where the field was not there. */
  readonly before?: JsonValue;
  /** Absent where the step removed it. */
  readonly after?: JsonValue;
}

/** Why a field, or an object, is what it is. */
export interface Explanation {
  readonly object: ExplainedObject;
  /** The path in its full form; empty for the whole object. */
  readonly field: string;
  /** In the order of the build; the `after` of the last one is the value. */
  readonly steps: readonly ExplainedStep[];
  /** The final value; absent where there is none. */
  readonly value?: JsonValue;
  /** The object is no part of the output: a step removed it. */
  readonly isRemoved: boolean;
  /** The objects whose references to this one were written anew, where its name or namespace is asked about. */
  readonly followers: readonly ExplainedObject[];
}

/** One way to build: the tree to build, the tree to read sources from, and how. */
interface Plan {
  readonly tree: Tree;
  readonly sources: Tree;
  readonly path: string;
  readonly options: ExplainOptions;
  /** Finds what a Flux Kustomization's spec asks for. */
  readonly fluxCause: FluxCause;
}

/**
 * Says which layer of a kustomization wrote a field of an object, and why.
 *
 * `selector` is `[NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH]`, with the name of the output or an earlier one; elements of
 * lists go by index (`containers[0]`), merge key (`containers[web]`) or any field (`containers[name=web]`), names with
 * dots in brackets. Builds twice: once to find the object, once to look on. Throws an `ExplainError` where no object or
 * more than one is meant, and whatever the build throws.
 */
export function explain(
  tree: Tree,
  path: string,
  selector: string,
  options: ExplainOptions = {},
): Explanation {
  const wanted = parseSelector(selector);
  const written = parseFieldPath(wanted.field);
  if (written === undefined) {
    throw new ExplainError("InvalidSelector", selector, `${JSON.stringify(wanted.field)} is no field path`);
  }
  const plan = planOf(tree, path, options);
  const lineage = new LineageObserver();
  const { objects } = buildObserved(plan.tree, path, plan.options, lineage);
  const outputs = objects.map((object) => finished(object, options.flux));
  const found = findObject(lineage, outputs, wanted, selector);
  const output = found.output ?? {};
  const { resource } = found;
  const shape = resource.schemas.shapeOf(resource.apiVersion, resource.kind);
  const steps = resolvePath(written, fromExactJson(output), shape);
  const observer = new ChangeObserver(lineage.numbersOf(resource), steps);
  const again = buildObserved(plan.tree, path, plan.options, observer);
  if (found.at >= 0) noteFlux(observer, again.objects[found.at], options.flux);
  return explanationOf(found, steps, { observer, plan });
}

function planOf(tree: Tree, path: string, options: ExplainOptions): Plan {
  const { flux } = options;
  if (flux === undefined) return { tree, sources: tree, path, options, fluxCause: () => undefined };
  const ignoring = flux.isIgnored === undefined ? {} : { isIgnored: flux.isIgnored };
  const prepared = prepareFluxBuild(tree, path, flux.spec, { ...options, ...ignoring });
  return {
    tree: prepared.tree,
    sources: tree,
    path,
    options: { ...options, ...fluxBuildOptions(prepared, options) },
    fluxCause: fluxCause(prepared, flux.spec),
  };
}

function explanationOf(
  found: FoundObject,
  path: readonly PathStep[],
  { observer, plan }: { readonly observer: ChangeObserver; readonly plan: Plan },
): Explanation {
  const { id } = found;
  const files = new SourceFiles(plan.sources);
  const question: Question = { id: { kind: id.gvk.kind, name: id.name }, path };
  const isHidden = id.gvk.kind === "Secret" && plan.options.showsSecrets !== true;
  const shown = (value: JsonValue | undefined): JsonValue | undefined =>
    isHidden && value !== undefined ? maskSecret(value, path) : value;
  const steps = observer.changes.map((change): ExplainedStep => {
    const before = shown(change.before);
    const after = shown(change.after);
    return {
      ...describeChange(change, question, { files, observer, plan }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
  });
  const value = found.at < 0 ? undefined : shown(observer.value);
  const isAboutName = path.length === 0 || ["metadata.name", "metadata.namespace"].includes(formatPath(path));
  return {
    object: found.output === undefined ? idOf(id) : describeOutput(found.output),
    field: formatPath(path),
    steps,
    ...(value === undefined ? {} : { value }),
    isRemoved: found.at < 0,
    followers: isAboutName ? observer.followers.map(({ id: follower }) => idOf(follower)) : [],
  };
}
/** What Flux does to an object once it is built. */
function noteFlux(
  observer: ChangeObserver,
  object: JsonObject | undefined,
  flux: ExplainedFlux | undefined,
): void {
  if (flux === undefined || object === undefined) return;
  const { substitution, commonMetadata = {} } = flux;
  let now = object;
  if (substitution !== undefined) {
    now = substituteObject(now, substitution.variables, substitution);
    observer.became(fromExactJson(now), { layer: FLUX_LAYER, field: "postBuild" });
  }
  now = applyCommonMetadata(now, commonMetadata);
  observer.became(fromExactJson(now), { layer: FLUX_LAYER, field: "commonMetadata" });
}

function finished(object: JsonObject, flux: ExplainedFlux | undefined): JsonObject {
  if (flux === undefined) return object;
  const { substitution, commonMetadata = {} } = flux;
  const substituted =
    substitution === undefined ? object : substituteObject(object, substitution.variables, substitution);
  return applyCommonMetadata(substituted, commonMetadata);
}

function idOf({ gvk, name, namespace }: ResId): ExplainedObject {
  return {
    apiVersion: apiVersionOf(gvk),
    kind: gvk.kind,
    ...(namespace === "" ? {} : { namespace }),
    name,
  };
}

const FLUX_STEPS: ReadonlyMap<string, string> = new Map([
  ["postBuild", "the values of variables ${NAME}, and the text read anew"],
  ["commonMetadata", "labels and annotations for every object"],
]);

function describeChange(
  { source, isLoad, follows }: ObservedChange,
  question: Question,
  {
    files,
    observer,
    plan,
  }: { readonly files: SourceFiles; readonly observer: ChangeObserver; readonly plan: Plan },
): Omit<ExplainedStep, "before" | "after"> {
  const { layer, field, config } = source;
  const fluxField = plan.fluxCause(source);
  if (fluxField !== undefined) {
    const why = FLUX_STEPS.get(field) ?? "the spec of the Flux Kustomization asks for it";
    return { layer: FLUX_LAYER, cause: fluxField, why };
  }
  if (isLoad) return { layer, cause: field, ...describeLoad(source as LoadSource, question, files) };
  const configSource = config === undefined ? undefined : observer.configSources.get(config);
  const described = describeStep(source, question, files, configSource);
  if (follows === undefined) return { layer, cause: field, ...described };
  const { kind, originalId, name } = follows;
  return {
    layer,
    cause: field,
    ...described,
    why: `follows ${kind}/${originalId.name}, which is now ${name}`,
  };
}
