import type { KubeClient, ResolvedKind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { formatApiVersion, type KubeObject } from "@weir/objects";
import { emitYamlInOwnOrder } from "@weir/yaml";

/** What others refer to comes first, custom resources after their definitions, and last what would interfere. */
const EARLY: readonly string[] = [
  "CustomResourceDefinition",
  "Namespace",
  "PriorityClass",
  "StorageClass",
  "ClusterRole",
  "Role",
  "ServiceAccount",
  "Secret",
  "ConfigMap",
  "PersistentVolume",
  "PersistentVolumeClaim",
  "Service",
];

/** All objects that an API serves as YAML, one document each, in an order in which they can be applied. */
export async function* exportLive(client: KubeClient): AsyncGenerator<string> {
  const kinds = (await client.discover()).filter(
    ({ verbs }) => verbs.includes("list") && verbs.includes("create"),
  );
  const seen = new Set<string>();
  for (const kind of kinds.toSorted((left, right) => rankOf(left) - rankOf(right))) {
    const { items } = await client.list<KubeObject>({
      group: kind.group,
      version: kind.version,
      kind: kind.kind,
    });
    for (const object of items) {
      const { uid = "", resourceVersion: _, ...metadata } = object.metadata;
      // Events, and what else is served by two groups, are the same objects.
      if (seen.has(uid)) continue;
      seen.add(uid);
      const { apiVersion: __, kind: ___, metadata: ____, ...rest } = object;
      const whole = {
        apiVersion: formatApiVersion(kind),
        kind: kind.kind,
        metadata: { uid, ...metadata },
        ...rest,
      };
      yield `---\n${emitYamlInOwnOrder(whole as unknown as JsonObject)}`;
    }
  }
}

function rankOf({ group, kind }: ResolvedKind): number {
  const early = EARLY.indexOf(kind);
  if (early >= 0) return early;
  if (group === "admissionregistration.k8s.io") return EARLY.length + 2;
  // Groups of Kubernetes' own end in k8s.io or have no dot; others are of definitions.
  const isBuiltin = !group.includes(".") || group.endsWith(".k8s.io");
  return isBuiltin ? EARLY.length : EARLY.length + 1;
}
