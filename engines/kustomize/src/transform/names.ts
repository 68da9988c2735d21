import type { FieldSpec } from "../file/kustomization.ts";
import { isMissing, isScalar, type Node, textOf } from "../node/node.ts";
import { replaceUntagged } from "../node/resolve-scalar.ts";
import type { Resource } from "../resource/resource.ts";
import { gvkIsSelected, type ResId } from "../resource/resource-id.ts";
import { changeFields, type Creation, fieldPath } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import type { Transformer } from "./transformer.ts";

const NEW_TEXT: Creation = { empty: () => "" };

/** Kinds whose names have a meaning of their own. */
function keepsName({ gvk }: ResId): boolean {
  if (gvk.kind === "CustomResourceDefinition" || gvk.kind === "Namespace") return true;
  return gvk.kind === "APIService" && gvk.group === "apiregistration.k8s.io";
}

/** Puts a text before or after the fields that the specs name; `metadata/name` counts as a new name. */
export function affixTransformer(
  side: "prefix" | "suffix",
  affix: string,
  specs: readonly FieldSpec[],
): Transformer {
  const paths = specs.map(fieldPath);
  const change = (node: Node): Node => {
    if (isMissing(node)) return node;
    if (!isScalar(node)) throw wrongKind("scalar", node);
    const text = textOf(node);
    return replaceUntagged(node, side === "prefix" ? `${affix}${text}` : `${text}${affix}`);
  };
  return (resources) => {
    for (const resource of resources.resources) {
      const id = resource.originalId;
      if (keepsName(id)) continue;
      for (const path of paths) {
        if (!gvkIsSelected(id.gvk, path.selector)) continue;
        if (path.path === "metadata/name") noteAffix(resource, side, affix);
        changeFields(resource, path, change, NEW_TEXT);
      }
      resources.touch(resource);
    }
  };
}

function noteAffix(resource: Resource, side: "prefix" | "suffix", affix: string): void {
  if (affix === "") return;
  if (side === "prefix") resource.prefixes = [...resource.prefixes, affix];
  else resource.suffixes = [...resource.suffixes, affix];
  resource.storePreviousId();
}
