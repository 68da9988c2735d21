import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { findUnsupportedField } from "./unsupported-fields.ts";

describe("findUnsupportedField", () => {
  test.each([
    { spec: { decryption: { provider: "sops" as const } }, want: "spec.decryption" },
    { spec: { kubeConfig: { secretRef: { name: "a" } } }, want: undefined },
    { spec: { kubeConfig: { configMapRef: { name: "a" } } }, want: undefined },
    { spec: { serviceAccountName: "tenant" }, want: undefined },
    { spec: { ignore: [{ paths: ["/spec/replicas"] }] }, want: "spec.ignore" },
    { spec: { ignore: [], serviceAccountName: "", dependsOn: [{ name: "a" }] }, want: undefined },
  ])("gives $want", ({ spec, want }) => {
    expect(findUnsupportedField(aKustomization({ spec }).spec)).toBe(want);
  });
});
