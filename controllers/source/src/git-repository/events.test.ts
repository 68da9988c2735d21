import type { Artifact, GitRepository } from "@weir/api";
import type { ReconcileEvent } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceEvents } from "./events.ts";

const artifact: Artifact = {
  digest: "sha256:aa",
  lastUpdateTime: "2026-01-01T00:00:00Z",
  path: "gitrepository/default/app/1.tar.gz",
  revision: "main@sha1:1",
  url: "http://127.0.0.1:1/gitrepository/default/app/1.tar.gz",
};
const annotations = {
  "source.toolkit.fluxcd.io/revision": "main@sha1:1",
  "source.toolkit.fluxcd.io/digest": "sha256:aa",
};
const unchanged = {
  reason: "GitOperationSucceeded",
  message: "no changes since last reconciliation: observed revision 'main@sha1:1'",
};

function eventsOf(status: object, say: (events: SourceEvents) => void): readonly ReconcileEvent[] {
  const said: ReconcileEvent[] = [];
  const repository = { metadata: { name: "app" }, status } as unknown as GitRepository;
  say(new SourceEvents(repository, { event: (event) => said.push(event) }));
  return said;
}

function failedWith(type: string): object {
  return { artifact, conditions: [{ type, status: "True", reason: "X", message: "" }] };
}

describe("SourceEvents", () => {
  test.each([
    {
      name: "names the subject of a new artifact's commit",
      status: {},
      say: (events: SourceEvents) => events.stored(artifact, "fix"),
      want: [{ reason: "NewArtifact", message: "stored artifact for commit 'fix'", annotations }],
    },
    {
      name: "says nothing of an artifact with the bytes of the last one",
      status: { artifact },
      say: (events: SourceEvents) => events.stored(artifact, "fix"),
      want: [],
    },
    {
      name: "says that the same bytes are stored after a failure",
      status: failedWith("StorageOperationFailed"),
      say: (events: SourceEvents) => events.stored(artifact, "fix"),
      want: [{ reason: "Succeeded", message: "stored artifact for commit 'fix'", annotations }],
    },
    {
      name: "says that nothing changed",
      status: { artifact },
      say: (events: SourceEvents) => events.unchanged("main@sha1:1"),
      want: [unchanged],
    },
    {
      name: "says first that it recovered where nothing changed after a failure",
      status: failedWith("FetchFailed"),
      say: (events: SourceEvents) => events.unchanged("main@sha1:1"),
      want: [
        { reason: "Succeeded", message: "stored artifact for commit 'main@sha1:1'", annotations },
        unchanged,
      ],
    },
    {
      name: "counts what was collected",
      status: {},
      say: (events: SourceEvents) => events.collected(2),
      want: [{ reason: "GarbageCollectionSucceeded", message: "garbage collected 2 artifacts" }],
    },
    {
      name: "says nothing where nothing was collected",
      status: {},
      say: (events: SourceEvents) => events.collected(0),
      want: [],
    },
  ])("$name", ({ status, say, want }) => {
    expect(eventsOf(status, say)).toEqual(want);
  });
});
