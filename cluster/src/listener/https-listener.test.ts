import { once } from "node:events";
import { connect } from "node:net";
import { silentLogger, systemClock } from "@weir/core";
import { expect, test } from "vitest";
import { createAuthority } from "./certificate.ts";
import { listenHttps } from "./https-listener.ts";

test("a listener closes although somebody has not ended their handshake", async () => {
  const identity = createAuthority("test", systemClock.now()).issue({
    dns: ["localhost"],
    ips: ["127.0.0.1"],
  });
  const handle = async (): Promise<never> => Promise.reject(new TypeError("nobody asks"));
  const options = { host: "127.0.0.1", port: 0, identity, handle, logger: silentLogger };
  const listener = await listenHttps(options);
  const { port } = new URL(listener.url);
  const client = connect(Number(port), "127.0.0.1");
  await once(client, "connect");
  const hungUp = once(client, "close");
  client.resume();
  await listener[Symbol.asyncDispose]();
  expect(await hungUp).toEqual([false]);
});
