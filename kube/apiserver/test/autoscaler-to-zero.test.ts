import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { createApiServer, createMemoryStorage } from "../src/index.ts";

/** Creates an autoscaler with these metrics and no pods at least, and gives the status of the answer. */
async function createWith(metrics: readonly JsonObject[]): Promise<{ code: number; message: unknown }> {
  await using storage = createMemoryStorage({});
  await using server = await createApiServer({ storage });
  const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
  const object = {
    apiVersion: "autoscaling/v2",
    kind: "HorizontalPodAutoscaler",
    metadata: { name: "web" },
    spec: { minReplicas: 0, maxReplicas: 1, scaleTargetRef, metrics },
  };
  const response = await server.fetch(
    new Request("https://weir/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(object),
    }),
  );
  const { message } = (await response.json()) as { readonly message?: unknown };
  return { code: response.status, message };
}

describe("an autoscaler that may go down to zero", () => {
  test("is taken where a metric is there without pods", async () => {
    const target = { type: "Value", value: "1" };
    const external = { type: "External", external: { metric: { name: "probe" }, target } };
    expect(await createWith([external])).toEqual({ code: 201, message: undefined });
  });

  test("is refused where every metric comes from pods", async () => {
    const target = { type: "Utilization", averageUtilization: 80 };
    const { code, message } = await createWith([{ type: "Resource", resource: { name: "cpu", target } }]);
    expect(code).toBe(422);
    expect(message).toContain("spec.minReplicas: Invalid value: 0: must be greater than or equal to 1");
  });
});
