import type { PodTemplateSpec } from "@weir/builtin/core-v1";
import type { JsonObject } from "@weir/core";
import type { ObjectMeta } from "@weir/objects";
import { controllerReference } from "./controller-reference.ts";
import { NODE_NAME } from "./simulated-node.ts";

/** What a workload's pod is made of. */
export interface PodRecipe {
  readonly owner: { readonly apiVersion: string; readonly kind: string; readonly metadata: ObjectMeta };
  readonly template: PodTemplateSpec | undefined;
  /** A whole name, or the beginning of one. */
  readonly name: string | { readonly prefix: string };
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Fields that the template's spec is overlaid with. */
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** The pod that a workload's controller makes from its template. */
export function podFromTemplate(recipe: PodRecipe): JsonObject {
  const { owner, template, name } = recipe;
  const annotations = { ...template?.metadata?.annotations, ...recipe.annotations };
  const pod = {
    metadata: {
      ...(typeof name === "string" ? { name } : { generateName: name.prefix }),
      namespace: owner.metadata.namespace,
      labels: { ...template?.metadata?.labels, ...recipe.labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ownerReferences: [controllerReference(owner.apiVersion, owner.kind, owner.metadata)],
    },
    // There is one node to choose from: a scheduler would cost a write per pod.
    spec: { nodeName: NODE_NAME, ...template?.spec, ...recipe.spec },
  };
  return pod as unknown as JsonObject;
}
