import { describe, expect, test } from "vitest";
import { isRemoteFile, parseRepoSpec } from "./repo-spec.ts";

describe("parseRepoSpec", () => {
  test.each([
    ["https://github.com/org/repo", "https://github.com/org/repo", "", ""],
    ["https://github.com/org/repo/deep/path?ref=v1", "https://github.com/org/repo", "deep/path", "v1"],
    ["github.com/org/repo//path", "https://github.com/org/repo", "path", ""],
    ["GitHub.com/org/repo.git/path", "https://github.com/org/repo.git", "path", ""],
    ["github.com:org/repo.git", "https://github.com/org/repo.git", "", ""],
    ["http://github.com/org/repo", "https://github.com/org/repo", "", ""],
    ["git@github.com:org/repo.git/path", "git@github.com:org/repo.git", "path", ""],
    ["git@github.com/org/repo", "git@github.com:org/repo", "", ""],
    ["ssh://git@github.com/org/repo.git", "git@github.com:org/repo.git", "", ""],
    ["ssh://git@host:22/org/repo.git//x", "ssh://git@host:22/org/repo.git", "x", ""],
    ["git@gitlab.example:group/sub/repo.git//x?ref=m", "git@gitlab.example:group/sub/repo.git", "x", "m"],
    ["git::https://host/org/repo//x", "https://host/org/repo", "x", ""],
    ["GIT::ssh://host/org/repo", "ssh://host/org/repo", "", ""],
    [
      "https://user@dev.azure.com/org/proj/_git/repo/x/y",
      "https://user@dev.azure.com/org/proj/_git/repo",
      "x/y",
      "",
    ],
    ["https://host/a/b/c//d/e", "https://host/a/b/c", "d/e", ""],
    ["file:///srv/repo//x", "file:///srv/repo", "x", ""],
    ["file:///srv/repo/x", "file:///srv/repo/x", "", ""],
    ["https://host/org/repo?version=v2", "https://host/org/repo", "", "v2"],
    ["https://host/org/repo?version=v2&ref=v3", "https://host/org/repo", "", "v3"],
    ["https://host/org/repo//?ref=", "https://host/org/repo", "", ""],
    ["https://host/org/repo?ref=a;b", "https://host/org/repo", "", ""],
  ])("reads %s", (raw, cloneUrl, path, ref) => {
    expect(parseRepoSpec(raw)).toMatchObject({ raw, cloneUrl, path, ref });
  });

  test.each([
    "../base",
    "/abs/github.com/org/repo",
    "host.example/org/repo.git",
    "https://host/only",
    "git@host:only",
    "https://",
    "github.com/",
    "https://host/org/repo//../..",
    "https://host/org/repo.git/../x",
    "ftp://host/org/repo",
    "",
  ])("takes %j for no repository", (raw) => {
    expect(parseRepoSpec(raw)).toBeUndefined();
  });

  test.each([
    ["", 27_000, true],
    ["?timeout=61", 61_000, true],
    ["?timeout=1m30s", 90_000, true],
    ["?timeout=0", 27_000, true],
    ["?timeout=-5s", 27_000, true],
    ["?timeout=soon", 27_000, true],
    ["?submodules=false", 27_000, false],
    ["?submodules=0", 27_000, false],
    ["?submodules=no", 27_000, true],
  ])("reads the query %j", (query, timeoutMs, hasSubmodules) => {
    expect(parseRepoSpec(`https://host/org/repo${query}`)).toMatchObject({ timeoutMs, hasSubmodules });
  });
});

describe("isRemoteFile", () => {
  test.each([
    ["https://host/x.yaml", true],
    ["HTTP://host/x", true],
    ["git::https://host/x", false],
    ["./https.yaml", false],
  ])("%s: %s", (path, want) => {
    expect(isRemoteFile(path)).toBe(want);
  });
});
