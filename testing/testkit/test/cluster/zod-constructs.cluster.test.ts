import { randomBytes } from "node:crypto";
import { isApiError, type Kind, type KubeClient } from "@weir/client";
import type { JsonObject, JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { toStructuralSchema, UnsupportedTypeError } from "@weir/schema";
import { defineResource } from "@weir/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { eventually, refusedConstructs, zodConstructs } from "../../src/index.ts";
import { clusterCases, useCluster } from "./clusters.ts";

const CRD: Kind<KubeObject & JsonObject, JsonObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

const constructs = zodConstructs().map((construct, index) => ({ ...construct, field: `f${index}` }));

/** One resource with a field for each construct. */
function aResource() {
  const fields = constructs.map(({ field, type }) => [field, z.object({ it: type }).optional()] as const);
  return defineResource({
    group: `z${randomBytes(4).toString("hex")}.example.dev`,
    version: "v1",
    kind: "Construct",
    scope: "Cluster",
    spec: z.object(Object.fromEntries(fields)),
  });
}

describe("constructs without a structural schema", () => {
  test.each(refusedConstructs())(
    "are refused with place and construct: $name",
    ({ type, construct, path }) => {
      let refused: unknown;
      try {
        toStructuralSchema(type, "spec.it");
      } catch (error) {
        refused = error;
      }
      expect(refused).toBeInstanceOf(UnsupportedTypeError);
      expect(refused).toMatchObject({ construct, path: path === undefined ? "spec.it" : `spec.it.${path}` });
    },
  );
});

describe("constructs without a cluster", () => {
  const resource = aResource();
  const wrap = (field: string, it: JsonValue) => ({ metadata: { name: "a" }, spec: { [field]: { it } } });

  test.each(constructs)(
    "take and refuse by their schema: $name",
    ({ field, accepts, rejects, stores = [] }) => {
      const kept = accepts.map((it) => resource.safeParse(wrap(field, it)));
      expect(kept.map((parsed) => (parsed.success ? parsed.object : parsed.error.message))).toEqual(
        accepts.map((it) => ({ apiVersion: `${resource.group}/v1`, kind: "Construct", ...wrap(field, it) })),
      );
      expect(rejects.filter((it) => resource.safeParse(wrap(field, it)).success)).toEqual([]);
      for (const { written, stored } of stores) {
        const parsed = resource.safeParse(wrap(field, written));
        expect(parsed).toMatchObject({ success: true, object: wrap(field, stored) });
      }
    },
  );
});

describe.each(clusterCases())("constructs on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);
  const resource = aResource();
  const name = `${resource.plural}.${resource.group}`;
  const write = (client: KubeClient, field: string, it: JsonValue) =>
    client.create(
      resource,
      { metadata: { generateName: "a-" }, spec: { [field]: { it } } } as never,
      { dryRun: true } as never,
    );
  const storedOf = (object: unknown, field: string): unknown =>
    ((object as { readonly spec: Readonly<Record<string, { readonly it?: unknown }>> }).spec[field] ?? {}).it;

  beforeAll(async () => {
    const { client } = cluster();
    await client.create(CRD, resource.crd() as unknown as JsonObject);
    await eventually(() => write(client, "f0", "a"));
  });
  afterAll(async () => {
    await cluster().client.delete(CRD, { name });
  });

  test("make a schema that is structural", async () => {
    const found = await cluster().client.get(CRD, { name });
    const conditions = (found?.["status"] as JsonObject | undefined)?.["conditions"];
    expect(JSON.stringify(conditions)).toContain("Established");
    expect(JSON.stringify(conditions)).not.toContain("NonStructuralSchema");
    expect(cluster().warnings).toEqual([]);
  });

  test.each(constructs)("are stored and refused: $name", async ({ field, accepts, rejects, stores = [] }) => {
    const { client } = cluster();
    for (const it of accepts) expect(storedOf(await write(client, field, it), field)).toEqual(it);
    for (const it of rejects) {
      const refused = await write(client, field, it).then(
        (object) => ({ stored: storedOf(object, field) }),
        (error: unknown) => error,
      );
      expect({ it, refused: isApiError(refused) ? refused.reason : refused }).toEqual({
        it,
        refused: "Invalid",
      });
    }
    for (const { written, stored } of stores)
      expect(storedOf(await write(client, field, written), field)).toEqual(stored);
  });
});
