import { KustomizeError, prefixed } from "../error.ts";
import type { NameReference } from "../file/default-field-specs.ts";
import type { FieldSpec } from "../file/kustomization.ts";
import { isList, isMap, isMissing, isScalar, type Node, textOf, type YamlMap } from "../node/node.ts";
import { type Resource, setText } from "../resource/resource.ts";
import {
  describeId,
  effectiveNamespace,
  type Gvk,
  gvkIsSelected,
  type GvkSelector,
} from "../resource/resource-id.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { replaceScalar, scalarValue } from "../node/resolve-scalar.ts";
import { changeFields, type FieldPath, fieldPath } from "./field-spec.ts";
import { showResource } from "../resource/show-resource.ts";
import type { Transformer } from "./transformer.ts";

interface Reference {
  readonly path: FieldPath;
  readonly target: GvkSelector;
}

/** Resources by the names and namespaces that they had; the names no longer change while references are fixed. */
class Candidates {
  readonly #byOldName = new Map<string, Resource[]>();
  readonly #byOldNamespace = new Map<string, Resource[]>();

  constructor(resources: readonly Resource[]) {
    for (const resource of resources) {
      for (const name of new Set(resource.previousIds.map((id) => id.name)))
        push(this.#byOldName, name, resource);
      push(this.#byOldNamespace, effectiveNamespace(resource.originalId), resource);
    }
  }

  named(name: string): readonly Resource[] {
    return this.#byOldName.get(name) ?? [];
  }

  withOldNamespace(namespace: string): readonly Resource[] {
    return this.#byOldNamespace.get(namespace) ?? [];
  }
}

function push(map: Map<string, Resource[]>, key: string, resource: Resource): void {
  const found = map.get(key);
  if (found === undefined) map.set(key, [resource]);
  else found.push(resource);
}

/** Writes the new names of resources into the fields that referred to them by an earlier one. */
export function nameReferenceTransformer(references: readonly NameReference[]): Transformer {
  return (resources) => fixReferences(resources, references);
}

/** The references that a kind may hold: a build has few kinds, the tables have hundreds of fields. */
function referencesOf(gvk: Gvk, references: readonly NameReference[]): readonly Reference[] {
  return references.flatMap(({ group = "", version = "", kind = "", fieldSpecs = [] }) => {
    const target = { group, version, kind };
    const isOwn = (spec: FieldSpec): boolean =>
      gvkIsSelected(gvk, { group: spec.group ?? "", version: spec.version ?? "", kind: spec.kind ?? "" });
    return fieldSpecs.filter(isOwn).map((spec) => ({ path: fieldPath(spec), target }));
  });
}

function fixReferences(resources: ResourceMap, references: readonly NameReference[]): void {
  const candidates = new Candidates(resources.resources);
  const byKind = new Map<string, readonly Reference[]>();
  for (const referrer of resources.resources) {
    const { gvk } = referrer.originalId;
    const key = `${gvk.group}/${gvk.version}/${gvk.kind}`;
    let own = byKind.get(key);
    if (own === undefined) {
      own = referencesOf(gvk, references);
      byKind.set(key, own);
    }
    if (own.length > 0) new Referrer(referrer, candidates).fix(own);
  }
}

/** One resource whose references are fixed. */
class Referrer {
  readonly #referrer: Resource;
  readonly #candidates: Candidates;
  readonly #namespace: string;
  readonly #isClusterScoped: boolean;
  readonly #accountNamespaces: ReadonlySet<string>;

  constructor(referrer: Resource, candidates: Candidates) {
    this.#referrer = referrer;
    this.#candidates = candidates;
    this.#namespace = effectiveNamespace(referrer.id);
    this.#isClusterScoped = referrer.gvk.isClusterScoped;
    this.#accountNamespaces = accountNamespaces(referrer);
  }

  fix(references: readonly Reference[]): void {
    requireKind(this.#referrer);
    for (const { path, target } of references) {
      const own: FieldPath = { ...path, selector: this.#referrer.gvk };
      try {
        changeFields(this.#referrer, own, (node) => this.#change(node, path, target));
      } catch (error) {
        const id = describeId(this.#referrer.id);
        throw prefixed(error, `updating name reference in '${path.path}' field of '${id}'`);
      }
    }
  }

  #change(node: Node, path: FieldPath, target: GvkSelector): Node {
    if (isMissing(node)) return node;
    if (isScalar(node)) return this.#changeScalar(node, path, target);
    if (isMap(node)) return this.#changeMap(node, path, target);
    return node.map((item) => {
      if (isMissing(item)) return item;
      if (isScalar(item)) return this.#changeScalar(item, path, target);
      if (isMap(item)) return this.#changeMap(item, path, target);
      throw new KustomizeError("node is expected to be either a string or a map of string");
    });
  }

  #changeScalar(node: Node, path: FieldPath, target: GvkSelector): Node {
    const old = textOf(node);
    const found = this.#select(this.#candidates.named(old), { path, target, sameNamespace: false });
    if (found === undefined) return node;
    found.referrers.push(describeId(this.#referrer.id));
    return found.name === old ? node : replaceScalar(node, found.name);
  }

  #changeMap(node: YamlMap, path: FieldPath, target: GvkSelector): Node {
    const name = node.get("name");
    if (name === undefined) throw new KustomizeError("path config error; no 'name' field in node");
    const named = this.#candidates.named(textOf(name));
    const inNamespace = this.#inNamespace(named, node.get("namespace"));
    const found = this.#select(inNamespace, { path, target, sameNamespace: true });
    if (found === undefined) return node;
    found.referrers.push(describeId(this.#referrer.id));
    if (found.name === textOf(name) && found.namespace === "") return node;
    setText(node, "name", found.name);
    if (found.namespace !== "") setText(node, "namespace", found.namespace);
    return node;
  }

  /** Candidates of the namespace that the reference names: the one they were loaded with, else the current one. */
  #inNamespace(named: readonly Resource[], node: Node | undefined): readonly Resource[] {
    if (node === undefined) return named;
    const namespace = textOf(node);
    const isKnown = this.#candidates.withOldNamespace(namespace).some((resource) => this.#canRefer(resource));
    return named.filter((resource) => {
      const id = isKnown ? resource.originalId : resource.id;
      return effectiveNamespace(id) === namespace;
    });
  }

  /** Whether the referrer may refer to a resource at all: in its own namespace, or one that it names. */
  #canRefer(resource: Resource): boolean {
    if (this.#isClusterScoped || resource.gvk.isClusterScoped) return true;
    if (effectiveNamespace(resource.id) === this.#namespace) return true;
    return this.#accountNamespaces.has(resource.namespace);
  }

  #select(
    named: readonly Resource[],
    by: { readonly path: FieldPath; readonly target: GvkSelector; readonly sameNamespace: boolean },
  ): Resource | undefined {
    const { path, target, sameNamespace } = by;
    let found = named.filter((resource) => this.#canRefer(resource) && hadGvk(resource, target));
    found = this.#filterRoleRef(found, path);
    found = found.filter((resource) => this.#isNear(resource));
    if (found.length <= 1) return found[0];
    found = found.filter((resource) => affixesEqual(resource, this.#referrer, true));
    if (found.length > 1) found = found.filter((resource) => affixesEqual(resource, this.#referrer, false));
    const [first] = found;
    if (first === undefined || found.length === 1) return first;
    const isSame = found.every(
      (resource) =>
        resource.name === first.name && (!sameNamespace || resource.namespace === first.namespace),
    );
    if (isSame) return first;
    throw this.#ambiguous(found);
  }

  #filterRoleRef(found: Resource[], path: FieldPath): Resource[] {
    if (!path.path.endsWith("roleRef/name")) return found;
    const roleRef = this.#referrer.root.get("roleRef");
    if (!isMap(roleRef)) return found;
    const group = roleRef.get("apiGroup");
    const kind = roleRef.get("kind");
    if (group === undefined || kind === undefined) return found;
    const selector = { group: textOf(group), version: "", kind: textOf(kind) };
    return found.filter((resource) => hadGvk(resource, selector));
  }

  #isNear(resource: Resource): boolean {
    if (this.#isClusterScoped || resource.gvk.isClusterScoped) return true;
    return resource.kind === "ServiceAccount" || effectiveNamespace(resource.id) === this.#namespace;
  }

  #ambiguous(found: readonly Resource[]): KustomizeError {
    const ids = found.map((resource) => describeId(resource.id)).join(", ");
    const shown = found
      .map((resource, at) => `--- possible referral ${at}:\n${showResource(resource)}\n`)
      .join("");
    return new KustomizeError(
      `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${showResource(this.#referrer)}\n${shown}`,
    );
  }
}

function hadGvk(resource: Resource, selector: GvkSelector): boolean {
  return resource.oldIds.some(({ gvk }) => gvkIsSelected(gvk, selector));
}

/** Namespaces of the service accounts that a role binding names. */
function accountNamespaces(referrer: Resource): ReadonlySet<string> {
  const result = new Set<string>();
  const subjects = referrer.kind === "RoleBinding" ? referrer.root.get("subjects") : undefined;
  if (!isList(subjects)) return result;
  for (const subject of subjects) {
    if (!isMap(subject)) throw new KustomizeError("a subject of a RoleBinding is no mapping");
    const namespace = subject.get("namespace");
    const kind = subject.get("kind");
    if (namespace === undefined || kind === undefined) continue;
    if (!isText(kind)) throw new KustomizeError("the kind of a subject of a RoleBinding is no text");
    if (textOf(kind) !== "ServiceAccount") continue;
    if (!isText(namespace)) {
      throw new KustomizeError(
        `Invalid Input: namespace is blank for resource "${describeId(referrer.id)}"\n`,
      );
    }
    result.add(textOf(namespace));
  }
  return result;
}

function isText(node: Node): boolean {
  return isScalar(node) && typeof scalarValue(node) === "string";
}

/** A kind that is null is no text for one half of upstream, and its source for the other. */
function requireKind({ root, kind }: Resource): void {
  const node = root.get("kind");
  if (kind === "" || !isScalar(node) || scalarValue(node) !== null) return;
  throw new KustomizeError(`node-referrerOriginal 'Kind' mismatch '' != '${kind}'`);
}

function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b];
  const skipped = long.length - short.length;
  if (short.length === 0) return skipped === 0;
  return short.every((text, at) => text === long[at + skipped]);
}

function affixesEqual(a: Resource, b: Resource, allowEmpty: boolean): boolean {
  const same = (left: readonly string[], right: readonly string[]): boolean =>
    (allowEmpty && (left.length === 0 || right.length === 0)) || sameEnding(left, right);
  return same(a.prefixes, b.prefixes) && same(a.suffixes, b.suffixes);
}
