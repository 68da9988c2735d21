import { describe, expect, test } from "vitest";
import { createController } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { aThing, Thing, THINGS } from "./things.ts";

interface Push {
  readonly repository: string;
  readonly revision: string;
}

describe("events from outside of Kubernetes", () => {
  const controllerOf = (events: AsyncIterable<Push>) => {
    const runs: string[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .index(Thing, "ref", (thing) => thing.spec?.ref)
      .source(events, {
        generic: (push, enqueue) => {
          if (push.revision === "") throw new TypeError("no revision");
          for (const { metadata } of enqueue.cache.list(Thing, { index: ["ref", push.repository] }))
            enqueue.add({ namespace: "default", name: metadata.name ?? "" });
        },
      })
      .reconcile(({ metadata }) => void runs.push(metadata.name ?? ""));
    return { controller, runs };
  };
  const prepare = (server: { put(path: string, object: never): unknown }): void => {
    server.put(THINGS, aThing("a", { ref: "x" }) as never);
    server.put(THINGS, aThing("b", { ref: "y" }) as never);
  };

  test("are mapped by a generic handler, which may look things up", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* pushes(): AsyncGenerator<Push> {
      await promise;
      yield { repository: "y", revision: "1" };
    }
    const { controller, runs } = controllerOf(pushes());
    await using running = await startManager([controller], { prepare });
    runs.length = 0;
    resolve();
    await running.settle();
    expect(runs).toEqual(["b"]);
  });

  test("of which one cannot be handled are logged, and the next ones count", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* pushes(): AsyncGenerator<Push> {
      await promise;
      yield { repository: "x", revision: "" };
      yield { repository: "x", revision: "2" };
    }
    const { controller, runs } = controllerOf(pushes());
    await using running = await startManager([controller], { prepare });
    runs.length = 0;
    resolve();
    await running.settle();
    expect([runs, running.logged]).toEqual([["a"], ['error a handler of events threw "no revision"']]);
  });

  test("are asked for once, whoever else comes and goes", async () => {
    let asked = 0;
    const events: AsyncIterable<Push> = {
      [Symbol.asyncIterator]: () => {
        asked += 1;
        return { next: () => new Promise(() => {}) };
      },
    };
    const { controller } = controllerOf(events);
    const running = await startManager([controller], { prepare });
    running.server.put(THINGS, aThing("c"));
    await running.settle();
    await running.manager.stop();
    expect(asked).toBe(1);
  });
});
