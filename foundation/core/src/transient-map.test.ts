import { describe, expect, it } from "vitest";

import { TransientMap } from "./transient-map.ts";

describe("a transient map", () => {
  it("holds what was set last", () => {
    const map = new TransientMap<number>().set("a", 1).set("b", 2).set("a", 3);
    expect([map.size, map.get("a"), map.get("b"), map.get("c")]).toEqual([2, 3, 2, undefined]);
    expect(map.entries()).toEqual([
      ["a", 3],
      ["b", 2],
    ]);
  });

  it("forgets what is deleted, once", () => {
    const map = new TransientMap<number>().set("a", 1);
    expect([map.delete("a"), map.delete("a"), map.size, map.has("a")]).toEqual([true, false, 0, false]);
  });

  it.each(["__proto__", "constructor", "toString", "0", ""])("takes %j for a key like any other", (key) => {
    const map = new TransientMap<number | undefined>();
    expect([map.has(key), map.get(key)]).toEqual([false, undefined]);
    map.set(key, undefined);
    expect([map.has(key), map.size, map.values()]).toEqual([true, 1, [undefined]]);
    map.clear();
    expect([map.has(key), map.size]).toEqual([false, 0]);
  });
});
