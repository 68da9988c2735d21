import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FakeClock, walkTree } from "@weir/core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckoutCache, type CheckoutCacheBudgets } from "./checkout-cache.ts";
import type { CheckoutKey } from "./kept-checkout.ts";
import { DamagedCheckoutError } from "./remote-error.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 0, 2);

function keyFor(digit: string): CheckoutKey {
  return { url: "https://example.com/app.git", commit: digit.repeat(40), hasSubmodules: true };
}

const KEY = keyFor("a");
const notDamaged = (): void => expect.unreachable("the checkout is said to be damaged");

describe("CheckoutCache", () => {
  let folder: string;
  let clock: FakeClock;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "weir-cache-"));
    clock = new FakeClock(START_MS);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const kept = (): string => join(folder, "kept");
  const names = (): readonly string[] => (existsSync(kept()) ? readdirSync(kept()) : []);
  const cacheOf = (budgets: CheckoutCacheBudgets = {}): CheckoutCache =>
    new CheckoutCache(kept(), clock, budgets);
  const checkout = (files: Readonly<Record<string, string>>): string => {
    const directory = mkdtempSync(join(folder, "checkout-"));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      if (text.startsWith("-> ")) symlinkSync(text.slice(3), join(directory, path));
      else writeFileSync(join(directory, path), text);
    }
    return directory;
  };

  test("gives back files, folders and links, without what git keeps for itself", async () => {
    const cache = cacheOf();
    const directory = checkout({
      ".git/config": "secret",
      "base/k.yaml": "k",
      "base/empty": "",
      "link.yaml": "-> base/k.yaml",
      folder: "-> base",
      out: "-> ../../etc/passwd",
      "sub/.git": "gitdir: x",
    });
    expect(await cache.keep(KEY, directory)).toBe(true);
    rmSync(directory, { recursive: true });
    using found = await cache.find(KEY, notDamaged);
    const { tree } = found ?? expect.unreachable();
    const files = [...walkTree(tree, "")].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(files)).toEqual({
      "base/empty": "",
      "base/k.yaml": "k",
      "folder/empty": "",
      "folder/k.yaml": "k",
      "link.yaml": "k",
      "sub/.git": "gitdir: x",
    });
    expect(tree.resolveLinks("folder/k.yaml")).toEqual({ kind: "file", path: "base/k.yaml" });
    expect(tree.resolveLinks("out").kind).toBe("outside");
    expect(tree.read("out")).toBeUndefined();
    expect(tree.list("nowhere")).toBeUndefined();
  });

  test("is for the person alone", async () => {
    await cacheOf().keep(KEY, checkout({ a: "a" }));
    const [name = ""] = names();
    expect(statSync(kept()).mode & 0o777).toBe(0o700);
    expect(statSync(join(kept(), name)).mode & 0o777).toBe(0o600);
  });

  test.each([
    { name: "another commit", other: { commit: "b".repeat(40) } },
    { name: "another repository", other: { url: "https://example.com/other.git" } },
    { name: "submodules or none", other: { hasSubmodules: false } },
  ])("tells checkouts apart by $name", async ({ other }) => {
    const cache = cacheOf();
    await cache.keep(KEY, checkout({ a: "a" }));
    expect(await cache.find({ ...KEY, ...other }, notDamaged)).toBeUndefined();
  });

  test("is empty where there is no folder, and keeps nothing where there can be none", async () => {
    writeFileSync(kept(), "a file");
    expect(await cacheOf().find(KEY, notDamaged)).toBeUndefined();
    expect(await cacheOf().keep(KEY, checkout({ a: "a" }))).toBe(false);
  });

  test.each([
    { name: "empty", damage: (path: string) => truncateSync(path, 0) },
    { name: "cut short", damage: (path: string) => truncateSync(path, statSync(path).size - 1) },
    { name: "something else", damage: (path: string) => writeFileSync(path, "x".repeat(1000)) },
    {
      name: "of another index",
      damage: (path: string) => {
        const bytes = readFileSync(path);
        bytes.write("z", bytes.indexOf('"a"') + 1, "latin1");
        writeFileSync(path, bytes);
      },
    },
  ])("finds nothing where the file is $name", async ({ damage }) => {
    const cache = cacheOf();
    await cache.keep(KEY, checkout({ a: "content" }));
    damage(join(kept(), names()[0] ?? ""));
    expect(await cache.find(KEY, notDamaged)).toBeUndefined();
  });

  test("says where a file is not what it was, and gives no byte of it", async () => {
    const cache = cacheOf();
    await cache.keep(KEY, checkout({ a: "content", b: "other" }));
    const path = join(kept(), names()[0] ?? "");
    const bytes = readFileSync(path);
    bytes.write("CONTENT", bytes.indexOf("content"), "latin1");
    writeFileSync(path, bytes);
    let damages = 0;
    using found = await cache.find(KEY, () => void (damages += 1));
    expect(() => found?.tree.read("a")).toThrow(DamagedCheckoutError);
    expect(damages).toBe(1);
    expect(Buffer.from(found?.tree.read("b") ?? []).toString()).toBe("other");
  });

  test("lets who has a checkout open read on when it is taken away", async () => {
    const cache = cacheOf();
    await cache.keep(KEY, checkout({ a: "content" }));
    using found = await cache.find(KEY, notDamaged);
    await cache.drop(KEY);
    expect(names()).toEqual([]);
    expect(Buffer.from(found?.tree.read("a") ?? []).toString()).toBe("content");
  });

  test("gives whole checkouts to processes that keep and find the same one at once", async () => {
    const files = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`f${at}`, `${at}`.repeat(1000)]));
    const directory = checkout(files);
    const seen = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const cache = cacheOf();
        expect(await cache.keep(KEY, directory)).toBe(true);
        using found = await cache.find(KEY, notDamaged);
        return [...walkTree((found ?? expect.unreachable()).tree, "")].length;
      }),
    );
    expect(seen).toEqual(Array.from({ length: 8 }, () => 50));
    expect(names()).toHaveLength(1);
  });

  test.each<{ readonly name: string; readonly budgets: CheckoutCacheBudgets }>([
    { name: "as many as it may", budgets: { checkouts: 2 } },
    { name: "as many bytes as it may", budgets: { bytes: 3000 } },
  ])("keeps $name, and those that were used last", async ({ budgets }) => {
    const cache = cacheOf(budgets);
    for (const digit of ["1", "2"]) {
      await cache.keep(keyFor(digit), checkout({ a: digit.repeat(1000) }));
      clock.advance(HOUR_MS);
    }
    // The first one is used again, so the second one goes.
    (await cache.find(keyFor("1"), notDamaged))?.[Symbol.dispose]();
    clock.advance(HOUR_MS);
    await cache.keep(keyFor("3"), checkout({ a: "3".repeat(1000) }));
    const isKept = async (digit: string): Promise<boolean> => {
      using found = await cache.find(keyFor(digit), notDamaged);
      return found !== undefined;
    };
    expect([await isKept("1"), await isKept("2"), await isKept("3")]).toEqual([true, false, true]);
  });

  test.each<{ readonly name: string; readonly budgets: CheckoutCacheBudgets }>([
    { name: "bytes", budgets: { checkoutBytes: 9 } },
    { name: "files", budgets: { checkoutEntries: 1 } },
  ])("does not keep one of too many $name", async ({ budgets }) => {
    expect(await cacheOf(budgets).keep(KEY, checkout({ a: "12345", b: "12345" }))).toBe(false);
    expect(names()).toEqual([]);
  });

  test("clears what another process left unfinished, a day later", async () => {
    const cache = cacheOf();
    mkdirSync(kept());
    for (const [name, age] of [
      ["old", 25 * HOUR_MS],
      ["fresh", HOUR_MS],
    ] as const) {
      const path = join(kept(), `${name}.new`);
      writeFileSync(path, "");
      utimesSync(path, (START_MS - age) / 1000, (START_MS - age) / 1000);
    }
    await cache.keep(KEY, checkout({ a: "a" }));
    expect(names().filter((name) => name.endsWith(".new"))).toEqual(["fresh.new"]);
  });
});
