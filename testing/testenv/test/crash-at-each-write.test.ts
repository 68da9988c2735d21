import type { FaultedRequest } from "@weir/apiserver";
import { conditions, createController, defineResource, kind } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Fault, startTestEnv, type TestEnv } from "../src/index.ts";

const Pair = defineResource({
  group: "example.com",
  version: "v1",
  kind: "Pair",
  spec: z.object({ value: z.string() }),
  status: z
    .object({ value: z.string(), observedGeneration: z.int(), conditions: conditions() })
    .partial()
    .optional(),
});
const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });

/** Keeps two ConfigMaps of one value, the second made by create and update, and tidies both up. */
const pairs = createController("pairs")
  .for(Pair)
  .owns(ConfigMap)
  .finalizer("example.com/pair", async ({ metadata: { namespace = "", name } }, ctx) => {
    await ctx.delete(ConfigMap, { namespace, name: `${name}-left` });
    await ctx.delete(ConfigMap, { namespace, name: `${name}-right` });
  })
  .reconcile(async ({ metadata: { namespace = "", name }, spec: { value } }, ctx) => {
    const configMap = (side: string) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { namespace, name: `${name}-${side}` },
      data: { value },
    });
    await ctx.apply(ConfigMap, configMap("left"));
    const key = { namespace, name: `${name}-right` };
    const right = await ctx.update(ConfigMap, key, (current) => ({ ...current, data: { value } }));
    if (right === undefined) await ctx.create(ConfigMap, configMap("right"), { owner: true });
    ctx.status.patch({ value });
    ctx.status.ready("Paired", `both are ${value}`);
  });

const WRITES = new Set(["create", "update", "patch", "delete"]);
/** Events tell what happened, which a crash changes. */
const isWrite = ({ verb, resource }: FaultedRequest): boolean => WRITES.has(verb) && resource !== "events";

/** Creates, changes and deletes pairs, each once the step before has come to rest. */
async function live(env: TestEnv): Promise<void> {
  const { client, namespace } = env;
  const isAt = (value: string) => (pair: { readonly status?: { readonly value?: string } } | undefined) =>
    pair?.status?.value === value;
  for (const name of ["a", "b"]) {
    await client.create(Pair, { metadata: { namespace, name }, spec: { value: "one" } });
  }
  for (const name of ["a", "b"]) await env.until(Pair, name, isAt("one"));
  await client.patch(Pair, { namespace, name: "a" }, { type: "merge", patch: { spec: { value: "two" } } });
  await client.delete(Pair, { namespace, name: "b" });
  await env.until(Pair, "a", isAt("two"));
  await env.until(Pair, "b", (pair) => pair === undefined);
}

/** What is there in the end, without what differs from run to run. */
async function endState({ client, namespace }: TestEnv): Promise<unknown> {
  const maps = (await client.list(ConfigMap, { namespace })).items.filter(
    ({ metadata }) => metadata.name !== "kube-root-ca.crt",
  );
  const left = (await client.list(Pair, { namespace })).items;
  return [
    ...maps.map(({ metadata, ["data"]: data }) => ({
      name: metadata.name,
      owners: metadata.ownerReferences?.map(({ name, controller }) => ({ name, controller })),
      data,
    })),
    ...left.map(({ metadata: { name, finalizers, generation }, spec, status }) => ({
      name,
      finalizers,
      generation,
      spec,
      status: {
        ...status,
        conditions: status?.conditions?.map(({ type, status: state, reason }) => [type, state, reason]),
      },
    })),
  ];
}

interface Outcome {
  readonly writes: number;
  readonly hasCrashed: boolean;
  readonly state: unknown;
}

/** Runs the same life; the controllers crash at one of their writes, before or after the API has it, and start again. */
async function runOnce(crash?: { readonly at: number; readonly kind: Fault["kind"] }): Promise<Outcome> {
  let writes = 0;
  let crashed: Promise<void> | undefined;
  const { promise: isDown, resolve: down } = Promise.withResolvers<void>();
  await using env = await startTestEnv({
    resources: [Pair],
    controllers: [pairs],
    seed: 1,
    faults: (request) => {
      if (!isWrite(request)) return undefined;
      writes += 1;
      if (crash?.at !== writes || crashed !== undefined) return undefined;
      // The process is gone once this request has got as far as it does.
      crashed = Promise.resolve().then(down);
      return { kind: crash.kind } as Fault;
    },
  });
  const restarting = isDown.then(async () => {
    await env.crashControllers();
    await env.restartControllers();
  });
  await live(env);
  const undisturbed = writes;
  if (crashed !== undefined) await restarting;
  return { writes: undisturbed, hasCrashed: crashed !== undefined, state: await endState(env) };
}

describe("controllers that crash at any of their writes", () => {
  test("end in the state of an undisturbed run", async () => {
    const undisturbed = await runOnce();
    expect(undisturbed.writes).toBeGreaterThan(10);
    for (let at = 1; at <= undisturbed.writes; at++) {
      for (const fault of ["drop", "lose-reply"] as const) {
        const { state, hasCrashed } = await runOnce({ at, kind: fault });
        expect({ at, fault, hasCrashed, state }).toEqual({
          at,
          fault,
          hasCrashed: true,
          state: undisturbed.state,
        });
      }
    }
  }, 60_000);
});
