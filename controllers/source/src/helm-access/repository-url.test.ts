import { describe, expect, test } from "vitest";
import { indexUrlOf, parseRepositoryUrl } from "./repository-url.ts";

describe("parseRepositoryUrl", () => {
  test.each([
    ["https://example.com", { url: "https://example.com/" }],
    ["https://example.com/charts//", { url: "https://example.com/charts/" }],
    ["https://example.com/charts?token=x", { url: "https://example.com/charts/?token=x" }],
    ["oci://example.com/charts/", { url: "oci://example.com/charts" }],
    [
      "https://user:p%40ss@example.com/charts",
      { url: "https://example.com/charts/", user: { username: "user", password: "p@ss" } },
    ],
  ])("reads %s", (url, want) => {
    expect(parseRepositoryUrl(url)).toEqual(want);
  });

  test.each([
    [
      "https://user:canary@host:org/charts",
      /^invalid Helm repository URL: parse "https:\/\/host:org\/charts": invalid port/,
    ],
    ["https://exa mple.com", /^invalid Helm repository URL: parse .*: invalid character " " in host name$/],
  ])("refuses %s for good", (url, message) => {
    expect(() => parseRepositoryUrl(url)).toThrow(message);
    expect(() => parseRepositoryUrl(url)).toThrow(expect.objectContaining({ retry: "never" }) as never);
  });
});

test.each([
  ["https://example.com/", "https://example.com/index.yaml"],
  ["https://example.com/charts/", "https://example.com/charts/index.yaml"],
  ["https://example.com/charts/?token=x", "https://example.com/charts/index.yaml?token=x"],
])("the index of %s is at %s", (url, want) => {
  expect(indexUrlOf(url)).toBe(want);
});
