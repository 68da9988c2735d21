import type { Resource } from "../resource/resource.ts";
import type { ResourceMap } from "../resource/resource-map.ts";

/** What a step of a build comes from. */
export interface StepSource {
  /** The kustomization file, relative to the root of the tree. */
  readonly layer: string;
  /** The field of it that asks for the step, such as `patches[2]`; words for what ends every build: `name hash`. */
  readonly field: string;
  /** The resource that configures the step, where it is no field of its own. */
  readonly config?: Resource;
  /** The step may add resources, or put one in the place of another. */
  readonly isGenerator?: boolean;
}

/** Where a resource was read. */
export interface LoadSource extends StepSource {
  /** The file that holds it, relative to the root of the tree. */
  readonly file: string;
  /** It configures a generator, transformer or validator and is no part of the output. */
  readonly isConfig: boolean;
}

/** Looks on while a build works; it changes nothing. */
export interface BuildObserver {
  /** A resource was read from a file, before anything changed it. */
  loaded(resource: Resource, source: LoadSource): void;
  /** Calls `run`, which does one step on these resources. */
  step(source: StepSource, resources: ResourceMap, run: () => void): void;
  /** These are the resources of the output, in its order. */
  ended(resources: ResourceMap): void;
}
