import { type LabelSelector, parseLabelSelector } from "@weir/text";
import { describeError } from "@weir/core";
import { KustomizeError } from "../error.ts";
import type { Selector } from "../file/kustomization.ts";
import type { Resource } from "../resource/resource.ts";
import { effectiveNamespace, type GvkSelector, type ResId } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { anchored } from "./regex.ts";

/** A selector whose regular expressions are compiled. */
export interface CompiledSelector {
  matchesGvk(gvk: GvkSelector): boolean;
  matchesName(name: string): boolean;
  matchesNamespace(namespace: string): boolean;
}

/** Compiles the parts of a selector, in upstream's order: the first invalid one is the error. */
export function compileSelector(selector: Selector): CompiledSelector {
  const group = anchored(selector.group ?? "");
  const version = anchored(selector.version ?? "");
  const kind = anchored(selector.kind ?? "");
  const name = anchored(selector.name ?? "");
  const namespace = anchored(selector.namespace ?? "");
  return {
    matchesGvk: (gvk) => group(gvk.group) && version(gvk.version) && kind(gvk.kind),
    matchesName: name,
    matchesNamespace: namespace,
  };
}

/** Whether an id matches by its own namespace. */
export function selectsId(selector: CompiledSelector, { gvk, name, namespace }: ResId): boolean {
  return selector.matchesGvk(gvk) && selector.matchesName(name) && selector.matchesNamespace(namespace);
}

/** A test of labels or annotations; `undefined` where there is nothing to test. */
export function labelTest(
  text: string | undefined,
): ((labels: ReadonlyMap<string, string>) => boolean) | undefined {
  if (text === undefined || text === "") return undefined;
  const selector = compileLabels(text);
  return (labels) => selector.matches(Object.fromEntries(labels));
}

function compileLabels(text: string): LabelSelector {
  try {
    return parseLabelSelector(text);
  } catch (error) {
    throw new KustomizeError(describeError(error), { cause: error });
  }
}

/** Resources that can meet a name: by index where it is no regular expression, else all of them. */
export function candidates(resources: ResourceMap, name: string | undefined): readonly Resource[] {
  const isLiteral = name !== undefined && /^[A-Za-z0-9_-]+$/.test(name);
  return isLiteral ? resources.byName(name) : resources.resources;
}

/** The resources that a patch target names, by their first or their current id. */
export function selectResources(resources: ResourceMap, target: Selector): readonly Resource[] {
  const selector = compileSelector(target);
  const byId = candidates(resources, target.name).filter((resource) => {
    const current = resource.id;
    const original = resource.originalId;
    const isIn = (id: ResId): boolean => selector.matchesNamespace(effectiveNamespace(id));
    if (!isIn(original) && !isIn(current)) return false;
    if (!selector.matchesName(original.name) && !selector.matchesName(current.name)) return false;
    return selector.matchesGvk(resource.gvk);
  });
  if (byId.length === 0) return byId;
  const labels = labelTest(target.labelSelector);
  const annotations = labelTest(target.annotationSelector);
  return byId.filter(
    (resource) =>
      (labels === undefined || labels(resource.labels())) &&
      (annotations === undefined || annotations(resource.annotations())),
  );
}
