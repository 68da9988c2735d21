import type { Kustomization } from "@weir/api";
import type { Source } from "@weir/consumer";
import type { Outcome } from "@weir/core";
import { describe, expect, test } from "vitest";
import { aKustomization } from "../../test/a-kustomization.ts";
import { resolveOptions } from "../kustomization/controller-options.ts";
import { observeSource } from "./observe-source.ts";

const artifact = {
  revision: "main@sha1:1",
  digest: "sha256:a",
  url: "http://a",
  path: "a",
  lastUpdateTime: "x",
};
const source = (status: Source["status"]): Source =>
  ({
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: "GitRepository",
    metadata: { name: "app" },
    status,
  }) as Source;
interface Case {
  readonly name: string;
  readonly read: () => Source | undefined;
  readonly kind?: Kustomization["spec"]["sourceRef"]["kind"];
  readonly refuses?: boolean;
  readonly want: Outcome;
}

const options = resolveOptions({ requeueDependencyMs: 5_000 });

describe("observeSource", () => {
  test("gives the artifact of the source", () => {
    const step = observeSource(aKustomization(), () => source({ artifact }), options);
    expect(step).toEqual({ kind: "next", value: artifact });
  });

  const cases: readonly Case[] = [
    {
      name: "a source that is missing",
      read: () => undefined,
      want: {
        kind: "waiting",
        reason: "ArtifactFailed",
        message: 'GitRepository.source.toolkit.fluxcd.io "app" not found',
        recheckAfterMs: 600_000,
      },
    },
    {
      name: "a source without an artifact",
      read: () => source({}),
      want: {
        kind: "waiting",
        reason: "ArtifactFailed",
        message: "Source artifact not found, retrying in 5s",
        recheckAfterMs: 5_000,
      },
    },
    {
      name: "a source in another namespace, where that is refused",
      read: () => source({ artifact }),
      refuses: true,
      want: {
        kind: "stalled",
        reason: "AccessDenied",
        message: "can't access 'GitRepository/other/app', cross-namespace references have been blocked",
      },
    },
    {
      name: "an ExternalArtifact, where those are not allowed",
      read: () => source({ artifact }),
      kind: "ExternalArtifact",
      want: {
        kind: "stalled",
        reason: "AccessDenied",
        message: "can't access 'ExternalArtifact/apps/app', ExternalArtifact feature gate is disabled",
      },
    },
  ];
  test.each(cases)("ends the run for $name", ({ read, want, refuses = false, kind = "GitRepository" }) => {
    const sourceRef = { kind, name: "app", ...(refuses ? { namespace: "other" } : {}) };
    const kustomization = aKustomization({ spec: { sourceRef } });
    const step = observeSource(kustomization, read, { ...options, noCrossNamespaceRefs: refuses });
    expect(step).toEqual({ kind: "halt", outcome: want });
  });
});
