import { ExternalArtifact, Kustomization, OCIRepository } from "@weir/api";
import type { RegistryServer } from "@weir/oci";
import {
  aKustomization,
  eventually,
  fluxControllers,
  startRegistry,
  startToolkit,
  type Toolkit,
} from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { applyOci, push, requestReconcile, untilReady } from "./oci-world.ts";

const ConfigMap = { group: "", version: "v1", kind: "ConfigMap" };
const manifest = (value: string) => ({
  "cm.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cm\n  namespace: default\ndata:\n  a: ${value}\n`,
});

describe("a Kustomization", () => {
  let world: Toolkit;
  let registry: RegistryServer;
  beforeAll(async () => {
    registry = await startRegistry();
    world = await startToolkit({
      searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
      controllers: (parts) =>
        fluxControllers(parts, { kustomize: { allowExternalArtifact: true, requeueDependencyMs: 200 } }),
    });
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const untilData = (value: string) =>
    eventually(async () => {
      const found = await world.client.get(ConfigMap, { namespace: "default", name: "cm" });
      expect((found as { data?: unknown } | undefined)?.data).toEqual({ a: value });
    });
  const statusOf = async (name: string) =>
    (await world.client.get(Kustomization, { namespace: "default", name }))?.status;

  test("applies what a registry has, knows where it is from, and follows the tag", async () => {
    const more = { source: "https://git.example.com/fleet", revision: "main@sha1:1" };
    const first = await push(`${registry.registry}/fleet:live`, manifest("one"), more);
    await applyOci(world, "fleet", { url: `oci://${registry.registry}/fleet`, ref: { tag: "live" } });
    const spec = { sourceRef: { kind: "OCIRepository", name: "fleet" } } as const;
    const object = aKustomization({ name: "fleet", spec });
    await world.client.apply(Kustomization, object, { fieldManager: "test", force: true });
    await untilData("one");
    await eventually(async () => {
      expect(await statusOf("fleet")).toMatchObject({
        lastAppliedRevision: `live@${first.digest}`,
        lastAppliedOriginRevision: "main@sha1:1",
      });
    });
    await push(`${registry.registry}/fleet:live`, manifest("two"), more);
    await requestReconcile(world, "fleet", "1");
    await untilData("two");
  });

  test("waits for the artifact of another's making, and applies it as soon as it is there", async () => {
    await push(`${registry.registry}/made:1`, manifest("made elsewhere"));
    await applyOci(world, "made", { url: `oci://${registry.registry}/made`, ref: { tag: "1" } });
    const { status } = await untilReady(world, "made", "True");
    const options = { fieldManager: "test", force: true };
    const external = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "ExternalArtifact",
      metadata: { name: "made", namespace: "default" },
      spec: { sourceRef: { apiVersion: "v1", kind: OCIRepository.kind, name: "made" } },
    } as const;
    await world.client.apply(ExternalArtifact, external, options);
    const spec = { sourceRef: { kind: "ExternalArtifact", name: "made" }, prune: false } as const;
    await world.client.apply(Kustomization, aKustomization({ name: "made", spec }), options);
    await eventually(async () => {
      const [ready] = ((await statusOf("made"))?.conditions ?? []) as readonly { message?: string }[];
      expect(ready?.message).toMatch(/^Source artifact not found, retrying in/);
    });
    const patch = { status: { artifact: status?.artifact as object } };
    const key = { namespace: "default", name: "made" };
    await world.client.patch(ExternalArtifact, key, { type: "merge", patch } as never, {
      subresource: "status",
    });
    await untilData("made elsewhere");
  });
});
