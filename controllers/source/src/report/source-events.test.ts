import type { Artifact } from "@weir/api";
import type { ReconcileEvent } from "@weir/sdk";
import { describe, expect, test } from "vitest";
import { SourceEvents, type SourceHistory } from "./source-events.ts";

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

function eventsOf(
  status: NonNullable<SourceHistory["status"]>,
  say: (events: SourceEvents) => void,
): readonly ReconcileEvent[] {
  const said: ReconcileEvent[] = [];
  say(new SourceEvents({ status }, { event: (event) => said.push(event) }));
  return said;
}

function failedWith(type: string): NonNullable<SourceHistory["status"]> {
  return { artifact, conditions: [{ type, status: "True", reason: "X", message: "" }] };
}

describe("SourceEvents", () => {
  test.each([
    {
      name: "says what is stored anew",
      status: {},
      say: (events: SourceEvents) => events.stored(artifact, "stored it"),
      want: [{ reason: "NewArtifact", message: "stored it", annotations }],
    },
    {
      name: "says nothing of an artifact with the bytes of the last one",
      status: { artifact },
      say: (events: SourceEvents) => events.stored(artifact, "stored it"),
      want: [],
    },
    {
      name: "says that the same bytes are stored after a failure",
      status: failedWith("StorageOperationFailed"),
      say: (events: SourceEvents) => events.stored(artifact, "stored it"),
      want: [{ reason: "Succeeded", message: "stored it", annotations }],
    },
    {
      name: "takes a kind's own reasons",
      status: failedWith("BuildFailed"),
      say: (events: SourceEvents) => events.stored(artifact, "pulled it", { new: "A", again: "B" }),
      want: [{ reason: "B", message: "pulled it", annotations }],
    },
    {
      name: "says that it recovered where nothing changed after a failure",
      status: failedWith("FetchFailed"),
      say: (events: SourceEvents) => events.recovered(artifact, "stored it"),
      want: [{ reason: "Succeeded", message: "stored it", annotations }],
    },
    {
      name: "does not speak of a recovery without a failure",
      status: { artifact },
      say: (events: SourceEvents) => events.recovered(artifact, "stored it"),
      want: [],
    },
    {
      name: "says that there is nothing newer",
      status: { artifact },
      say: (events: SourceEvents) => events.upToDate("1.0.0"),
      want: [{ reason: "ArtifactUpToDate", message: "artifact up-to-date with remote revision: '1.0.0'" }],
    },
  ])("$name", ({ status, say, want }) => {
    expect(eventsOf(status, say)).toEqual(want);
  });
});
