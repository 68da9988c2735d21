import { createClient, type Kind, type KubeClient } from "@weir/client";
import type { JsonObject } from "@weir/core";
import { RestartableCluster } from "@weir/testenv";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareLive, type LiveComparison, type LiveDifference } from "../src/diff/live/compare-live.ts";

const ConfigMap: Kind = {
  group: "",
  version: "v1",
  kind: "ConfigMap",
  plural: "configmaps",
  scope: "Namespaced",
};
const Secret: Kind = { ...ConfigMap, kind: "Secret", plural: "secrets" };

function object(kind: string, name: string, rest: JsonObject, namespace = "default"): JsonObject {
  return { apiVersion: "v1", kind, metadata: { name, namespace }, ...rest };
}

describe("what an apply would change", () => {
  let cluster: RestartableCluster;
  let client: KubeClient;
  const by = { fieldManager: "kustomize-controller", force: true };

  beforeAll(async () => {
    cluster = await RestartableCluster.start({});
    client = createClient({ transport: cluster.transport, userAgent: "test" });
    await client.apply(ConfigMap, object("ConfigMap", "same", { data: { a: "1" } }) as never, by);
    await client.apply(ConfigMap, object("ConfigMap", "old", { data: { a: "1", b: "2" } }) as never, by);
    await client.apply(ConfigMap, object("ConfigMap", "gone", {}) as never, by);
    await client.apply(ConfigMap, object("ConfigMap", "kept", {}) as never, by);
    await client.apply(Secret, object("Secret", "s", { stringData: { password: "canary" } }) as never, by);
    // Another manager's field is no change.
    const others = { fieldManager: "someone" };
    await client.patch(
      ConfigMap,
      { namespace: "default", name: "same" },
      { type: "merge", patch: { data: { c: "3" } } },
      others,
    );
  });
  afterAll(async () => {
    await cluster[Symbol.asyncDispose]();
  });

  function compare(comparison: Partial<LiveComparison>, asText = false): Promise<LiveDifference> {
    return compareLive(
      {
        objects: [],
        inventory: [],
        fieldManager: by.fieldManager,
        group: "kustomize.toolkit.fluxcd.io",
        ...comparison,
      },
      { client, signal: AbortSignal.timeout(20_000), showsSecrets: false, asText },
    );
  }

  test("is told by objects and fields; what is the same, or another's, is left out", async () => {
    const { text, problems } = await compare({
      objects: [
        object("ConfigMap", "same", { data: { a: "1" } }),
        object("ConfigMap", "old", { data: { a: "2" } }),
        object("ConfigMap", "new", { data: { a: "1" } }),
      ],
      inventory: [
        { id: "default_gone__ConfigMap", v: "v1" },
        { id: "default_never__ConfigMap", v: "v1" },
      ],
    });
    expect(text).toBe(
      [
        "- ConfigMap/default/gone",
        "+ ConfigMap/default/new",
        "~ ConfigMap/default/old",
        '    data.a: "1" → "2"',
        '    data.b: "2" → none',
        "",
      ].join("\n"),
    );
    expect(problems).toEqual([]);
    expect(await client.get(ConfigMap, { namespace: "default", name: "new" })).toBeUndefined();
  });

  test("names the values of Secrets that differ, and not what they are", async () => {
    const objects = [object("Secret", "s", { stringData: { password: "canary-two" } })];
    for (const asText of [false, true]) {
      const { text } = await compare({ objects }, asText);
      expect(text).toContain("Secret/default/s");
      expect(text).toContain("password");
      expect(text).not.toMatch(/canary|Y2FuYXJ5/);
    }
  });

  test("counts what comes with its namespace as new, and tells what the server refuses", async () => {
    const { text, problems } = await compare({
      objects: [
        { apiVersion: "v1", kind: "Namespace", metadata: { name: "soon" } },
        object("ConfigMap", "a", {}, "soon"),
        object("ConfigMap", "a", {}, "nowhere"),
        object("ConfigMap", "bad", { data: { "no/key": "x" } }),
      ],
    });
    expect(text).toBe("+ ConfigMap/soon/a\n+ Namespace//soon\n");
    expect(problems.map((problem) => problem.split(": ")[0])).toEqual([
      "ConfigMap/default/bad",
      "ConfigMap/nowhere/a",
    ]);
  });
});
