import { describe, expect, test } from "vitest";
import { parseProxy } from "./parse-proxy.ts";

describe("parseProxy", () => {
  test.each([
    [{ address: "http://proxy:3128" }, { address: "http://proxy:3128" }],
    [
      { address: "https://proxy:3128/", username: "u", password: "p" },
      { address: "https://proxy:3128", username: "u", password: "p" },
    ],
    [
      { address: "http://proxy:3128", username: "u" },
      { address: "http://proxy:3128", username: "u", password: "" },
    ],
    [
      { address: "socks5://a:b%40c@proxy:1080" },
      { address: "socks5://proxy:1080", username: "a", password: "b@c" },
    ],
    [
      { address: "http://a:b@proxy:3128", username: "u", password: "p" },
      { address: "http://proxy:3128", username: "u", password: "p" },
    ],
  ])("reads %j", (data, proxy) => {
    expect(parseProxy(new Map(Object.entries(data)))).toEqual({ kind: "proxy", proxy });
  });

  const schemes = "proxy URL must use one of the supported schemes (http, https, socks5), got";
  test.each([
    [{}, "key 'address' not found"],
    [{ address: "" }, "proxy address is empty"],
    [{ address: `http://${"x".repeat(2048)}` }, "proxy URL exceeds maximum length of 2048 characters"],
    [{ address: "ftp://u:canary@proxy" }, `${schemes} 'ftp'`],
    [{ address: "127.0.0.1:3128" }, `${schemes} ''`],
    [
      { address: "http://u:canary@proxy:x" },
      `failed to parse proxy address 'http://proxy:x': parse "http://proxy:x": invalid port ":x" after host`,
    ],
  ])("refuses %j", (data, problem) => {
    expect(parseProxy(new Map(Object.entries(data)))).toEqual({ kind: "invalid", problem });
  });
});
