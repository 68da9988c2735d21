import { child, metaOf, text } from "../../resources/draft-access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import { type Draft, storageKey } from "../../resources/resource.ts";
import { type AdmissionPlugin, PODS } from "./plugin.ts";

const LABELS = ["topology.kubernetes.io/zone", "topology.kubernetes.io/region"];

/** Where nodes are looked up. */
export interface TopologyDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
}

/** A Pod says in which zone and region its node is, once it has one; a node that is missing has none. */
export function topologyLabels({ store, registry }: TopologyDeps): AdmissionPlugin {
  const copy = async (object: Draft, node: string): Promise<void> => {
    const nodes = registry.find("", "v1", "nodes");
    const stored = nodes && (await store.get(storageKey(nodes, "", node)));
    if (nodes === undefined || stored === undefined) return;
    const own = store.object(nodes, stored).metadata.labels;
    const found = LABELS.filter((label) => own !== undefined && Object.hasOwn(own, label));
    if (found.length === 0) return;
    const metadata = metaOf(object);
    const copied = Object.fromEntries(found.map((label) => [label, own?.[label] ?? ""]));
    metadata["labels"] = { ...child(metadata, "labels"), ...copied };
  };
  return {
    name: "PodTopologyLabels",
    prefixes: [PODS],
    mutate({ request, object }) {
      if (request.operation !== "create") return;
      if (request.subresource === "") {
        const node = text(child(object, "spec"), "nodeName");
        return node === "" ? undefined : copy(object, node);
      }
      const target = request.subresource === "binding" ? child(object, "target") : undefined;
      return text(target, "kind") === "Node" ? copy(object, text(target, "name")) : undefined;
    },
  };
}
