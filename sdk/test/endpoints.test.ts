import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { createClient } from "@weir/client";
import { createController, requestCounter } from "../src/index.ts";
import { startManager } from "./running-manager.ts";
import { StubServer } from "./stub-server.ts";
import { aThing, Thing, THINGS } from "./things.ts";

const controller = createController("things", { concurrency: 3, status: "none" })
  .for(Thing)
  .reconcile(() => {});

async function read(port: number | undefined, path: string, method = "GET") {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: { connection: "close" },
  });
  return { status: response.status, body: await response.text() };
}

describe("the endpoints of a manager", () => {
  test("say whether it lives and whether it is ready", async () => {
    await using running = await startManager([controller], {
      isStarted: false,
      healthServer: { host: "127.0.0.1", port: 0 },
      prepare: (server) => server.fault(() => new Promise<Response>(() => {})),
    });
    const started = running.manager.start();
    while (running.manager.ports.health === undefined) await new Promise((resolve) => setImmediate(resolve));
    const { health } = running.manager.ports;
    expect(await read(health, "/healthz")).toEqual({ status: 200, body: "ok" });
    expect(await read(health, "/readyz")).toEqual({ status: 500, body: "informer-sync: not ready" });
    expect((await read(health, "/other")).status).toBe(404);
    expect((await read(health, "/healthz", "POST")).status).toBe(404);
    await running.manager.stop();
    await started;
  });

  test("are ready when the watches have synced, and gone after the stop", async () => {
    const running = await startManager([controller], { healthServer: { host: "127.0.0.1", port: 0 } });
    const { health } = running.manager.ports;
    expect(await read(health, "/readyz")).toEqual({ status: 200, body: "ok" });
    await running.manager.stop();
    await expect(read(health, "/readyz")).rejects.toThrow("fetch failed");
  });

  test("serve metrics under the names that dashboards know", async () => {
    await using running = await startManager([controller], {
      metricsServer: { host: "127.0.0.1", port: 0 },
      prepare: (server) => server.put(THINGS, aThing("a")),
    });
    const { body, status } = await read(running.manager.ports.metrics, "/metrics");
    expect(status).toBe(200);
    for (const line of [
      'controller_runtime_max_concurrent_reconciles{controller="things"} 3',
      'controller_runtime_active_workers{controller="things"} 0',
      'controller_runtime_reconcile_total{controller="things",result="success"} 1',
      'controller_runtime_reconcile_total{controller="things",result="error"} 0',
      'controller_runtime_reconcile_total{controller="things",result="requeue"} 0',
      'controller_runtime_reconcile_total{controller="things",result="requeue_after"} 0',
      'controller_runtime_reconcile_errors_total{controller="things"} 0',
      'controller_runtime_reconcile_time_seconds_count{controller="things"} 1',
      'gotk_reconcile_duration_seconds_count{kind="Thing",name="a",namespace="default"} 1',
      'gotk_reconcile_duration_seconds_bucket{le="0.038363583488692544",kind="Thing",name="a",namespace="default"} 1',
      'workqueue_adds_total{controller="things",name="things"} 1',
      'workqueue_depth{controller="things",name="things",priority="0"} 0',
      'workqueue_retries_total{controller="things",name="things"} 0',
      'workqueue_queue_duration_seconds_count{controller="things",name="things"} 1',
      'workqueue_work_duration_seconds_count{controller="things",name="things"} 1',
      'workqueue_unfinished_work_seconds{controller="things",name="things"} 0',
      'workqueue_longest_running_processor_seconds{controller="things",name="things"} 0',
    ]) {
      expect(body.split("\n")).toContain(line);
    }
  });

  test("count the requests of a client that was told to", async () => {
    const metrics = new Registry();
    const server = new StubServer();
    const client = createClient({ transport: server.transport, onAnswer: requestCounter(metrics) });
    await client.get(Thing, { namespace: "default", name: "none" });
    await client.create(Thing, aThing("a") as never);
    const lines = (await metrics.metrics()).split("\n").filter((line) => line.startsWith("rest_client"));
    expect(lines).toEqual([
      'rest_client_requests_total{code="404",host="localhost",method="GET"} 1',
      'rest_client_requests_total{code="201",host="localhost",method="POST"} 1',
    ]);
  });

  test("share a registry with another manager, and count what runs", async () => {
    const metrics = new Registry();
    const slow = createController("slow", { status: "none" })
      .for(Thing)
      .reconcile((_, ctx) => ctx.clock.sleep(60_000, ctx.signal));
    await using _first = await startManager([controller], { metrics });
    await using second = await startManager([slow], {
      metrics,
      metricsServer: { host: "127.0.0.1", port: 0 },
      prepare: (server) => server.put(THINGS, aThing("a")),
    });
    await second.pass(5_000);
    const { body } = await read(second.manager.ports.metrics, "/metrics");
    expect(body).toContain('controller_runtime_active_workers{controller="slow"} 1');
    expect(body).toContain('workqueue_unfinished_work_seconds{controller="slow",name="slow"} 5');
    expect(body).toContain('controller_runtime_max_concurrent_reconciles{controller="things"} 3');
  });

  test("fail the start where their address is taken", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const running = await startManager([controller], {
      isStarted: false,
      metricsServer: { host: "127.0.0.1", port },
    });
    await expect(running.manager.start()).rejects.toMatchObject({ name: "ListenError", port });
    await new Promise((resolve) => other.close(resolve));
  });
});
