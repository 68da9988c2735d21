import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { applyCrds, type ChartCrd, type CrdRequest, installRelease } from "../../src/index.ts";
import { NAMESPACE, type ReleaseWorld, renderOf, startWorld, worldOf } from "./release-world.ts";

const CRDS = { group: "apiextensions.k8s.io", version: "v1", kind: "CustomResourceDefinition" };

let shared: ReleaseWorld;
let world: ReleaseWorld;
beforeAll(async () => {
  shared = await startWorld();
});
beforeEach(() => {
  world = worldOf(shared.cluster, shared.client);
});
afterAll(() => shared[Symbol.asyncDispose]());

function definition(plural: string, column = "One"): string {
  return `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.example.com
spec:
  group: example.com
  scope: Namespaced
  names: {plural: ${plural}, singular: ${plural}, kind: ${plural.toUpperCase()}}
  versions:
    - name: v1
      served: true
      storage: true
      additionalPrinterColumns: [{name: ${column}, type: string, jsonPath: .spec.a}]
      schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
`;
}

function fileOf(text: string): ChartCrd {
  return { name: "crds/all.yaml", fullPath: "c/crds/all.yaml", data: Buffer.from(text) };
}

function requestOf(text: string, more: Partial<CrdRequest> = {}): CrdRequest {
  return { policy: "Create", files: [fileOf(text)], ...more };
}

async function columnOf(plural: string): Promise<string | undefined> {
  const live = await world.client.get<KubeObject>(CRDS, { name: `${plural}.example.com` });
  const spec = live?.["spec"] as
    | {
        readonly versions: readonly {
          readonly additionalPrinterColumns: readonly { readonly name: string }[];
        }[];
      }
    | undefined;
  return spec?.versions[0]?.additionalPrinterColumns[0]?.name;
}

const messages = (): readonly string[] =>
  world.lines.filter(({ level }) => level === "info").map(({ message }) => message);

describe("applyCrds", () => {
  test("creates definitions with their labels and waits until they are served", async () => {
    const labels = { "helm.toolkit.fluxcd.io/name": "app" };
    await applyCrds(world.context, requestOf(definition("firsts"), { labels }));
    const live = await world.client.get<KubeObject>(CRDS, { name: "firsts.example.com" });
    expect(live?.metadata.labels).toEqual(labels);
    expect(messages()).toEqual([
      "applying CustomResourceDefinition(s) with policy Create",
      "successfully applied 1 CustomResourceDefinition(s)",
      "clearing REST mapper cache",
    ]);
  });

  test("skips them by policy", async () => {
    await applyCrds(world.context, requestOf(definition("skips"), { policy: "Skip" }));
    expect(await columnOf("skips")).toBeUndefined();
    expect(messages()).toEqual(["skipping CustomResourceDefinition apply: policy is set to Skip"]);
  });

  const policies = [
    { policy: "Create", serverSideApply: true, want: "Two" },
    { policy: "Create", serverSideApply: false, want: "One" },
    { policy: "CreateReplace", serverSideApply: true, want: "Two" },
    { policy: "CreateReplace", serverSideApply: false, want: "Two" },
  ] as const;
  test.each(policies)(
    "by $policy, with server-side apply $serverSideApply, shows $want then",
    async (row) => {
      const { policy, serverSideApply, want } = row;
      const plural = `p${policy.toLowerCase()}${serverSideApply}`;
      await applyCrds(world.context, requestOf(definition(plural), { policy, serverSideApply }));
      await applyCrds(world.context, requestOf(definition(plural, "Two"), { policy, serverSideApply }));
      expect(await columnOf(plural)).toBe(want);
    },
  );

  test("leaves out what is no definition, and tells of it", async () => {
    const skipped: string[] = [];
    const text = `${definition("thirds")}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: apps}\n`;
    await applyCrds(
      world.context,
      requestOf(text, { onSkipped: (references) => skipped.push(...references) }),
    );
    expect(skipped).toEqual(["/ConfigMap/apps/a"]);
    expect(await columnOf("thirds")).toBe("One");
  });

  test("comes before the objects of an install", async () => {
    const widget = "apiVersion: example.com/v1\nkind: FOURTHS\nmetadata: {name: a}\nspec: {a: x}\n";
    const installed = await installRelease(world.context, {
      name: "app",
      namespace: NAMESPACE,
      render: renderOf({ "widget.yaml": widget }),
      crds: requestOf(definition("fourths")),
    });
    expect(installed.info.status).toBe("deployed");
  });
});
