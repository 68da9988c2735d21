import { describe, expect, test } from "vitest";
import { sameTemplate, templateHash } from "./pod-template.ts";
import { rolloutBounds } from "./rollout-bounds.ts";
import { simulatedStatus } from "./simulated-status.ts";

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "app", image: "nginx:1" }] },
};

describe("templateHash", () => {
  test("does not depend on the order of fields and is made of letters that form no words", () => {
    const reordered = {
      spec: { containers: [{ image: "nginx:1", name: "app" }] },
      metadata: { labels: { app: "web" } },
    };
    expect(templateHash(reordered)).toBe(templateHash(template));
    expect(templateHash(template)).toMatch(/^[bcdfghjklmnpqrstvwxz2456789]{1,10}$/);
  });

  test("depends on every value, and on the count of collisions", () => {
    const other = { ...template, spec: { containers: [{ name: "app", image: "nginx:2" }] } };
    const hashes = [
      templateHash(template),
      templateHash(other),
      templateHash(template, 1),
      templateHash(template, 2),
    ];
    expect(new Set(hashes).size).toBe(4);
  });
});

describe("sameTemplate", () => {
  test("does not look at the hash label or at who wrote the template when", () => {
    const hashed = {
      ...template,
      metadata: {
        creationTimestamp: "2026-01-01T00:00:00Z",
        labels: { app: "web", "pod-template-hash": "abc" },
      },
    };
    expect(sameTemplate(template, hashed)).toBe(true);
    expect(sameTemplate(template, { ...template, metadata: { labels: { app: "other" } } })).toBe(false);
    expect(sameTemplate(undefined, { metadata: {} })).toBe(true);
  });
});

describe("rolloutBounds", () => {
  test.each([
    {
      name: "rounds up what may be more and down what may be less",
      given: [3, undefined, undefined],
      want: [1, 0],
    },
    { name: "takes numbers as they are", given: [3, 2, 1], want: [2, 1] },
    { name: "takes percentages of the wanted number", given: [10, "25%", "25%"], want: [3, 2] },
    { name: "lets one be missing where nothing else would move", given: [3, 0, "10%"], want: [0, 1] },
    { name: "lets no more be missing than there are", given: [2, 0, 5], want: [0, 2] },
  ] as const)("$name", ({ given: [replicas, surge, unavailable], want }) => {
    const { maxSurge, maxUnavailable } = rolloutBounds(replicas, surge, unavailable);
    expect([maxSurge, maxUnavailable]).toEqual(want);
  });
});

describe("simulatedStatus", () => {
  const asked = (value: string): { readonly annotations: Readonly<Record<string, string>> } => ({
    annotations: { "weir.dev/status": value },
  });
  test.each([
    { name: "is ready unless it is told otherwise", given: [undefined, {}], want: "ready" },
    {
      name: "takes the first that says something",
      given: [{}, asked("failed"), asked("pending")],
      want: "failed",
    },
    { name: "does not know other words", given: [asked("broken"), asked("pending")], want: "pending" },
    { name: "reads no inherited property", given: [{ annotations: {} }], want: "ready" },
  ])("$name", ({ given, want }) => {
    expect(simulatedStatus("weir.dev/status", ...given)).toBe(want);
    expect(simulatedStatus("toString", ...given)).toBe("ready");
  });
});
