import { conditions, createController, defineResource, kind } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { randomFaults, startTestEnv, type TestEnv } from "../src/index.ts";

const Widget = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Widget",
  spec: z.object({ size: z.int().min(0).default(1) }),
  status: z
    .object({ size: z.int(), observedGeneration: z.int(), conditions: conditions() })
    .partial()
    .optional(),
});
const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });

/** Keeps a ConfigMap of the widget's size. */
const widgets = createController("widgets")
  .for(Widget)
  .owns(ConfigMap)
  .reconcile(async (widget, ctx) => {
    const { namespace = "", name } = widget.metadata;
    await ctx.apply(ConfigMap, {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name },
      data: { size: String(widget.spec.size) },
    });
    ctx.status.patch({ size: widget.spec.size });
    ctx.status.ready("Applied", "applied");
  });

/** Reports as no controller should. */
const boasters = createController("boasters")
  .for(Widget)
  .report(() => {
    const ready = { type: "Ready", status: "True", reason: "Boasted", message: "" } as const;
    return { observedGeneration: 7, conditions: [{ ...ready, lastTransitionTime: "2026-01-01T00:00:00Z" }] };
  })
  .reconcile(() => {});

async function createWidget({ client, namespace }: TestEnv, name: string, size: number): Promise<void> {
  await client.create(Widget, { metadata: { namespace, name }, spec: { size } });
}

describe("a test environment", () => {
  test("installs resources, runs controllers and waits for what they do", async () => {
    await using env = await startTestEnv({ resources: [Widget], controllers: [widgets] });
    await createWidget(env, "a", 3);
    const widget = await env.until(Widget, "a", (object) => object?.status?.size === 3);
    expect(widget?.status?.conditions).toMatchObject([{ type: "Ready", status: "True" }]);
    expect(env.violations).toEqual([]);
  });

  test("says what an object was when it does not become as wanted", async () => {
    await using env = await startTestEnv({ resources: [Widget] });
    await createWidget(env, "a", 3);
    const waiting = env.until(Widget, "a", (object) => object?.spec.size === 4, { withinMs: 30 });
    await expect(waiting).rejects.toMatchObject({
      name: "NotInTimeError",
      message: expect.stringMatching(/^Widget test-\w+\/a is not as expected within 30 ms; \{[^]*"size": 3/),
    });
  });

  test("fails when a status breaks the rules of conditions", async () => {
    const env = await startTestEnv({ resources: [Widget], controllers: [boasters] });
    await createWidget(env, "a", 3);
    await env.until(Widget, "a", (object) => object?.status?.observedGeneration === 7);
    await expect.poll(() => env.violations.map(({ rule }) => rule)).toContain("FAIL0006");
    await expect(env[Symbol.asyncDispose]()).rejects.toMatchObject({
      name: "ConditionRulesError",
      message: expect.stringContaining("FAIL0006: observedGeneration 7 is beyond generation 1"),
    });
  });

  test("goes on after the controllers crash and start again", async () => {
    await using env = await startTestEnv({ resources: [Widget], controllers: [widgets] });
    await env.crashControllers();
    await createWidget(env, "a", 3);
    expect(await env.client.get(ConfigMap, { namespace: env.namespace, name: "a" })).toBeUndefined();
    await env.restartControllers();
    await env.until(Widget, "a", (object) => object?.status?.size === 3);
  });

  test("goes on after the API starts again", async () => {
    await using env = await startTestEnv({ resources: [Widget], controllers: [widgets] });
    await createWidget(env, "a", 1);
    await env.until(Widget, "a", (object) => object?.status?.size === 1);
    await env.restartApi();
    await createWidget(env, "b", 2);
    await env.until(Widget, "b", (object) => object?.status?.size === 2);
  });

  test("converges under random faults", async () => {
    const faults = randomFaults({ seed: 11, rate: 0.3 });
    await using env = await startTestEnv({ resources: [Widget], controllers: [widgets], faults });
    const names = Array.from({ length: 20 }, (_, index) => `w${index}`);
    for (const [index, name] of names.entries()) await createWidget(env, name, index);
    for (const [index, name] of names.entries()) {
      await env.until(Widget, name, (object) => object?.status?.size === index);
    }
  });
});
