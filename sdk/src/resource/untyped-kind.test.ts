import { describe, expect, test } from "vitest";
import { kind } from "./untyped-kind.ts";

describe("kind", () => {
  test("reads the group and version of an API version", () => {
    expect(kind("apps/v1", "Deployment")).toEqual({ group: "apps", version: "v1", kind: "Deployment" });
  });

  test("knows the core group by its missing name", () => {
    expect(kind("v1", "Secret", { plural: "secrets", scope: "Namespaced" })).toEqual({
      group: "",
      version: "v1",
      kind: "Secret",
      plural: "secrets",
      scope: "Namespaced",
    });
  });
});
