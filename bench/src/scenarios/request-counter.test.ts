import { describe, expect, test } from "vitest";
import { countRequests, describeRequest } from "./request-counter.ts";

describe("describeRequest", () => {
  test.each([
    { method: "PATCH", path: "/api/v1/namespaces/a/configmaps/x", want: "PATCH configmaps" },
    {
      method: "PATCH",
      path: "/api/v1/namespaces/a/configmaps/x?dryRun=All",
      want: "PATCH configmaps dry run",
    },
    {
      method: "PATCH",
      path: "/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/a/kustomizations/x/status",
      want: "PATCH kustomizations/status",
    },
    { method: "GET", path: "/api/v1/namespaces/a", want: "GET namespaces" },
    { method: "PUT", path: "/api/v1/namespaces/a/status", want: "PUT namespaces/status" },
    { method: "GET", path: "/api/v1/namespaces?limit=500", want: "LIST namespaces" },
    { method: "GET", path: "/api/v1/configmaps?watch=1", want: undefined },
  ])("reads $method $path as $want", ({ method, path, want }) => {
    expect(describeRequest(method, new URL(path, "http://localhost"))).toBe(want);
  });
});

describe("countRequests", () => {
  test("counts from the last time on", async () => {
    const counter = countRequests(() => Promise.resolve({ status: 200, headers: [], body: "{}" }));
    const request = { method: "GET", url: "http://localhost/api/v1/namespaces/a", headers: [] };
    await counter.transport(request);
    await counter.transport(request);
    expect([...counter.take()]).toEqual([["GET namespaces", 2]]);
    await counter.transport(request);
    expect([...counter.take()]).toEqual([["GET namespaces", 1]]);
  });
});
