import { FakeClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import { type BearerToken, ClusterTokens, type ClusterTokensOptions } from "./cluster-tokens.ts";

const MINUTE_MS = 60_000;

/** Tokens by a clock, each made with a number of its own and this lifetime. */
function tokensWith(options: ClusterTokensOptions = {}, lifetimeMs = 60 * MINUTE_MS) {
  const clock = new FakeClock();
  const tokens = new ClusterTokens({ clock, ...options });
  let made = 0;
  const make = (): Promise<BearerToken> => {
    made += 1;
    return Promise.resolve({ token: `t${made}`, expiresAtMs: clock.now() + lifetimeMs });
  };
  return { clock, get: (key = "a") => tokens.get(key, make), tokens, make };
}

describe("the tokens for other clusters", () => {
  test("are used until four fifths of their life are over", async () => {
    const { clock, get } = tokensWith();
    expect(await get()).toBe("t1");
    await clock.advance(48 * MINUTE_MS - 1);
    expect(await get()).toBe("t1");
    await clock.advance(1);
    expect(await get()).toBe("t2");
  });

  test("are used for no longer than they may be kept", async () => {
    const { clock, get } = tokensWith({ maxDurationMs: MINUTE_MS });
    await get();
    await clock.advance(MINUTE_MS);
    expect(await get()).toBe("t2");
  });

  test("are used for an hour at most", async () => {
    const { clock, get } = tokensWith({ maxDurationMs: 600 * MINUTE_MS }, 600 * MINUTE_MS);
    await get();
    await clock.advance(60 * MINUTE_MS);
    expect(await get()).toBe("t2");
  });

  test("are kept by key, the least used going first", async () => {
    const { get } = tokensWith({ maxSize: 2 });
    expect([await get("a"), await get("b"), await get("a"), await get("c")]).toEqual([
      "t1",
      "t2",
      "t1",
      "t3",
    ]);
    expect([await get("a"), await get("b")]).toEqual(["t1", "t4"]);
  });

  test("are made anew each time where none are kept", async () => {
    const { get } = tokensWith({ maxSize: 0 });
    expect([await get(), await get()]).toEqual(["t1", "t2"]);
  });

  test("are made once for all who ask meanwhile", async () => {
    const { get } = tokensWith();
    expect(await Promise.all([get(), get(), get()])).toEqual(["t1", "t1", "t1"]);
  });

  test("that could not be made fail whoever made them, and nobody else", async () => {
    const { get, tokens } = tokensWith();
    const failing = tokens.get("a", () => Promise.reject(new RangeError("gone")));
    const other = get();
    await expect(failing).rejects.toThrow("gone");
    expect(await other).toBe("t1");
  });
});
