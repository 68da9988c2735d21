import { FakeClock, seededRandom } from "@weir/core";
import { createClient } from "@weir/client";
import { describe, expect, test } from "vitest";
import { createController, createManager } from "../src/index.ts";
import { StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

describe("a manager", () => {
  test("reconciles what is there and what comes", async () => {
    const server = new StubServer();
    const clock = new FakeClock();
    const client = createClient({ transport: server.transport, clock });
    server.put(THINGS, aThing("a", { size: 1 }));
    const seen: string[] = [];
    const controller = createController("things")
      .for(Thing)
      .finalizer("example.com/thing", () => void seen.push("removed"))
      .reconcile((thing, ctx) => {
        seen.push(`${thing.metadata.name} ${thing.spec?.size}`);
        ctx.status.patch({ size: thing.spec?.size ?? 0 });
        ctx.status.ready("Done", "all done");
      });
    await using manager = createManager({
      client,
      controllers: [controller],
      clock,
      random: seededRandom(1),
    });
    await manager.start();
    await clock.advance(0);
    await clock.advance(0);
    await clock.advance(0);
    server.put(THINGS, aThing("b", { size: 2 }));
    for (let i = 0; i < 20; i++) await clock.advance(0);
    expect(seen).toEqual(["a 1", "b 2"]);
    expect(server.get(THINGS, "default", "a")?.["status"]).toMatchObject({ size: 1, observedGeneration: 1 });
    await client.delete(Thing, { namespace: "default", name: "a" });
    for (let i = 0; i < 20; i++) await clock.advance(0);
    expect(seen).toEqual(["a 1", "b 2", "removed"]);
    expect(server.get(THINGS, "default", "a")).toBeUndefined();
    expect(server.requests.map((r) => `${r.method} ${r.path}`)).toEqual([
      "GET /apis/example.com/v1/things",
      "PATCH /apis/example.com/v1/namespaces/default/things/a",
      "PATCH /apis/example.com/v1/namespaces/default/things/a/status",
      "PATCH /apis/example.com/v1/namespaces/default/things/b",
      "PATCH /apis/example.com/v1/namespaces/default/things/b/status",
      "DELETE /apis/example.com/v1/namespaces/default/things/a",
      "PATCH /apis/example.com/v1/namespaces/default/things/a",
    ]);
  });
});
