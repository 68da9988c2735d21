import { KustomizeError, messageOf, withPrefix } from "../error.ts";
import type { FieldSpec } from "../file/kustomization.ts";
import {
  isList,
  isMap,
  isMissing,
  isScalar,
  type Node,
  Scalar,
  textOf,
  valueOf,
  type YamlMap,
} from "../node/node.ts";
import { addField, type Resource } from "../resource/resource.ts";
import { changeFields, type Creation, type FieldPath, fieldPath } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import type { Transformer } from "./transformer.ts";
import { showResourceLine } from "../resource/show-resource.ts";

/** Which subjects of role bindings get the namespace. */
export type SubjectMode = "defaultOnly" | "allServiceAccounts" | "none";

export interface NamespaceOptions {
  readonly namespace: string;
  readonly fieldSpecs: readonly FieldSpec[];
  readonly unsetOnly?: boolean;
  readonly setRoleBindingSubjects?: SubjectMode;
}

const NEW_TEXT: Creation = { empty: () => "" };
const METADATA_NAMESPACE = fieldPath({ path: "metadata/namespace", create: true });

/** Puts every resource of a namespace into another one. */
export function namespaceTransformer(options: NamespaceOptions): Transformer {
  const paths = options.fieldSpecs.map(fieldPath).filter(({ path }) => path !== "metadata/namespace");
  const set = (node: Node): Node => setNamespace(node, options);
  return (resources) => {
    if (options.namespace === "") return;
    for (const resource of resources.resources) {
      if (resource.isEmpty || resource.isOfChart) continue;
      resource.storePreviousId();
      transformOne(resource, paths, set, options);
      resources.touch(resource);
      const matches = resources.byCurrentId(resource.id);
      if (matches.length !== 1) {
        const shown = matches.map((match) => showResourceLine(match)).join(" ");
        throw new KustomizeError(`namespace transformation produces ID conflict: [${shown}]`);
      }
    }
  };
}

/** Puts one resource into a namespace, whatever other resources there are. */
export function namespaceFilter(resource: Resource, options: NamespaceOptions): void {
  const paths = options.fieldSpecs.map(fieldPath).filter(({ path }) => path !== "metadata/namespace");
  transformOne(resource, paths, (node) => setNamespace(node, options), options);
}

function transformOne(
  resource: Resource,
  paths: readonly FieldPath[],
  set: (node: Node) => Node,
  options: NamespaceOptions,
): void {
  const { apiVersion, kind, gvk } = resource;
  if (!gvk.isClusterScoped) changeFields(resource, METADATA_NAMESPACE, set, NEW_TEXT);
  const isBinding = kind === "RoleBinding" || kind === "ClusterRoleBinding";
  if (isBinding) setSubjects(resource, set, options.setRoleBindingSubjects ?? "defaultOnly");
  for (const path of paths) {
    if (apiVersion !== "v1" && path.path === "metadata/name") continue;
    if (isBinding && isSubjectsPath(path)) continue;
    try {
      changeFields(resource, path, set, NEW_TEXT);
    } catch (error) {
      const prefix = messageOf(error).includes("wrong node kind")
        ? "namespace field specs must target scalar nodes"
        : "namespace transformation failed";
      throw new KustomizeError(`${prefix}: ${messageOf(error)}`, { cause: error });
    }
  }
}

function isSubjectsPath({ path, selector }: FieldPath): boolean {
  const bindings = selector.kind === "RoleBinding" || selector.kind === "ClusterRoleBinding";
  return bindings && path === "subjects/namespace";
}

function setNamespace(node: Node, { namespace, unsetOnly }: NamespaceOptions): Node {
  if (!isMissing(node) && !isScalar(node)) throw wrongKind("scalar", node);
  if (unsetOnly === true && valueOf(node) !== "") return node;
  return node instanceof Scalar && node.quoted ? new Scalar("!!str", namespace, true) : namespace;
}

function setSubjects(resource: Resource, set: (node: Node) => Node, mode: SubjectMode): void {
  if (mode === "none") return;
  const subjects = resource.root.get("subjects");
  if (subjects === undefined || isMissing(subjects)) return;
  withPrefix("setting namespace on (cluster)role binding subjects", () => {
    if (!isList(subjects)) throw wrongKind("list", subjects);
    const field = mode === "defaultOnly" ? "name" : "kind";
    const wanted = mode === "defaultOnly" ? "default" : "ServiceAccount";
    for (const subject of subjects) {
      if (isMissing(subject)) continue;
      const prefix = `looking up ${field} on (cluster)role binding subject`;
      const matches = withPrefix(prefix, () => hasText(subject, field, wanted));
      if (matches && isMap(subject)) setField(subject, set);
    }
  });
}

function hasText(subject: Node, field: string, wanted: string): boolean {
  if (!isMap(subject)) throw wrongKind("map", subject);
  const value = subject.get(field);
  if (value === undefined || isMissing(value)) return false;
  if (!isScalar(value)) throw wrongKind("scalar", value);
  return textOf(value) === wanted;
}

function setField(subject: YamlMap, set: (node: Node) => Node): void {
  const old = subject.get("namespace");
  addField(subject, "namespace", set(old ?? ""));
}
