import type { Kustomization } from "@weir/api";
import type { JsonObject } from "@weir/core";
import { describe, expect, test } from "vitest";
import { configMap, type Files, startToolkit } from "./start-toolkit.ts";

interface Case {
  readonly name: string;
  readonly files: Files;
  readonly spec?: Partial<Kustomization["spec"]>;
  readonly reason: string;
  readonly message: string | RegExp;
}

const cases: readonly Case[] = [
  {
    name: "a path that is not there",
    files: { "a.yaml": configMap("a") },
    spec: { path: "../../nope" },
    reason: "ArtifactFailed",
    message: "kustomization path not found: stat $ROOT/nope: no such file or directory",
  },
  {
    name: "YAML that does not parse, by its line",
    files: { "a.yaml": configMap("a"), "bad.yaml": "a:\n  b: [1, 2\nc: 3\n" },
    reason: "BuildFailed",
    message: /^failed to decode Kubernetes YAML from \$ROOT\/bad\.yaml: .*line \d+/,
  },
  {
    name: "a kustomization that names a missing file",
    files: { "kustomization.yaml": "resources: [nope.yaml]\n" },
    reason: "BuildFailed",
    message: /^kustomize build failed: accumulating resources: .*nope\.yaml/,
  },
  {
    name: "a variable that is not set",
    files: { "a.yaml": configMap("a", { key: "${UNSET}" }) },
    spec: { postBuild: { substitute: { OTHER: "x" } } },
    reason: "BuildFailed",
    message: `post build failed for 'ConfigMap.v1.[noGrp]/a': envsubst error: variable substitution failed: variable not set (strict mode): "UNSET"`,
  },
  {
    name: "a kind that is not served",
    files: { "a.yaml": "apiVersion: nope.example.com/v1\nkind: Nope\nmetadata:\n  name: x\n" },
    reason: "ReconciliationFailed",
    message: 'Nope/apps/x dry-run failed: no matches for kind "Nope" in version "nope.example.com/v1"\n',
  },
  {
    name: "a namespace that is not there",
    files: { "a.yaml": configMap("a") },
    spec: { targetNamespace: "nope" },
    reason: "ReconciliationFailed",
    message: 'ConfigMap/nope/a not found: namespaces "nope" not found\n',
  },
  {
    name: "a Secret that is encrypted",
    files: {
      "s.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  a: ENC[x]\nsops:\n  mac: x\n",
    },
    reason: "ReconciliationFailed",
    message:
      "Secret/apps/s is SOPS encrypted, configuring decryption is required for this secret to be reconciled",
  },
  {
    name: "a field that is not built",
    files: { "a.yaml": configMap("a") },
    spec: { decryption: { provider: "sops" } },
    reason: "FeatureGateDisabled",
    message: "spec.decryption is not supported yet",
  },
];

describe("a Kustomization with bad input", () => {
  test("fails with what is wrong, each for itself, and keeps what is applied", async () => {
    await using toolkit = await startToolkit();
    for (const { name, files, spec, reason, message } of cases) {
      await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") });
      await toolkit.createKustomization("app");
      await toolkit.ready("app", "True");
      await toolkit.patch("app", { spec: (spec ?? {}) as JsonObject });
      await toolkit.publish("main@sha1:2", files);
      const ready = await toolkit.ready("app", "False", reason);
      expect(ready.message, name).toEqual(
        typeof message === "string" ? message : expect.stringMatching(message),
      );
      expect(await toolkit.data("a"), name).toEqual({ key: "value" });
      expect((await toolkit.get("app")).status?.lastAppliedRevision, name).toBe("main@sha1:1");
      await toolkit.remove("app");
    }
  });

  test("does not unpack an artifact whose digest is another", async () => {
    await using toolkit = await startToolkit();
    const digest = `sha256:${"0".repeat(64)}`;
    await toolkit.publish("main@sha1:1", { "a.yaml": configMap("a") }, { digest });
    await toolkit.createKustomization("app");
    expect((await toolkit.ready("app", "False", "ArtifactFailed")).message).toContain(digest);
  });
});
