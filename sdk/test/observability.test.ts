import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type LogFields, type Logger, WeirError } from "@weir/core";
import type { Span, Tracer } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";
import { createController, type TracedRun } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { failure } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

class FlakyError extends WeirError {
  override readonly name = "FlakyError";
  readonly reason = "Flaky";
  readonly retry = "backoff";
}

const one = (server: { put(path: string, object: never): unknown }): void =>
  void server.put(THINGS, aThing("a") as never);
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** A logger that keeps its lines with all fields. */
function fieldLogger(lines: LogFields[], fields: LogFields = {}): Logger {
  const log = (message: string, more?: LogFields): void => void lines.push({ message, ...fields, ...more });
  return {
    debug: () => {},
    info: log,
    warn: log,
    error: log,
    with: (more) => fieldLogger(lines, { ...fields, ...more }),
  };
}

describe("a run", () => {
  test("logs under controller, kind, key and an id of its own", async () => {
    const lines: LogFields[] = [];
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile((_, ctx) => ctx.log.info("hello", { size: 1 }));
    await using running = await startManager([controller], { prepare: one, logger: fieldLogger(lines) });
    running.manager.enqueue("things", "default/a");
    await running.settle();
    expect(lines).toHaveLength(2);
    expect(lines[0]).toEqual({
      message: "hello",
      controller: "things",
      controllerGroup: "example.com",
      controllerKind: "Thing",
      namespace: "default",
      name: "a",
      reconcileID: expect.stringMatching(UUID) as string,
      size: 1,
    });
    expect(lines[0]?.["reconcileID"]).not.toBe(lines[1]?.["reconcileID"]);
  });

  test("is a span that says how it ended, where there is a tracer", async () => {
    const spans: unknown[] = [];
    const tracer = {
      startActiveSpan: (name: string, options: { attributes: object }, code: (span: Span) => unknown) => {
        const seen: Record<string, unknown> = { name, ...options.attributes };
        const span = {
          setAttribute: (key: string, value: unknown) => void (seen[key] = value),
          setStatus: (status: object) => void Object.assign(seen, status),
          end: () => void spans.push(seen),
        };
        return code(span as unknown as Span);
      },
    } as unknown as Tracer;
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(() => ({ kind: "failed", error: new FlakyError("no luck") }));
    await using _running = await startManager([controller], { prepare: one, tracer });
    expect(spans).toEqual([
      {
        name: "reconcile things",
        "weir.controller": "things",
        "weir.key": "default/a",
        "weir.reconcile_id": expect.stringMatching(UUID) as string,
        "k8s.object.group": "example.com",
        "k8s.object.kind": "Thing",
        "weir.outcome": "failed",
        code: 2,
        message: "no luck",
      },
    ]);
  });

  test("shows on a diagnostics channel, where somebody listens", async () => {
    const seen: unknown[] = [];
    const listen = (message: unknown): void => {
      const { controller, key } = message as TracedRun;
      seen.push([controller, key]);
    };
    subscribe("tracing:weir:reconcile:start", listen);
    const controller = createController("things", { status: "none" })
      .for(Thing)
      .reconcile(() => {});
    await using _running = await startManager([controller], { prepare: one });
    unsubscribe("tracing:weir:reconcile:start", listen);
    expect(seen).toEqual([["things", "default/a"]]);
  });
});

describe("health and readiness", () => {
  const read = async (port: number | undefined, path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: "close" } });
    return [response.status, await response.text()];
  };

  test("ask further checks, and name those that fail", async () => {
    let isBroken = true;
    const check = (): void => {
      if (isBroken) throw new FlakyError("disk full");
    };
    await using running = await startManager([], {
      healthServer: { host: "127.0.0.1", port: 0 },
      healthChecks: { storage: check },
      readyChecks: { storage: () => Promise.resolve(check()), other: () => {} },
    });
    const { health } = running.manager.ports;
    expect(await read(health, "/healthz")).toEqual([500, "storage: disk full"]);
    expect(await read(health, "/readyz")).toEqual([500, "storage: disk full"]);
    isBroken = false;
    expect(await read(health, "/healthz")).toEqual([200, "ok"]);
    expect(await read(health, "/readyz")).toEqual([200, "ok"]);
  });
});

test("a manager that may not have the lease waits, says so, and is ready all the same", async () => {
  await using running = await startManager([], {
    leaderElection: { name: "weir", namespace: "default" },
    prepare: (server) =>
      server.fault(({ path }) =>
        path.includes("leases") ? failure(403, "Forbidden", "no leases for you") : undefined,
      ),
  });
  await running.pass(60_000);
  expect([running.manager.isLeader, running.manager.isReady]).toEqual([false, true]);
  expect(running.logged).toContain('warn cannot take or renew the lease "no leases for you"');
});
