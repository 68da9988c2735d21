import { createHash } from "node:crypto";
import type { Kustomization } from "@weir/api";
import { type JsonObject, type WorkerPool, writeJson } from "@weir/core";
import type { FluxBuildSpec } from "@weir/kustomize";
import type { ResolvedOptions } from "../kustomization/controller-options.ts";
import { asFailure } from "../kustomization/kustomization-error.ts";
import { timeoutMsOf } from "../kustomization/timing.ts";
import { sourceKeyOf } from "../source/source-kinds.ts";
import type { BuildRoot } from "../source/observe-artifact.ts";
import { BuildCache, type BuiltManifests } from "./build-cache.ts";
import type { BuildTaskInput } from "./build-task.ts";
import type { Variables } from "./read-variables.ts";

const TASK_MODULE = new URL("./build-task.ts", import.meta.url);

/** The fields of a spec that decide what is built; the names are those of the CRD. */
const BUILD_FIELDS = [
  "targetNamespace",
  "namePrefix",
  "nameSuffix",
  "patches",
  "images",
  "components",
  "ignoreMissingComponents",
  "buildMetadata",
] as const;

/** What a build is made of. */
export interface BuildRequest {
  readonly kustomization: Kustomization;
  readonly root: BuildRoot;
  readonly variables: Variables;
  readonly signal: AbortSignal;
}

/** Builds Kustomizations in worker threads; what would give the same again is not built again. */
export class ManifestBuilder {
  readonly #workers: WorkerPool;
  readonly #options: ResolvedOptions;
  readonly #cache = new BuildCache();

  constructor(workers: WorkerPool, options: ResolvedOptions) {
    this.#workers = workers;
    this.#options = options;
  }

  /** The objects of a Kustomization; throws a failure with reason BuildFailed. */
  async build(request: BuildRequest): Promise<BuiltManifests> {
    const task = taskOf(request, this.#options);
    const key = keyOf(request, task);
    const { tree } = request.root;
    const known = this.#cache.get(key, tree);
    if (known !== undefined) return known;
    const { buildTimeoutMs, buildMemoryMb } = this.#options;
    try {
      const built = await this.#workers.run<BuiltManifests>(TASK_MODULE, "buildManifests", task, {
        timeoutMs: Math.min(buildTimeoutMs, timeoutMsOf(request.kustomization.spec)),
        memoryMb: buildMemoryMb,
        signal: request.signal,
        affinity: task.tree.digest,
      });
      this.#cache.set(key, tree, built);
      return built;
    } catch (error) {
      request.signal.throwIfAborted();
      throw asFailure("BuildFailed", error);
    }
  }
}

/** Names all that decides a build besides its files. */
function keyOf({ kustomization }: BuildRequest, { path, spec, substitution }: BuildTaskInput): string {
  const decisive = [sourceKeyOf(kustomization), path, spec, substitution ?? null];
  const text = writeJson(decisive as unknown as readonly JsonObject[]);
  return createHash("sha256").update(text).digest("base64");
}

function taskOf({ kustomization, root, variables }: BuildRequest, options: ResolvedOptions): BuildTaskInput {
  const { postBuild } = kustomization.spec;
  return {
    tree: root.shared,
    path: root.path,
    spec: buildFieldsOf(kustomization.spec),
    substitution:
      postBuild === undefined
        ? undefined
        : {
            variables,
            isStrict: options.strictSubstitutions,
            isAlways: postBuild.substituteStrategy === "Always",
          },
  };
}

function buildFieldsOf(spec: Kustomization["spec"]): FluxBuildSpec {
  const fields = BUILD_FIELDS.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]]));
  return Object.fromEntries(fields) as FluxBuildSpec;
}
