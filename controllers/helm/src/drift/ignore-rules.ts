import type { HelmRelease } from "@weir/api";
import { applyJsonPatch, asJson, gvkOf, type KubeObject } from "@weir/objects";
import type { JsonObject } from "@weir/core";
import { compileRegexp, parseLabelSelector } from "@weir/text";

type Rule = NonNullable<NonNullable<HelmRelease["spec"]["driftDetection"]>["ignore"]>[number];
type Target = NonNullable<Rule["target"]>;

/** The JSON pointers of an object that are left to others; the empty one stands for the whole object. */
export function ignoredPaths(object: KubeObject, rules: readonly Rule[]): readonly string[] {
  return rules
    .filter(({ target }) => target === undefined || selects(target, object))
    .flatMap(({ paths }) => paths);
}

/** The object without these fields; those that are not there are no matter. */
export function withoutPaths(object: KubeObject, paths: readonly string[]): KubeObject {
  return paths.reduce<JsonObject>(
    (current, path) => without(current, path),
    asJson(object),
  ) as unknown as KubeObject;
}

function without(object: JsonObject, path: string): JsonObject {
  try {
    return applyJsonPatch(object, [{ op: "remove", path }]) as JsonObject;
  } catch {
    // There is no such field: nothing of it can differ.
    return object;
  }
}

function selects(target: Target, object: KubeObject): boolean {
  const { group, version, kind } = gvkOf(object);
  const { name = "", namespace = "", labels = {}, annotations = {} } = object.metadata;
  return (
    fits(target.group, group) &&
    fits(target.version, version) &&
    fits(target.kind, kind) &&
    fits(target.name, name) &&
    fits(target.namespace, namespace) &&
    isSelected(target.labelSelector, labels) &&
    isSelected(target.annotationSelector, annotations)
  );
}

/** An expression must fit the whole text; an empty one fits all. */
function fits(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || pattern === "" || compileRegexp(`^(?:${pattern})$`).matches(text);
}

function isSelected(selector: string | undefined, labels: Readonly<Record<string, string>>): boolean {
  return selector === undefined || selector === "" || parseLabelSelector(selector).matches(labels);
}
