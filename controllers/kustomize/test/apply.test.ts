import { describe, expect, test } from "vitest";
import { configMap, startToolkit } from "./start-toolkit.ts";

describe("a Kustomization", () => {
  test("becomes applied objects, and follows the revisions of its source", async () => {
    await using toolkit = await startToolkit();
    await toolkit.createKustomization("app");
    await toolkit.ready("app", "False", "ArtifactFailed");
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
    const ready = await toolkit.ready("app", "True");
    expect(ready.message).toBe("Applied revision: main@sha1:1");
  });
});
