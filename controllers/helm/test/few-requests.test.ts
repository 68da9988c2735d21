import type { Transport } from "@weir/client";
import { describe, expect, test, vi } from "vitest";
import { type HelmToolkit, startHelmToolkit } from "./start-helm-toolkit.ts";

/**
 * Starts a controller, and gives what it asks of the API from then on. Watches and discovery belong to the process, and a
 * machine that is slow sees more of the status.
 */
async function startCounting(toolkit: HelmToolkit): Promise<string[]> {
  const requests: string[] = [];
  let isRunning = false;
  const count = (inner: Transport): Transport => {
    return (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const isCounted = !searchParams.has("watch") && !/^\/apis?$|\/status$/.test(pathname);
      if (isRunning && isCounted) requests.push(`${request.method} ${pathname}`);
      return inner(request);
    };
  };
  await toolkit.start(count);
  isRunning = true;
  return requests;
}

describe("a release of a small chart", { timeout: 120_000 }, () => {
  test("costs one read and one write of its records beside its objects, and a read when nothing changed", async () => {
    await using toolkit = await startHelmToolkit();
    await toolkit.publish("1.0.0");
    const requests = await startCounting(toolkit);
    await toolkit.create();
    await toolkit.ready("True");
    await vi.waitFor(() => expect(requests.some((request) => request.includes("/events"))).toBe(true));
    const secrets = "/api/v1/namespaces/apps/secrets";
    expect(requests.toSorted()).toEqual(
      [
        "PATCH /apis/helm.toolkit.fluxcd.io/v2/namespaces/apps/helmreleases/app",
        `GET ${secrets}`,
        "GET /api/v1/namespaces/apps/configmaps/app",
        `POST ${secrets}`,
        "PATCH /api/v1/namespaces/apps/configmaps/app",
        `PUT ${secrets}/sh.helm.release.v1.app.v1`,
        "POST /api/v1/namespaces/apps/events",
      ].toSorted(),
    );

    requests.length = 0;
    await toolkit.patch({ metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } } });
    await vi.waitFor(async () => expect((await toolkit.get()).status?.lastHandledReconcileAt).toBe("1"), {
      timeout: 60_000,
    });
    expect(
      requests.every((request) => request === `GET ${secrets}`),
      requests.join("\n"),
    ).toBe(true);
  });
});
