import type { Artifact, GitRepository } from "@weir/api";
import { describe, expect, test } from "vitest";
import { type ArtifactDecision, decideArtifact, isShapeChanged } from "./decide-artifact.ts";

const stored: Artifact = {
  digest: "sha256:aa",
  lastUpdateTime: "2026-01-01T00:00:00Z",
  path: "gitrepository/default/app/1.tar.gz",
  revision: "main@sha1:1",
  url: "http://127.0.0.1:1/gitrepository/default/app/1.tar.gz",
};
const included: Artifact = { ...stored, path: "gitrepository/default/inc/1.tar.gz", digest: "sha256:cc" };

function aRepository(
  spec: Partial<GitRepository["spec"]> = {},
  status: Partial<NonNullable<GitRepository["status"]>> = {},
): GitRepository {
  return {
    metadata: { name: "app", namespace: "default" },
    spec: { url: "http://git/app.git", interval: "1m", ...spec },
    status: { artifact: stored, ...status },
  } as GitRepository;
}

describe("decideArtifact", () => {
  const cases: ReadonlyArray<{
    readonly name: string;
    readonly repository?: GitRepository;
    readonly stored?: Artifact;
    readonly revision?: string;
    readonly included?: readonly Artifact[];
    readonly want: ArtifactDecision;
  }> = [
    {
      name: "keeps the artifact when nothing that shapes it changed",
      want: { kind: "keep", artifact: stored },
    },
    {
      name: "archives again at a new revision",
      revision: "main@sha1:2",
      want: { kind: "archive", because: "revision" },
    },
    {
      name: "archives again when an included artifact changed",
      repository: aRepository({}, { includedArtifacts: [{ ...included, digest: "sha256:dd" }] }),
      included: [included],
      want: { kind: "archive", because: "includes" },
    },
    {
      name: "keeps the artifact when an included one is only served elsewhere",
      repository: aRepository({}, { includedArtifacts: [{ ...included, url: "http://127.0.0.1:2/x" }] }),
      included: [included],
      want: { kind: "keep", artifact: stored },
    },
    {
      name: "archives again when only the ignore rules changed",
      repository: aRepository({ ignore: "/tests" }, { observedIgnore: "/docs" }),
      want: { kind: "archive", because: "shape" },
    },
  ];

  test.each(cases)("$name", ({ repository = aRepository(), revision = "main@sha1:1", ...rest }) => {
    expect(decideArtifact(repository, stored, revision, rest.included ?? [])).toEqual(rest.want);
  });

  test("archives where nothing is stored", () => {
    const want = { kind: "archive", because: "first" };
    expect(decideArtifact(aRepository(), undefined, "main@sha1:1", [])).toEqual(want);
  });
});

describe("isShapeChanged", () => {
  const include = [{ repository: { name: "inc" } }];
  test.each([
    ["nothing is said", aRepository(), false],
    [
      "defaults are said aloud",
      aRepository({ recurseSubmodules: false, include: [], sparseCheckout: [] }),
      false,
    ],
    ["the same is said", aRepository({ include }, { observedInclude: include }), false],
    ["ignore is new", aRepository({ ignore: "" }), true],
    ["ignore is gone", aRepository({}, { observedIgnore: "x" }), true],
    ["submodules are new", aRepository({ recurseSubmodules: true }), true],
    ["submodules are gone", aRepository({}, { observedRecurseSubmodules: true }), true],
    [
      "sparse folders differ",
      aRepository({ sparseCheckout: ["a"] }, { observedSparseCheckout: ["b"] }),
      true,
    ],
    ["includes differ", aRepository({ include }, { observedInclude: [] }), true],
  ] as const)("when %s is %s", (_name, repository, want) => {
    expect(isShapeChanged(repository)).toBe(want);
  });
});
