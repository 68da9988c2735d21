import type { ObjectKey } from "@weir/objects";
import { type Dependent, dependencyKeysOf, dependencyText } from "./dependency-keys.ts";

/** Looks a dependency up; `undefined` where there is none. */
export type ReadDependency<D extends Dependent> = (key: ObjectKey) => D | undefined;

/**
 * Finds a way along dependencies from an object back to itself, its own name first and last; `undefined` where there is
 * none. Every object on the way is looked at once, so the cost is linear in their dependencies.
 */
export function findCycle<D extends Dependent>(
  start: D,
  read: ReadDependency<D>,
): readonly string[] | undefined {
  const goal = dependencyText({ namespace: start.metadata.namespace ?? "", name: start.metadata.name ?? "" });
  const cameFrom = new Map<string, string>();
  const open: D[] = [start];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const { namespace = "", name = "" } = current.metadata;
    const here = dependencyText({ namespace, name });
    for (const key of dependencyKeysOf(current)) {
      const there = dependencyText(key);
      if (there === goal) return pathTo(here, goal, cameFrom);
      if (cameFrom.has(there)) continue;
      cameFrom.set(there, here);
      const dependency = read(key);
      if (dependency !== undefined) open.push(dependency);
    }
  }
  return undefined;
}

function pathTo(last: string, goal: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const path = [goal];
  for (let at: string | undefined = last; at !== undefined && at !== goal; at = cameFrom.get(at))
    path.unshift(at);
  return [goal, ...path];
}
