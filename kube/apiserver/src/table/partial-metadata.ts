import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { child } from "../resources/draft-access.ts";
import { TEMPLATE_GENERATION } from "../resources/rules/workload-rules.ts";

/** An object's metadata alone, for clients that look at nothing else. */
export function partialMetadata(object: KubeObject): JsonObject {
  const metadata = object.metadata as unknown as JsonObject;
  const own = object.kind === "DaemonSet" ? withoutGeneration(metadata) : metadata;
  return { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: own };
}

/** Upstream makes this annotation where it writes a whole DaemonSet. */
function withoutGeneration(metadata: JsonObject): JsonObject {
  const { annotations: _annotations, ...rest } = metadata;
  const { [TEMPLATE_GENERATION]: _generation, ...others } = child(metadata, "annotations") ?? {};
  return Object.keys(others).length === 0 ? rest : { ...rest, annotations: others };
}
