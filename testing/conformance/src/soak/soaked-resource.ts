import type { KubeObject, ObjectKey, ObjectMeta } from "@weir/objects";
import { conditions, createController, defineResource, kind } from "@weir/sdk";
import type { Controller } from "@weir/sdk";
import { z } from "zod";

/** What the soak's controllers work on: a number that has to arrive everywhere. */
export const Dial = defineResource({
  group: "soak.weir.dev",
  version: "v1",
  kind: "Dial",
  spec: z.object({ value: z.int().min(0) }),
  status: z
    .object({ value: z.int(), observedGeneration: z.int(), conditions: conditions() })
    .partial()
    .optional(),
});

export const ConfigMap = kind("v1", "ConfigMap", { plural: "configmaps", scope: "Namespaced" });

/** A ConfigMap that both controllers write to, by reading, changing and replacing it. */
export const sharedName = (dial: string): string => `shared-${dial}`;

export const FINALIZER = "soak.weir.dev/tidy";

/** Watches over how often a key is worked on at once. */
export class RunGuard {
  readonly #running = new Set<string>();
  /** Keys that were worked on twice at the same time. */
  readonly overlaps: string[] = [];
  runs = 0;

  async run<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    if (this.#running.has(key)) this.overlaps.push(key);
    this.#running.add(key);
    this.runs += 1;
    try {
      return await work();
    } finally {
      this.#running.delete(key);
    }
  }
}

/** The dial that a shared ConfigMap belongs to. */
function dialOf({ namespace = "", name = "" }: ObjectMeta): readonly ObjectKey[] {
  const prefix = sharedName("");
  return name.startsWith(prefix) ? [{ namespace, name: name.slice(prefix.length) }] : [];
}

/**
 * Two controllers of dials. The first owns a ConfigMap with the value, reports it, and tidies up; both write the value
 * under a name of their own into one shared ConfigMap, so that a lost update of either shows.
 */
export function soakControllers(guard: RunGuard): readonly Controller[] {
  const first = createController("first", { concurrency: 8 })
    .for(Dial)
    .owns(ConfigMap)
    .finalizer(FINALIZER, async ({ metadata: { namespace = "", name } }, ctx) => {
      await ctx.delete(ConfigMap, { namespace, name });
      await ctx.delete(ConfigMap, { namespace, name: sharedName(name) });
    })
    .reconcile((dial, ctx) =>
      guard.run(`first ${ctx.key}`, async () => {
        const { namespace = "", name } = dial.metadata;
        const value = String(dial.spec.value);
        await ctx.apply(ConfigMap, {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { namespace, name },
          data: { value },
        });
        const key = { namespace, name: sharedName(name) };
        const shared = await ctx.update(ConfigMap, key, (current) => withEntry(current, "first", value));
        if (shared === undefined) {
          const object = { apiVersion: "v1", kind: "ConfigMap", metadata: key, data: { first: value } };
          await ctx.create(ConfigMap, object, { owner: true });
        }
        ctx.status.patch({ value: dial.spec.value });
        ctx.status.ready("Turned", `value is ${value}`);
      }),
    );
  const second = createController("second", { concurrency: 8 })
    .forKeys()
    .watches(Dial, { map: (dial) => [dial] })
    .watches(ConfigMap, { map: ({ metadata }) => dialOf(metadata) })
    .reconcile((key, ctx) =>
      guard.run(`second ${key}`, async () => {
        const [namespace = "", name = ""] = key.split("/");
        const dial = await ctx.get(Dial, { namespace, name });
        if (dial === undefined || dial.metadata.deletionTimestamp !== undefined) return;
        const value = String(dial.spec.value);
        const shared = { namespace, name: sharedName(name) };
        await ctx.update(ConfigMap, shared, (current) => withEntry(current, "second", value));
      }),
    );
  return [first, second];
}

function withEntry(object: KubeObject, entry: string, value: string): KubeObject {
  return { ...object, data: { ...(object["data"] as Record<string, string> | undefined), [entry]: value } };
}
