import { builtinSchema, decodeObject, GoDecodeError, goStruct } from "@weir/builtin";
import type { JsonObject } from "@weir/core";
import { badRequestError, formatApiVersion, type GroupVersionKind } from "@weir/objects";
import type { SchemaNode } from "@weir/schema";
import type { DecodedBody, Draft } from "../resources/resource.ts";

/** A kind that a subresource speaks in place of the resource's own: what is reviewed is of it. */
export interface PartKind extends GroupVersionKind {
  readonly schema: SchemaNode | undefined;
  /** Checks types; throws a 400. */
  decode(body: JsonObject): DecodedBody;
  /** Writes the kind's defaults; may give the same object. */
  applyDefaults(object: JsonObject): Draft;
}

const kinds = new Map<string, readonly [gvk: GroupVersionKind, definition: string]>([
  ["Scale", [{ group: "autoscaling", version: "v1", kind: "Scale" }, "autoscaling.v1.Scale"]],
  ["Eviction", [{ group: "policy", version: "v1", kind: "Eviction" }, "policy.v1.Eviction"]],
  ["Binding", [{ group: "", version: "v1", kind: "Binding" }, "core.v1.Binding"]],
  [
    "TokenRequest",
    [
      { group: "authentication.k8s.io", version: "v1", kind: "TokenRequest" },
      "authentication.v1.TokenRequest",
    ],
  ],
  ["PodExecOptions", [{ group: "", version: "v1", kind: "PodExecOptions" }, ""]],
  ["PodAttachOptions", [{ group: "", version: "v1", kind: "PodAttachOptions" }, ""]],
  ["PodPortForwardOptions", [{ group: "", version: "v1", kind: "PodPortForwardOptions" }, ""]],
  ["PodProxyOptions", [{ group: "", version: "v1", kind: "PodProxyOptions" }, ""]],
  ["ServiceProxyOptions", [{ group: "", version: "v1", kind: "ServiceProxyOptions" }, ""]],
  ["NodeProxyOptions", [{ group: "", version: "v1", kind: "NodeProxyOptions" }, ""]],
]);

/** The kind of a subresource, by its name. */
export function partKind(kind: string): PartKind {
  const [gvk = { group: "", version: "v1", kind }, definition = ""] = kinds.get(kind) ?? [];
  const apiVersion = formatApiVersion(gvk);
  return {
    ...gvk,
    schema: builtinSchema(gvk),
    decode(body) {
      const struct = definition === "" ? undefined : goStruct(definition);
      if (struct === undefined)
        return { object: { ...body, apiVersion, kind }, unknownFields: [], emptied: [] };
      try {
        const { value, unknownFields, emptied } = decodeObject(struct, body);
        return { object: { ...value, apiVersion, kind }, unknownFields, emptied };
      } catch (error) {
        if (!(error instanceof GoDecodeError)) throw error;
        const reader = `${kind} in version "${gvk.version}" cannot be handled as a ${kind}`;
        throw badRequestError(`${reader}: ${error.message}`);
      }
    },
    applyDefaults: (object) => object as Draft,
  };
}
