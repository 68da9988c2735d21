import { fluxResources, GitRepository, Kustomization } from "@weir/api";
import { type Kind, KubeApiError } from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { describe, expect, test } from "vitest";
import { installFluxKinds } from "../../src/index.ts";
import { clusterCases, useCluster } from "./clusters.ts";

const CRD: Kind<KubeObject & JsonObject, JsonObject> = {
  group: "apiextensions.k8s.io",
  version: "v1",
  kind: "CustomResourceDefinition",
  plural: "customresourcedefinitions",
  scope: "Cluster",
};

async function refusalOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (refusal: unknown) => refusal,
  );
  return error instanceof KubeApiError ? `${error.code} ${error.message}` : `not refused: ${String(error)}`;
}

describe.each(clusterCases())("the Flux kinds on $name", (clusterCase) => {
  const cluster = useCluster(clusterCase);

  test("are taken without a complaint, and served", async () => {
    const { client } = cluster();
    await installFluxKinds(client);
    for (const resource of fluxResources) {
      const name = `${resource.plural ?? ""}.${resource.group}`;
      await expect
        .poll(async () => {
          const conditions = ((await client.get(CRD, { name }))?.["status"] as JsonObject | undefined)?.[
            "conditions"
          ] as readonly JsonObject[] | undefined;
          return (conditions ?? []).map(({ type, status }) => `${String(type)}=${String(status)}`).toSorted();
        })
        .toEqual(["Established=True", "NamesAccepted=True"]);
    }
  });

  test("fill in defaults, drop what they do not know, and refuse what does not fit", async () => {
    const { client } = cluster();
    await installFluxKinds(client);
    const namespace = await cluster().namespace();
    const source = {
      metadata: { namespace, name: "app" },
      spec: { url: "https://x.example.com/a", interval: "1m" },
    };
    const made = (await client.create(GitRepository, source)) as unknown as JsonObject;
    expect(made["spec"]).toEqual({ ...source.spec, provider: undefined, timeout: "60s" });
    const odd = { ...source, metadata: { namespace, name: "odd" }, spec: { ...source.spec, nope: 1 } };
    expect(
      ((await client.create(GitRepository, odd as never)) as unknown as JsonObject)["spec"],
    ).not.toHaveProperty("nope");
    const spec = { interval: "soon", prune: true, sourceRef: { kind: "GitRepository", name: "app" } };
    const bad = { metadata: { namespace, name: "bad" }, spec };
    // The end differs as long as our own API evaluates no rules: only what was not checked is told there.
    expect(await refusalOf(client.create(Kustomization, bad as never))).toContain(
      `spec.interval: Invalid value: "soon": spec.interval in body should match '^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$'`,
    );
  });
});
