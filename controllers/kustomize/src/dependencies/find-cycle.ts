import type { Kustomization } from "@weir/api";
import type { ObjectKey } from "@weir/objects";
import { dependencyKeysOf, dependencyText } from "./dependency-keys.ts";

/** Looks a Kustomization up; `undefined` where there is none. */
export type ReadKustomization = (key: ObjectKey) => Kustomization | undefined;

/**
 * Finds a way along dependencies from a Kustomization back to itself, its own name first and last; `undefined` where
 * there is none. Every Kustomization on the way is looked at once, so the cost is linear in their dependencies.
 */
export function findCycle(start: Kustomization, read: ReadKustomization): readonly string[] | undefined {
  const goal = dependencyText({ namespace: start.metadata.namespace ?? "", name: start.metadata.name });
  const cameFrom = new Map<string, string>();
  const open: Kustomization[] = [start];
  for (let current = open.pop(); current !== undefined; current = open.pop()) {
    const here = dependencyText({ namespace: current.metadata.namespace ?? "", name: current.metadata.name });
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
