import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SortedKeys } from "./sorted-keys.ts";

fc.configureGlobal({ seed: 1 });

/** Few letters, so that prefixes and repetitions are common. */
const key = fc.string({ unit: fc.constantFrom("a", "b", "/", "\uffff", "😀"), maxLength: 6 });

function model(keys: ReadonlySet<string>, prefix: string, after: string | undefined): readonly string[] {
  const sorted = [...keys].filter((each) => each.startsWith(prefix)).sort(byUnits);
  return after === undefined ? sorted : sorted.filter((each) => each > after);
}

function byUnits(left: string, right: string): number {
  return left < right ? -1 : 1;
}

describe("SortedKeys", () => {
  test("agrees with a sorted list of a set, whatever is added, deleted and asked for", () => {
    const change = fc.record({ key, isAdded: fc.boolean() });
    const question = fc.record({ prefix: key, after: fc.option(key, { nil: undefined }), limit: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(change), fc.array(question, { minLength: 1 }), (changes, questions) => {
        const keys = new SortedKeys();
        const set = new Set<string>();
        for (const { key: changed, isAdded } of changes) {
          if (isAdded) keys.add(changed);
          else keys.delete(changed);
          if (isAdded) set.add(changed);
          else set.delete(changed);
        }
        for (const { prefix, after, limit } of questions) {
          const want = model(set, prefix, after);
          expect(keys.window(prefix, after, limit)).toEqual({
            keys: want.slice(0, limit),
            remaining: Math.max(0, want.length - limit),
          });
        }
      }),
    );
  });

  test("keeps its order over many chunks, filled from both ends and the middle", () => {
    const keys = new SortedKeys();
    const name = (at: number): string => String(at).padStart(6, "0");
    const all = Array.from({ length: 5000 }, (_, at) => (at * 2579) % 5000);
    for (const at of all) keys.add(name(at));
    expect(keys.window("", undefined, Number.POSITIVE_INFINITY).keys).toEqual(
      Array.from({ length: 5000 }, (_, at) => name(at)),
    );
    for (const at of all.slice(0, 4000)) keys.delete(name(at));
    const left = all.slice(4000).map(name).sort(byUnits);
    expect(keys.window("", undefined, 10)).toEqual({ keys: left.slice(0, 10), remaining: 990 });
  });
});
