import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import type { ObjectPhase, ObjectState } from "../progress/object-state.ts";
import { awaitVerdict, type SyncEnd } from "./await-verdict.ts";

function stateOf(phase: ObjectPhase): ReadonlyMap<string, ObjectState> {
  const id = "Kustomization/flux-system/apps";
  const state = { id, kind: "Kustomization", name: "apps", namespace: "flux-system", phase, message: "why" };
  return new Map([[id, { ...state, revision: undefined, needs: [], isBootstrap: false }]]);
}

async function endOf(promise: Promise<SyncEnd>): Promise<SyncEnd["kind"] | "pending"> {
  return Promise.race([promise.then((end) => end.kind), Promise.resolve("pending" as const)]);
}

describe("awaitVerdict", () => {
  test("is ready once all objects stay so for a moment", async () => {
    const clock = new FakeClock();
    const wait = awaitVerdict(clock, 60_000, new AbortController().signal);
    wait.update(stateOf("ready"));
    await clock.advance(200);
    wait.update(stateOf("working"));
    await clock.advance(1_000);
    expect(await endOf(wait.promise)).toBe("pending");
    wait.update(stateOf("ready"));
    await clock.advance(1_000);
    expect((await wait.promise).kind).toBe("ready");
    expect(clock.pendingTimers).toBe(0);
  });

  test("is broken only by a failure that lasts, and says which object it is", async () => {
    const clock = new FakeClock();
    const wait = awaitVerdict(clock, 60_000, new AbortController().signal);
    wait.update(stateOf("failed"));
    await clock.advance(2_000);
    expect(await endOf(wait.promise)).toBe("pending");
    await clock.advance(2_000);
    expect(await wait.promise).toEqual({ kind: "broken", reasons: ["Kustomization/flux-system/apps: why"] });
  });

  test("times out with all that are not ready", async () => {
    const clock = new FakeClock();
    const wait = awaitVerdict(clock, 5_000, new AbortController().signal);
    wait.update(stateOf("working"));
    await clock.advance(5_000);
    expect(await wait.promise).toMatchObject({
      kind: "timed-out",
      reasons: [expect.any(String), "Kustomization/flux-system/apps: why"],
    });
  });

  test("ends when it is interrupted", async () => {
    const stop = new AbortController();
    const wait = awaitVerdict(new FakeClock(), 5_000, stop.signal);
    stop.abort();
    expect((await wait.promise).kind).toBe("interrupted");
  });
});
