import type { JsonValue } from "@weir/core";
import { LOCAL_CONFIG, NAME_REFERENCES } from "../build.ts";
import type { BuildObserver, LoadSource, StepSource } from "../layer/observer.ts";
import type { Node } from "../node/node.ts";
import { toJson } from "../node/to-json.ts";
import type { Resource } from "../resource/resource.ts";
import { describeId, type ResId } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { nodeAt, type PathStep } from "./field-path.ts";

/** One resource that a build made, in the order in which it did: the same build makes the same ones again. */
export interface MadeResource {
  readonly resource: Resource;
  /** Its id as it was made: a patch may empty it. */
  readonly id: ResId;
  /** Where it was read; absent where it was generated. */
  readonly source: LoadSource | undefined;
}

/** Notes which resources a build makes, and which of them takes the place of which. */
export class LineageObserver implements BuildObserver {
  readonly made: MadeResource[] = [];
  readonly #successors = new Map<Resource, Resource>();
  output: readonly Resource[] = [];

  loaded(resource: Resource, source: LoadSource): void {
    this.made.push({ resource, id: resource.id, source });
  }

  step(source: StepSource, resources: ResourceMap, run: () => void): void {
    if (source.isGenerator !== true) {
      run();
      return;
    }
    const before = resources.resources;
    const known = new Set(before);
    run();
    const after = new Set(resources.resources);
    const gone = [...known].find((resource) => !after.has(resource));
    for (const resource of after) {
      if (known.has(resource)) continue;
      this.made.push({ resource, id: resource.id, source: undefined });
      if (gone !== undefined) this.#successors.set(gone, resource);
    }
  }

  ended(resources: ResourceMap): void {
    this.output = [...resources.resources];
  }

  /** Which of the resources that were made become this one, counted from 0. */
  numbersOf(resource: Resource): ReadonlySet<number> {
    const numbers = this.made.map((made, at) => (this.latest(made.resource) === resource ? at : -1));
    return new Set(numbers.filter((at) => at >= 0));
  }

  /** The resource that is there in the end for one that was made. */
  latest(resource: Resource): Resource {
    let latest = resource;
    for (let next = this.#successors.get(latest); next !== undefined; next = this.#successors.get(latest)) {
      latest = next;
    }
    return latest;
  }
}

/** A step that changed what is asked about. */
export interface ObservedChange {
  readonly source: StepSource | LoadSource;
  /** The object was read from a file. */
  readonly isLoad: boolean;
  /** Absent where there was nothing. */
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
  /** Whose new name or namespace was written, where the step follows references. */
  readonly follows: Resource | undefined;
}

/** Compares one field before and after every step of a build. */
export class ChangeObserver implements BuildObserver {
  readonly changes: ObservedChange[] = [];
  readonly configSources = new Map<Resource, LoadSource>();
  /** The ids of those whose references lead to the object, as the build shows them. */
  followers: readonly Resource[] = [];
  current: Resource | undefined;
  value: JsonValue | undefined;
  readonly #lineage: ReadonlySet<number>;
  readonly #path: readonly PathStep[];
  #made = 0;

  /** `lineage` numbers the resources that become the object, as `LineageObserver` counts them. */
  constructor(lineage: ReadonlySet<number>, path: readonly PathStep[]) {
    this.#lineage = lineage;
    this.#path = path;
  }

  loaded(resource: Resource, source: LoadSource): void {
    if (source.isConfig) this.configSources.set(resource, source);
    if (!this.#isMine()) return;
    this.current = resource;
    this.#note(source, true);
  }

  step(source: StepSource, resources: ResourceMap, run: () => void): void {
    const known = source.isGenerator === true ? new Set(resources.resources) : undefined;
    run();
    if (known !== undefined) {
      for (const resource of resources.resources) {
        if (!known.has(resource) && this.#isMine()) this.current = resource;
      }
    }
    if (source.field === NAME_REFERENCES) this.#noteReferences(source, resources.resources);
    else if (source.field === LOCAL_CONFIG) this.#noteRemoval(source, resources.resources);
    else this.#note(source, false);
  }

  ended(): void {}

  /** Takes in what became of the object after the build. */
  became(root: Node | undefined, source: StepSource): void {
    this.#compare(root, source, { isLoad: false, follows: undefined });
  }

  #isMine(): boolean {
    const number = this.#made;
    this.#made += 1;
    return this.#lineage.has(number);
  }

  #note(source: StepSource, isLoad: boolean, follows?: Resource): void {
    const { current } = this;
    if (current === undefined) return;
    this.#compare(current.isEmpty ? undefined : current.root, source, { isLoad, follows });
  }

  #compare(
    root: Node | undefined,
    source: StepSource,
    about: Pick<ObservedChange, "isLoad" | "follows">,
  ): void {
    const before = this.value;
    const after = root === undefined ? undefined : valueAt(root, this.#path);
    if (isEqual(before, after)) return;
    this.value = after;
    this.changes.push({ source, before, after, ...about });
  }

  #noteRemoval(source: StepSource, resources: readonly Resource[]): void {
    if (this.current === undefined || resources.includes(this.current)) return;
    this.#compare(undefined, source, { isLoad: false, follows: undefined });
  }

  #noteReferences(source: StepSource, resources: readonly Resource[]): void {
    const { current } = this;
    if (current === undefined) return;
    const referrers = new Set(current.referrers);
    this.followers = resources.filter((resource) => referrers.has(describeId(resource.id)));
    const own = describeId(current.id);
    const { root } = current;
    const after = valueAt(root, this.#path);
    const follows = resources.find(
      (resource) =>
        resource.referrers.includes(own) && (resource.name === after || resource.namespace === after),
    );
    this.#note(source, false, follows);
  }
}

function valueAt(root: Node, path: readonly PathStep[]): JsonValue | undefined {
  const node = nodeAt(root, path);
  if (node === undefined) return undefined;
  try {
    return toJson(node);
  } catch {
    // What cannot be printed fails the build itself, or is gone before its end.
    return "(cannot be printed)";
  }
}

function isEqual(left: JsonValue | undefined, right: JsonValue | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  if (left === null || right === null || typeof left !== "object" || typeof right !== "object") {
    return left === right;
  }
  if (Array.isArray(left) || Array.isArray(right)) return isEqualList(left, right);
  const leftKeys = Object.keys(left);
  if (leftKeys.length !== Object.keys(right).length) return false;
  const [a, b] = [left as Readonly<Record<string, JsonValue>>, right as Readonly<Record<string, JsonValue>>];
  return leftKeys.every((key) => Object.hasOwn(b, key) && isEqual(a[key], b[key]));
}

function isEqualList(left: JsonValue, right: JsonValue): boolean {
  if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
  return left.every((item: JsonValue, at) => isEqual(item, right[at] as JsonValue));
}
