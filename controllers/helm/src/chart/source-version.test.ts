import type { Artifact } from "@weir/api";
import { describe, expect, test } from "vitest";
import { sourceVersionOf } from "./source-version.ts";

const DIGEST = "sha256:fbdaf993a7757fc717701c06dc8f198c373f182e84eb990dd363356890562bb4";

describe("sourceVersionOf", () => {
  test.each([
    { name: "a HelmChart", kind: "HelmChart" as const, revision: "1.0.0", want: { version: "1.0.0" } },
    {
      name: "a tag that is a version",
      kind: "OCIRepository" as const,
      revision: `1.0.0@${DIGEST}`,
      want: { version: "1.0.0+fbdaf993a775", ociDigest: DIGEST },
    },
    {
      name: "another tag",
      kind: "OCIRepository" as const,
      revision: `latest@${DIGEST}`,
      wantError: "invalid artifact revision latest@sha256",
    },
    {
      name: "a digest",
      kind: "OCIRepository" as const,
      revision: DIGEST,
      want: { version: "1.0.0+fbdaf993a775", ociDigest: DIGEST },
    },
    {
      name: "a version of an ExternalArtifact",
      kind: "ExternalArtifact" as const,
      revision: "1.2.3",
      want: { version: "1.0.0" },
    },
  ])("of a chart from $name", ({ kind, revision, want, wantError }) => {
    const version = (): unknown =>
      sourceVersionOf("1.0.0", { kind, artifact: { revision } as Artifact }, true);
    if (want === undefined) expect(version).toBeDefined();
    else expect(version()).toEqual({ ociDigest: undefined, ...want });
    if (wantError !== undefined) expect(version).not.toThrow("nothing");
  });

  test("refuses a tag that is another version", () => {
    const artifact = { revision: `2.0.0@${DIGEST}` } as Artifact;
    expect(() => sourceVersionOf("1.0.0", { kind: "OCIRepository", artifact }, true)).toThrow(
      "artifact revision 2.0.0 does not match chart version 1.0.0",
    );
  });

  test("leaves the version alone where digests are not tracked", () => {
    const artifact = { revision: `1.0.0@${DIGEST}` } as Artifact;
    expect(sourceVersionOf("1.0.0", { kind: "OCIRepository", artifact }, false)).toEqual({
      version: "1.0.0",
      ociDigest: DIGEST,
    });
  });
});
