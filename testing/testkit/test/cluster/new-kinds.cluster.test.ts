import { randomBytes } from "node:crypto";
import type { Kind } from "@weir/client";
import { defineResource } from "@weir/sdk";
import { startTestEnv } from "@weir/testenv";
import { describe, expect, test } from "vitest";
import { z } from "zod";
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

  test("can be watched, listed and written at once", async () => {
    const kinds = newKinds(6);
    const crds = kinds.map((kind) => kind.crd());
    await using env = await startTestEnv({
      crds,
      cluster: { kind: "existing", config: cluster().config },
    });
    const { client, namespace } = env;
    // A kube-apiserver refuses them with 429 while it fills the kind's watch cache.
    const firstOf = async (kind: (typeof kinds)[number]): Promise<string> => {
      for await (const event of client.watch(kind, { namespace, sendInitialEvents: true })) return event.type;
      return "no event";
    };
    expect(await Promise.all(kinds.map(firstOf))).toEqual(kinds.map(() => "BOOKMARK"));
    for (const kind of kinds) {
      await client.create(kind, { metadata: { namespace, name: "a" }, spec: { size: 1 } });
      expect((await client.list(kind, { namespace })).items).toHaveLength(1);
    }
    for (const { metadata } of crds) await client.delete(CRD, { name: metadata.name });
  });
});
