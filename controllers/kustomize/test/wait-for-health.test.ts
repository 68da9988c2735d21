import { describe, expect, test, vi } from "vitest";
import { startToolkit } from "./start-toolkit.ts";

const deployment = (status: "ready" | "failed" | "pending"): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  annotations:
    test.local/status: ${status}
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: web
        image: nginx
`;

describe("wait", () => {
  test("makes a Kustomization ready once what it applied is healthy", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "web.yaml": deployment("ready") });
    await toolkit.createKustomization("app", { wait: true });
    await toolkit.ready("app", "True");
    const { status } = await toolkit.get("app");
    expect(status?.conditions?.find(({ type }) => type === "Healthy")).toMatchObject({
      status: "True",
      reason: "Succeeded",
      message: expect.stringMatching(/^Health check passed in /) as string,
    });
  });

  test("fails early where an object has failed, and names it", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "web.yaml": deployment("failed") });
    await toolkit.createKustomization("app", { wait: true });
    const ready = await toolkit.ready("app", "False", "HealthCheckFailed");
    expect(ready.message).toMatch(
      /^health check failed after .*: failed early due to stalled resources: \[Deployment\/apps\/web status: 'Failed'\]$/,
    );
    const { status } = await toolkit.get("app");
    expect(status?.lastAppliedRevision).toBeUndefined();
    expect(status?.history).toMatchObject([{ lastReconciledStatus: "HealthCheckFailed" }]);
  });

  test("is given up the moment that a new revision comes", async () => {
    await using toolkit = await startToolkit();
    await toolkit.publish("main@sha1:1", { "web.yaml": deployment("pending") });
    await toolkit.createKustomization("app", { wait: true });
    await vi.waitFor(
      async () =>
        expect((await toolkit.get("app")).status?.conditions).toMatchObject([
          { type: "Reconciling", message: expect.stringMatching(/^Running health checks/) as string },
          { type: "Ready", status: "Unknown" },
          { type: "Healthy", status: "Unknown" },
        ]),
      { timeout: 5_000 },
    );
    await toolkit.publish("main@sha1:2", { "web.yaml": deployment("ready") });
    expect((await toolkit.ready("app", "True")).message).toBe("Applied revision: main@sha1:2");
    expect(await toolkit.events()).toContain(
      "Normal HealthCheckCanceled Health checks canceled due to new reconciliation triggered by GitRepository/apps/app",
    );
  });
});
