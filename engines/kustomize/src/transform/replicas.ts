import { KustomizeError } from "../error.ts";
import type { FieldSpec, Replica } from "../file/kustomization.ts";
import { isMissing, isQuoted, isScalar, type Node, Scalar } from "../node/node.ts";
import { describeGvk, gvkIsSelected } from "../resource/resource-id.ts";
import { changeFields, type Creation, fieldPath } from "./field-spec.ts";
import { wrongKind } from "./kind-error.ts";
import type { Transformer } from "./transformer.ts";

const NEW_NUMBER: Creation = { empty: () => new Scalar("!!int", "0") };

/** Sets the number of replicas of the workloads of one name, now or before. */
export function replicaTransformer(replica: Replica, specs: readonly FieldSpec[]): Transformer {
  const paths = specs.map(fieldPath);
  const count = new Scalar("!!int", String(replica.count ?? 0));
  const set = (node: Node): Node => {
    if (!isMissing(node) && !isScalar(node)) throw wrongKind("scalar", node);
    // Behind quotes the number is read back as a string.
    return isQuoted(node) ? new Scalar("!!int", count.text, true) : count;
  };
  return (resources) => {
    let isFound = false;
    for (const path of paths) {
      for (const resource of resources.byName(replica.name ?? "")) {
        const ids = [...resource.oldIds, resource.id];
        if (!ids.some(({ name, gvk }) => name === replica.name && gvkIsSelected(gvk, path.selector)))
          continue;
        isFound = true;
        changeFields(resource, path, set, NEW_NUMBER);
      }
    }
    if (isFound) return;
    const gvks = paths.map(({ selector }) => describeGvk(selector)).join(" ");
    throw new KustomizeError(
      `resource with name ${replica.name ?? ""} does not match a config with the following GVK [${gvks}]`,
    );
  };
}
