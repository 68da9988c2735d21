import { applyDefaults, describeFieldError, validateSchema } from "@weir/schema";
import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Resource } from "@weir/sdk";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  type Artifact,
  fluxResources,
  GitRepository,
  HelmRelease,
  Kustomization,
  OCIRepository,
} from "./index.ts";

describe("the Flux kinds", () => {
  test("make valid CRDs with the usual names", () => {
    expect(fluxResources.map((resource) => resource.crd().metadata.name)).toEqual([
      "gitrepositories.source.toolkit.fluxcd.io",
      "ocirepositories.source.toolkit.fluxcd.io",
      "buckets.source.toolkit.fluxcd.io",
      "helmrepositories.source.toolkit.fluxcd.io",
      "helmcharts.source.toolkit.fluxcd.io",
      "externalartifacts.source.toolkit.fluxcd.io",
      "kustomizations.kustomize.toolkit.fluxcd.io",
      "helmreleases.helm.toolkit.fluxcd.io",
    ]);
  });

  test("describe every field of their specs", () => {
    const undescribed = fluxResources.flatMap((resource) =>
      Object.entries(resource.schema.properties?.["spec"]?.properties ?? {})
        .filter(([, node]) => node.description === undefined)
        .map(([name]) => `${resource.kind}.${name}`),
    );
    expect(undescribed).toEqual([]);
  });

  const written: ReadonlyArray<{
    readonly name: string;
    readonly resource: Resource<unknown>;
    readonly spec: JsonValue;
    readonly want: JsonValue;
  }> = [
    {
      name: "a GitRepository's timeout and verification mode",
      resource: GitRepository,
      spec: { url: "https://example.com/a.git", interval: "1m", verify: { secretRef: { name: "keys" } } },
      want: {
        url: "https://example.com/a.git",
        interval: "1m",
        timeout: "60s",
        verify: { secretRef: { name: "keys" }, mode: "HEAD" },
      },
    },
    {
      name: "an OCIRepository's provider, which verification requires",
      resource: OCIRepository,
      spec: { url: "oci://example.com/a", interval: "1m", verify: {} },
      want: {
        url: "oci://example.com/a",
        interval: "1m",
        timeout: "60s",
        provider: "generic",
        verify: { provider: "cosign" },
      },
    },
    {
      name: "a Kustomization's force",
      resource: Kustomization,
      spec: { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "a" } },
      want: { interval: "10m", prune: true, sourceRef: { kind: "GitRepository", name: "a" }, force: false },
    },
  ];
  test.each(written)("fill in $name", ({ resource, spec, want }) => {
    const filled = applyDefaults(resource.schema, { spec });
    expect(filled).toEqual({ spec: want, status: { observedGeneration: -1 } });
    expect(validateSchema(resource.schema, filled)).toEqual([]);
  });

  const refused: ReadonlyArray<{
    readonly name: string;
    readonly resource: Resource<unknown>;
    readonly spec: JsonValue;
    readonly want: readonly string[];
  }> = [
    {
      name: "a scp-like URL",
      resource: GitRepository,
      spec: { url: "git@example.com:a.git", interval: "1m" },
      want: [
        'spec.url: Invalid value: "git@example.com:a.git": spec.url in body should match ' +
          "'^(http|https|ssh)://.*$'",
      ],
    },
    {
      name: "a timeout in hours",
      resource: GitRepository,
      spec: { url: "https://example.com/a.git", interval: "1h", timeout: "1h" },
      want: [
        'spec.timeout: Invalid value: "1h": spec.timeout in body should match ' +
          "'^([0-9]+(\\.[0-9]+)?(ms|s|m))+$'",
      ],
    },
    {
      name: "a source of another kind",
      resource: Kustomization,
      spec: { interval: "1m", sourceRef: { kind: "HelmChart", name: "a" } },
      want: [
        'spec.sourceRef.kind: Unsupported value: "HelmChart": supported values: "OCIRepository", ' +
          '"GitRepository", "Bucket", "ExternalArtifact"',
        "spec.prune: Required value",
      ],
    },
    {
      name: "a long release name",
      resource: HelmRelease,
      spec: { interval: "1m", releaseName: "a".repeat(54) },
      want: ["spec.releaseName: Too long: may not be more than 53 bytes"],
    },
  ];
  test.each(refused)("refuse $name", ({ resource, spec, want }) => {
    expect(validateSchema(resource.schema, { spec }).map(describeFieldError)).toEqual(want);
  });
});

describe("the types of the Flux kinds", () => {
  test("have defaults when read", () => {
    expectTypeOf<GitRepository["spec"]["timeout"]>().toEqualTypeOf<string>();
    expectTypeOf<GitRepository["apiVersion"]>().toEqualTypeOf<"source.toolkit.fluxcd.io/v1">();
    expectTypeOf<NonNullable<GitRepository["status"]>["artifact"]>().toEqualTypeOf<Artifact | undefined>();
    expectTypeOf<Kustomization["spec"]["sourceRef"]["kind"]>().toEqualTypeOf<
      "OCIRepository" | "GitRepository" | "Bucket" | "ExternalArtifact"
    >();
    expectTypeOf<HelmRelease["spec"]["values"]>().toEqualTypeOf<JsonValue | undefined>();
  });

  test("are objects to whoever takes any object", () => {
    expectTypeOf<GitRepository>().toExtend<KubeObject>();
    expectTypeOf<Kustomization>().toExtend<KubeObject>();
    expectTypeOf<HelmRelease>().toExtend<KubeObject>();
  });

  test("ask for no defaults when written", () => {
    type Written = typeof Kustomization extends Resource<infer _Read, infer Write> ? Write : never;
    expectTypeOf<{
      metadata: { name: string };
      spec: { interval: string; prune: boolean; sourceRef: { kind: "Bucket"; name: string } };
    }>().toExtend<Written>();
  });
});
