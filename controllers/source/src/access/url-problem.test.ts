import { describe, expect, test } from "vitest";
import { urlProblem } from "./url-problem.ts";

describe("urlProblem", () => {
  test.each([
    ["https://example.com/app.git", undefined],
    ["ssh://git@example.com:22/app.git", undefined],
    ["ssh://git@[::1]:22/app.git", undefined],
    ["https://example.com:/app.git?x#y", undefined],
    ["ssh://git@example.com:org/app.git", 'invalid port ":org" after host'],
    ["http://[x/app.git", "missing ']' in host"],
    ["http://[::1]x/app.git", 'invalid port "x" after host'],
    ["https://exa mple.com/app.git", 'invalid character " " in host name'],
    ["https://us er@example.com/app.git", "net/url: invalid userinfo"],
    ["https://example.com/%zz.git", 'invalid URL escape "%zz"'],
    ["https://example.com/app.git\n", "net/url: invalid control character in URL"],
  ])("of %j is %j", (url, want) => {
    expect(urlProblem(url)).toBe(want);
  });
});
