import { randomBytes } from "node:crypto";
import type { Kind, KubeClient } from "@weir/client";
import { defineResource } from "@weir/sdk";
import { startTestEnv } from "@weir/testenv";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually } from "../../src/index.ts";
import { clusterCases, NAMESPACE, useCluster } from "./clusters.ts";

const CRD: Kind = {
  ...NAMESPACE,
  group: "apiextensions.k8s.io",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
};

/** Kinds that no server has seen before. */
function newKinds(count: number) {
  const group = `g${randomBytes(4).toString("hex")}.example.com`;
  return Array.from({ length: count }, (_, index) =>
    defineResource({
      group,
      version: "v1",
      kind: `Fresh${index}`,
      plural: `fresh${index}s`,
      scope: "Namespaced",
      spec: z.object({ size: z.int().optional() }),
    }),
  );
}

describe.each(clusterCases())("kinds that were just defined on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);

  test("are installed once they can be watched, listed and written", async () => {
    const kinds = newKinds(4);
    const crds = kinds.map((kind) => kind.crd());
    const existing = { kind: "existing", config: cluster().config } as const;
    await using env = await startTestEnv({ crds, cluster: existing });
    const { client, namespace } = env;
    for (const kind of kinds) {
      await client.create(kind, { metadata: { namespace, name: "a" }, spec: { size: 1 } });
      expect(await firstEvent(client, kind, namespace)).toBe("ADDED");
      expect((await client.list(kind, { namespace })).items).toHaveLength(1);
    }
    for (const { metadata } of crds) await client.delete(CRD, { name: metadata.name });
  });

  test("can be watched as soon as they are discovered, before the server is ready for it", async () => {
    const { client } = cluster();
    const namespace = await cluster().namespace();
    // One at a time: a kube-apiserver is ready for the first of many long before they are all there.
    for (const kind of newKinds(4)) {
      const crd = kind.crd();
      await client.create(CRD, crd as never);
      await eventually(async () => expect(await client.resolve(kind)).toBeDefined(), { everyMs: 2 });
      expect(await firstEvent(client, kind, namespace)).toBe("BOOKMARK");
      await client.delete(CRD, { name: crd.metadata.name });
    }
  });
});

/** A kube-apiserver refuses it with 429 while it fills the kind's watch cache. */
async function firstEvent(
  client: KubeClient,
  kind: Kind<unknown, unknown>,
  namespace: string,
): Promise<string> {
  for await (const event of client.watch(kind, { namespace, sendInitialEvents: true })) return event.type;
  return "no event";
}
