import { exportRank } from "@weir/apiserver";
import type { KubeClient, ResolvedKind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { formatApiVersion, type KubeObject } from "@weir/objects";
import { emitYamlInOwnOrder } from "@weir/yaml";

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
  // Groups of Kubernetes' own end in k8s.io or have no dot; others are of definitions.
  return exportRank({ group, kind, isCustom: group.includes(".") && !group.endsWith(".k8s.io") });
}
