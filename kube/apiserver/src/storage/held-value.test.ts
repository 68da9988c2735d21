import { describe, expect, test } from "vitest";
import { HeldValue, RecentValues } from "./held-value.ts";
import type { ValueRevisions } from "./storage.ts";

const source = { readValue: ({ modRevision }: ValueRevisions) => Buffer.from(`read ${modRevision}`) };

function valueOf(modRevision: number, bytes: number): HeldValue {
  return new HeldValue({ key: "/a", createRevision: 1, modRevision }, new Uint8Array(bytes));
}

const inMemory = (values: readonly HeldValue[]): readonly number[] =>
  values.filter(({ value }) => !Buffer.from(value).toString().startsWith("read")).map((it) => it.modRevision);

describe("recent values", () => {
  test("are those written last that fit, and the others are read from their source", () => {
    const recent = new RecentValues(source, 100);
    const values = [30, 40, 50, 10].map((bytes, at) => valueOf(at + 2, bytes));
    for (const value of values) recent.add(value);
    expect(inMemory(values)).toEqual([3, 4, 5]);
    expect(Buffer.from(values[0]?.value ?? []).toString()).toBe("read 2");
    expect(values[0]?.size).toBe(30);
  });

  test("hold no value that is larger than all of them may be", () => {
    const recent = new RecentValues(source, 100);
    const values = [valueOf(2, 50), valueOf(3, 101), valueOf(4, 50)];
    for (const value of values) recent.add(value);
    expect(inMemory(values)).toEqual([4]);
  });

  test("come back when they are read again, and not when they are read once", () => {
    const recent = new RecentValues(source, 100);
    const values = Array.from({ length: 4 }, (_, at) => valueOf(at + 2, 50));
    for (const value of values) recent.add(value);
    const [first, second] = values;
    const once = first?.value;
    expect(first?.value).not.toBe(once);
    expect(first?.value).toBe(first?.value);
    expect(second?.value).not.toBe(second?.value);
  });

  test("stay bounded over many writes", () => {
    const recent = new RecentValues(source, 100);
    const values = Array.from({ length: 10_000 }, (_, at) => valueOf(at, 10));
    for (const value of values) recent.add(value);
    expect(inMemory(values)).toEqual(Array.from({ length: 10 }, (_, at) => 9_990 + at));
  });
});
