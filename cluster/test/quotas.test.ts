import { ConfigMap, Pod, ResourceQuota } from "@weir/builtin/core-v1";
import { isApiError } from "@weir/client";
import { describe, expect, test } from "vitest";
import { startCluster } from "../src/index.ts";
import { eventually } from "./eventually.ts";

const namespace = "default";
const container = { name: "c", image: "nginx", resources: { requests: { cpu: "300m" } } };

describe("a ResourceQuota", () => {
  test("is counted, refuses what is too much, and forgets what is gone", async () => {
    await using cluster = await startCluster();
    const { client } = cluster;
    const metadata = { name: "q", namespace };
    const hard = { pods: "2", "requests.cpu": "500m", configmaps: "10" };
    await client.create(ResourceQuota, { apiVersion: "v1", kind: "ResourceQuota", metadata, spec: { hard } });
    const used = async (): Promise<unknown> => (await client.get(ResourceQuota, metadata))?.status?.used;
    await eventually(async () =>
      expect(await used()).toEqual({ configmaps: "1", pods: "0", "requests.cpu": "0" }),
    );

    const pod = (name: string): Pod => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace },
      spec: { containers: [container] },
    });
    await client.create(Pod, pod("a"));
    expect(await used()).toEqual({ configmaps: "1", pods: "1", "requests.cpu": "300m" });
    const refusal = await client.create(Pod, pod("b")).catch((error: unknown) => error);
    expect(isApiError(refusal, "Forbidden") && refusal.message).toContain(
      "exceeded quota: q, requested: requests.cpu=300m, used: requests.cpu=300m, limited: requests.cpu=500m",
    );

    await client.delete(Pod, { name: "a", namespace }, { gracePeriodSeconds: 0 });
    await eventually(async () =>
      expect(await used()).toEqual({ configmaps: "1", pods: "0", "requests.cpu": "0" }),
    );
    expect(await client.get(ConfigMap, { name: "kube-root-ca.crt", namespace })).toBeDefined();
  });
});
