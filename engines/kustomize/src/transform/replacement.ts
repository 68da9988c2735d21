import { KustomizeError, prefixed, withPrefix } from "../error.ts";
import type { FieldOptions, Replacement, SourceSelector, TargetSelector } from "../file/kustomization.ts";
import {
  copyNode,
  isMap,
  isNilOrEmpty,
  isScalar,
  type Node,
  retexted,
  Scalar,
  textOf,
  valueOf,
  YamlMap,
} from "../node/node.ts";
import { untagged } from "../node/resolve-scalar.ts";
import { watchBuildFacts } from "../resource/build-facts.ts";
import { buildAnnotations } from "../resource/show-resource.ts";
import type { Resource } from "../resource/resource.ts";
import { describeId, effectiveNamespace, gvkIsSelected, type ResId } from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { checkNodeCount, checkTextLength } from "../growth-budget.ts";
import { lookUp, matchPath, type Place } from "./node-path.ts";
import { quoteGo } from "@weir/text";
import { splitFieldPath } from "./path.ts";
import { setInText } from "./structured-text.ts";
import { candidates, type CompiledSelector, compileSelector, labelTest, selectsId } from "./selector.ts";
import type { Transformer } from "./transformer.ts";

/** Copies values from one resource into fields of others. */
export function replacementTransformer(replacements: readonly Replacement[]): Transformer {
  return (resources) => {
    for (const replacement of replacements) apply(resources, replacement);
  };
}

/** What is copied: without a delimiter the field itself, which may be a target as well and change on the way. */
type Value = () => Node;

function apply(resources: ResourceMap, replacement: Replacement): void {
  const { source, sourceValue, targets } = replacement;
  if ((sourceValue === undefined && source === undefined) || targets === undefined) {
    throw new KustomizeError("replacements must specify a source and at least one target");
  }
  if (sourceValue !== undefined && source !== undefined) {
    throw new KustomizeError("value and resource selectors are mutually exclusive");
  }
  const fixed = untagged(sourceValue ?? "");
  const value: Value = source === undefined ? () => fixed : sourceValueOf(resources, source);
  for (const target of targets) applyToTarget(resources, value, target);
}

/** Upstream follows the null and panics, once it comes to it. */
function refuseNull(selector: object | null): void {
  if (selector === null) {
    throw new KustomizeError("a target of a replacement and what it rejects cannot be null");
  }
}

/** The ids that selectors of replacements look at: scope plays no part in them. */
function idsOf(resource: Resource): readonly ResId[] {
  const { gvk, name, namespace } = resource.id;
  return [{ gvk: { ...gvk, isClusterScoped: false }, name, namespace }, ...resource.oldIds];
}

function selectorId(source: SourceSelector): ResId {
  const { group = "", version = "", kind = "", name = "", namespace = "" } = source;
  return { gvk: { group, version, kind, isClusterScoped: false }, name, namespace };
}

function isSelectedBy(id: ResId, selector: ResId): boolean {
  return (
    (selector.name === "" || selector.name === id.name) &&
    (selector.namespace === "" || effectiveNamespace(selector) === effectiveNamespace(id)) &&
    gvkIsSelected(id.gvk, selector.gvk)
  );
}

function describeSource(source: SourceSelector): string {
  const parts = [describeId(selectorId(source))];
  if (source.fieldPath) parts.push(source.fieldPath);
  const { delimiter = "", index = 0, create = false } = source.options ?? {};
  if (delimiter !== "" || create) parts.push(`${delimiter}(${index}), create=${create}`);
  return parts.join(":");
}

function findSource(resources: ResourceMap, source: SourceSelector): Resource {
  const selector = selectorId(source);
  let found: Resource | undefined;
  for (const resource of source.name ? resources.byName(source.name) : resources.resources) {
    if (!idsOf(resource).some((id) => isSelectedBy(id, selector))) continue;
    if (found !== undefined) {
      throw new KustomizeError(`multiple matches for selector ${describeSource(source)}`);
    }
    found = resource;
  }
  if (found === undefined) throw new KustomizeError(`nothing selected by ${describeSource(source)}`);
  return found;
}

function sourceValueOf(resources: ResourceMap, source: SourceSelector): Value {
  const resource = findSource(resources, source);
  const path = source.fieldPath || "metadata.name";
  const parts = splitFieldPath(path);
  const look = (): Node | undefined => lookUpSource(resource, parts);
  const node = withPrefix("error looking up replacement source", look);
  if (node === undefined || isNilOrEmpty(node)) {
    const id = describeId(selectorId(source));
    throw new KustomizeError(`fieldPath \`${path}\` is missing for replacement source ${id}`);
  }
  const copied = (found: Node): Node => withBuildFacts(copyNode(found), resource, path);
  if ((source.options?.delimiter ?? "") !== "") {
    const fixed = refined(copied(node), source.options);
    return () => fixed;
  }
  return () => {
    const now = attempt(look) ?? node;
    // Whoever puts it somewhere copies it.
    return isAboutAnnotations(path) ? copied(now) : now;
  };
}

/** Where upstream keeps what it knows, the annotations are a mapping whatever they were. */
function lookUpSource(resource: Resource, parts: readonly string[]): Node | undefined {
  const [first, second] = parts;
  const isAnnotations = first === "metadata" && second === "annotations" && resource.hasBuildFacts;
  const own = isAnnotations ? lookUp(resource.root, parts.slice(0, 2)) : undefined;
  if (!isAnnotations || (isMap(own) && own.fields.size > 0)) return lookUp(resource.root, parts);
  const facts = Object.entries(buildAnnotations(resource)) as [string, string][];
  return parts.length === 2 ? new YamlMap(new Map(facts)) : undefined;
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof KustomizeError) return undefined;
    throw error;
  }
}

/** The annotations that upstream keeps on the source while it builds are copied as well. */
function withBuildFacts(node: Node, resource: Resource, path: string): Node {
  if (!isAboutAnnotations(path) || !isMap(node)) return node;
  const facts = Object.entries(buildAnnotations(resource));
  if (facts.length === 0) return node;
  let annotations: Node | undefined = path === "metadata" ? node.get("annotations") : node;
  if (!isMap(annotations)) {
    annotations = new YamlMap();
    node.set("annotations", annotations);
  }
  for (const [key, value] of facts) annotations.set(key, String(value));
  return node;
}

function refined(node: Node, options: FieldOptions | undefined): Node {
  const { delimiter = "", index = 0 } = options ?? {};
  if (delimiter === "") return node;
  if (!isScalar(node)) throw new KustomizeError("delimiter option can only be used with scalar nodes");
  const parts = valueOf(node).split(delimiter);
  const part = index < 0 ? undefined : parts[index];
  if (part === undefined) {
    throw new KustomizeError(`options.index ${index} is out of bounds for value ${valueOf(node)}`);
  }
  return withText(node, part);
}

/** The same scalar with another text: tag and quotes stay. */
function withText(node: string | Scalar, text: string): string | Scalar {
  if (typeof node === "string") return text;
  return node.tag === "" ? new Scalar("", text) : retexted(node, text);
}

function applyToTarget(resources: ResourceMap, value: Value, target: TargetSelector): void {
  refuseNull(target);
  const { select, reject = [] } = target;
  if (select === undefined) throw new KustomizeError("target must specify resources to select");
  const selects = withPrefix("error creating target selector", () => ({
    select: compileSelector(select),
    reject: reject.flatMap((selector) => {
      refuseNull(selector);
      return hasId(selector) ? [compileSelector(selector)] : [];
    }),
  }));
  const labels = labelTest(select.labelSelector);
  const annotations = labelTest(select.annotationSelector);
  const rejectedByMeta = reject.map(metaTest).filter((test) => test !== undefined);
  for (const resource of candidates(resources, select.name)) {
    if (!isTarget(resource, selects)) continue;
    if (labels?.(resource.labels()) === false || annotations?.(resource.annotations()) === false) continue;
    if (rejectedByMeta.some((test) => test(resource))) continue;
    if (target.fieldPaths?.some(isAboutAnnotations) === true) {
      watchBuildFacts(resource, () => copyToTarget(resource, value, target));
    } else copyToTarget(resource, value, target);
    // A later replacement may look for the name that this one wrote.
    resources.touch(resource);
  }
}

function isAboutAnnotations(path: string): boolean {
  return path === "metadata" || path === "metadata.annotations";
}

function hasId(selector: TargetSelector["select"] & {}): boolean {
  const { group, version, kind, name, namespace } = selector;
  return Boolean(group || version || kind || name || namespace);
}

function metaTest(selector: TargetSelector["select"] & {}): ((resource: Resource) => boolean) | undefined {
  const labels = labelTest(selector.labelSelector);
  const annotations = labelTest(selector.annotationSelector);
  if (labels === undefined && annotations === undefined) return undefined;
  return (resource) =>
    labels?.(resource.labels()) !== false && annotations?.(resource.annotations()) !== false;
}

function isTarget(
  resource: Resource,
  by: { readonly select: CompiledSelector; readonly reject: readonly CompiledSelector[] },
): boolean {
  const ids = idsOf(resource);
  if (by.reject.some((selector) => ids.some((id) => selectsId(selector, id)))) return false;
  return ids.some((id) => selectsId(by.select, id));
}

function copyToTarget(resource: Resource, value: Value, target: TargetSelector): void {
  const { options } = target;
  const fieldPaths = target.fieldPaths ?? [];
  const creates = options?.create === true;
  for (const path of fieldPaths.length === 0 ? ["metadata.name"] : fieldPaths) {
    if (setInText(resource.root, splitFieldPath(path), value(), creates)) continue;
    const problem = `unable to find ${creates ? "or create " : ""}field ${quoteGo(path)} in replacement target`;
    let places: readonly Place[];
    try {
      places = matchPath(resource.root, splitFieldPath(path), creates ? value() : undefined);
    } catch (error) {
      throw prefixed(error, problem);
    }
    if (places.length === 0) throw new KustomizeError(problem, { field: path });
    for (const place of places) setField(place, value(), options);
    if (!isScalar(value())) checkNodeCount(resource.root, "a replacement");
  }
}

function setField(place: Place, value: Node, options: FieldOptions | undefined): void {
  const old = place.get();
  const { delimiter = "", index = 0 } = options ?? {};
  let next = value;
  if (delimiter !== "") {
    if (!isScalar(old)) throw new KustomizeError("delimiter option can only be used with scalar nodes");
    checkTextLength(textOf(old).length + valueOf(value).length, "a replacement");
    const parts = textOf(old).split(delimiter);
    if (index < 0) parts.unshift(valueOf(value));
    else if (index >= parts.length) parts.push(valueOf(value));
    else parts[index] = valueOf(value);
    next = isScalar(value) ? withText(value, parts.join(delimiter)) : parts.join(delimiter);
  }
  // A scalar keeps its own type: a number put into a string is one, and the other way round.
  place.set(isScalar(old) ? withText(old, textOf(next)) : copyNode(next));
}
