import { describeError } from "@weir/core";
import { type SocksServerOptions, startSocksServer } from "@weir/testkit";
import { describe, expect, test } from "vitest";
import { createNodeSender, RegistryClient, serveRegistry } from "../src/index.ts";

const login = { username: "u", password: "canary" };

async function pingBy(
  options: SocksServerOptions,
  given: Partial<typeof login> = {},
): Promise<{ readonly problem?: string; readonly targets: readonly string[] }> {
  await using server = await serveRegistry();
  await using proxy = await startSocksServer(options);
  using sender = createNodeSender({ proxy: { address: proxy.url, ...given } });
  const client = new RegistryClient({ sender, access: "plain" });
  const registry = server.registry.replace("127.0.0.1", "registry.test");
  try {
    await client.ping(registry);
    return { targets: proxy.targets.map((target) => target.replace(/\d+$/, "")) };
  } catch (error) {
    return { problem: describeError(error), targets: proxy.targets };
  }
}

describe("a SOCKS proxy", () => {
  test.each([
    { name: "without a password", options: {}, given: {} },
    { name: "with a password", options: { login }, given: login },
    { name: "that needs none of the password that we have", options: {}, given: login },
    { name: "that answers byte by byte", options: { login, isSlow: true }, given: login },
  ])("leads to a registry, whose name it looks up: $name", async ({ options, given }) => {
    expect(await pingBy(options, given)).toEqual({ targets: ["registry.test:"] });
  });

  test.each([
    {
      name: "wants a password",
      options: { login },
      given: {},
      want: "no acceptable authentication methods",
    },
    {
      name: "wants another password",
      options: { login },
      given: { username: "u", password: "wrong" },
      want: "username/password authentication failed",
    },
    { name: "refuses", options: { refuses: 2 }, given: {}, want: "connection not allowed by ruleset" },
    { name: "is unclear", options: { refuses: 99 }, given: {}, want: "unknown code: 99" },
    {
      name: "speaks HTTP",
      options: { greeting: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") },
      given: {},
      want: "the proxy speaks another version of SOCKS",
    },
    {
      name: "ends at once",
      options: { greeting: Buffer.from([5]) },
      given: {},
      want: "the proxy closed the connection",
    },
  ])("is named as what failed when it $name", async ({ options, given, want }) => {
    const { problem } = await pingBy(options, given);
    expect(problem).toMatch(/^Get "http:\/\/registry.test:\d+\/v2\/": socks connect tcp: /);
    expect(problem?.endsWith(want)).toBe(true);
    expect(problem).not.toContain("canary");
  });

  test("that is not there is named", async () => {
    using sender = createNodeSender({ proxy: { address: "socks5://127.0.0.1:1" } });
    const client = new RegistryClient({ sender, access: "plain" });
    await expect(client.ping("127.0.0.1:9")).rejects.toMatchObject({
      cause: { message: "socks connect tcp: dial tcp 127.0.0.1:1: connect: connection refused" },
    });
  });
});
