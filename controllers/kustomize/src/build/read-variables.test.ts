import { KubeApiError } from "@weir/client";
import type { KubeObject, ObjectKey } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { readVariables } from "./read-variables.ts";

const objects: Readonly<Record<string, KubeObject>> = {
  "ConfigMap/vars": { apiVersion: "v1", kind: "ConfigMap", metadata: {}, data: { A: "cm", B: "two\nlines" } },
  "Secret/svars": { apiVersion: "v1", kind: "Secret", metadata: {}, data: { A: "c2VjcmV0" } },
};
const read = (kind: { readonly kind: string }, { name }: ObjectKey): Promise<KubeObject | undefined> =>
  Promise.resolve(objects[`${kind.kind}/${name}`]);

const ConfigMap = { kind: "ConfigMap" as const, optional: false };

describe("readVariables", () => {
  test("lets later objects win, and the spec over all", async () => {
    const substituteFrom = [
      { ...ConfigMap, name: "vars" },
      { kind: "Secret" as const, name: "svars", optional: false },
    ];
    const kustomization = aKustomization({
      spec: { postBuild: { substituteFrom, substitute: { C: "own" } } },
    });
    expect(await readVariables(kustomization, read)).toEqual({
      kind: "known",
      values: { A: "secret", B: "twolines", C: "own" },
    });
  });

  test("passes over an optional object that is missing", async () => {
    const substituteFrom = [{ ...ConfigMap, name: "none", optional: true }];
    const kustomization = aKustomization({ spec: { postBuild: { substituteFrom } } });
    expect(await readVariables(kustomization, read)).toEqual({ kind: "known", values: {} });
  });

  test("names an object that is missing", async () => {
    const kustomization = aKustomization({
      spec: { postBuild: { substituteFrom: [{ ...ConfigMap, name: "none" }] } },
    });
    expect(await readVariables(kustomization, read)).toEqual({
      kind: "unknown",
      problem: `substitute from 'ConfigMap/none' error: configmaps "none" not found`,
    });
  });

  test("tells why an object cannot be read", async () => {
    const refused = new KubeApiError({ message: "no", reason: "Forbidden" }, 403);
    const kustomization = aKustomization({
      spec: { postBuild: { substituteFrom: [{ ...ConfigMap, name: "vars" }] } },
    });
    expect(await readVariables(kustomization, () => Promise.reject(refused))).toEqual({
      kind: "unknown",
      problem: "substitute from 'ConfigMap/vars' error: no",
    });
  });
});
