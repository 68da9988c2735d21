import type { Artifact } from "@weir/api";
import { describe, expect, test } from "vitest";
import { storedMessage } from "./messages.ts";

const source = "org.opencontainers.image.source";
const revision = "org.opencontainers.image.revision";

describe("storedMessage", () => {
  test.each([
    { metadata: undefined, want: "" },
    { metadata: { [source]: "https://git/a" }, want: "" },
    { metadata: { [source]: "https://git/a", [revision]: "" }, want: "" },
    {
      metadata: { [source]: "https://git/a", [revision]: "main@sha1:1" },
      want: ", origin source 'https://git/a', origin revision 'main@sha1:1'",
    },
  ])("tells the origin where all of it is known: $metadata", ({ metadata, want }) => {
    const artifact = { revision: "v1@sha256:a", ...(metadata === undefined ? {} : { metadata }) };
    expect(storedMessage("oci://r/a", artifact as unknown as Artifact)).toBe(
      `stored artifact with revision 'v1@sha256:a' from 'oci://r/a'${want}`,
    );
  });
});
