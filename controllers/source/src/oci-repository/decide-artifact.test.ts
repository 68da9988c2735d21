import type { Artifact, OCIRepository } from "@weir/api";
import { describe, expect, test } from "vitest";
import { type ArtifactDecision, decideArtifact } from "./decide-artifact.ts";

const stored = { revision: "v1@sha256:a", digest: "sha256:b" } as Artifact;
const verify = { provider: "cosign" } as const;
const verified = (status: "True" | "False", observedGeneration: number) => ({
  type: "SourceVerified",
  status,
  reason: "x",
  message: "",
  observedGeneration,
  lastTransitionTime: "",
});

describe("decideArtifact", () => {
  const cases: readonly {
    readonly name: string;
    readonly spec?: Partial<OCIRepository["spec"]>;
    readonly status?: object;
    readonly stored?: Artifact | undefined;
    readonly revision?: string;
    readonly want: ArtifactDecision;
  }[] = [
    {
      name: "keeps what did not change",
      want: { verifies: false, pulls: undefined },
    },
    {
      name: "pulls what is not stored",
      stored: undefined,
      want: { verifies: false, pulls: "revision" },
    },
    {
      name: "pulls another revision",
      revision: "v1@sha256:b",
      want: { verifies: false, pulls: "revision" },
    },
    {
      name: "pulls again for other rules",
      spec: { ignore: "" },
      want: { verifies: false, pulls: "shape" },
    },
    {
      name: "pulls again for another layer",
      spec: { layerSelector: { mediaType: "a/b" } },
      status: { observedLayerSelector: { mediaType: "c/d" } },
      want: { verifies: false, pulls: "shape" },
    },
    {
      name: "pulls again where no layer is selected any more",
      status: { observedLayerSelector: { mediaType: "c/d" } },
      want: { verifies: false, pulls: "shape" },
    },
    {
      name: "keeps the same layer",
      spec: { layerSelector: { operation: "copy", mediaType: "a/b" } },
      status: { observedLayerSelector: { mediaType: "a/b", operation: "copy" } },
      want: { verifies: false, pulls: undefined },
    },
    {
      name: "verifies another revision",
      spec: { verify },
      status: { conditions: [verified("True", 2)] },
      revision: "v1@sha256:b",
      want: { verifies: true, pulls: "revision" },
    },
    {
      name: "does not verify twice",
      spec: { verify },
      status: { conditions: [verified("True", 2)] },
      want: { verifies: false, pulls: undefined },
    },
    {
      name: "verifies again for another generation",
      spec: { verify },
      status: { conditions: [verified("True", 1)] },
      want: { verifies: true, pulls: undefined },
    },
    {
      name: "verifies again what was not good",
      spec: { verify },
      status: { conditions: [verified("False", 2)] },
      want: { verifies: true, pulls: undefined },
    },
    {
      name: "verifies what never was",
      spec: { verify },
      want: { verifies: true, pulls: undefined },
    },
  ];
  test.each(cases)("$name", ({ spec = {}, status = {}, revision = stored.revision, want, ...row }) => {
    const repository = { metadata: { generation: 2 }, spec: { url: "oci://r/a", ...spec }, status };
    const known = "stored" in row ? row.stored : stored;
    expect(decideArtifact(repository as unknown as OCIRepository, known, revision)).toEqual(want);
  });
});
