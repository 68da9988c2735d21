import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { desiredObjects } from "./desired-objects.ts";

const owner = {
  "kustomize.toolkit.fluxcd.io/name": "app",
  "kustomize.toolkit.fluxcd.io/namespace": "apps",
};
const secret = (metadata: Record<string, unknown> = {}) => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s", namespace: "apps", ...metadata },
  data: { token: "ENC[AES256_GCM,data:canary]" },
  sops: { mac: "x" },
});

describe("desiredObjects", () => {
  test("carry the labels of their owner and the common metadata, which wins", () => {
    const built = [
      { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", labels: { team: "x", own: "1" } } },
    ];
    const commonMetadata = { labels: { team: "y" }, annotations: { note: "n" } };
    const [object] = desiredObjects(built, aKustomization({ spec: { commonMetadata } }));
    expect(object?.metadata).toEqual({
      name: "a",
      labels: { ...owner, team: "y", own: "1" },
      annotations: { note: "n" },
    });
  });

  test("are the items of a list, and no kustomization files", () => {
    const built = [
      {
        apiVersion: "v1",
        kind: "List",
        metadata: { name: "l" },
        items: [{ apiVersion: "v1", kind: "A", metadata: { name: "a" } }],
      },
      { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization", metadata: { name: "k" } },
    ];
    expect(desiredObjects(built, aKustomization()).map(({ kind }) => kind)).toEqual(["A"]);
  });

  test("are never encrypted Secrets, whose values are not in the message", () => {
    const build = () => desiredObjects([secret()], aKustomization());
    expect(build).toThrow(
      "Secret/apps/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
    );
    expect(build).not.toThrow("canary");
  });

  test("may be a Secret that is marked not to be decrypted", () => {
    const annotations = { "kustomize.toolkit.fluxcd.io/decrypt": "Disabled" };
    expect(desiredObjects([secret({ annotations })], aKustomization())).toHaveLength(1);
  });
});
