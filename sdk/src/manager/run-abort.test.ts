import { describe, expect, test, vi } from "vitest";
import { RunAbort } from "./run-abort.ts";

describe("the abort of a run", () => {
  test("reaches a signal that was asked for before, and one that is asked for later", () => {
    const [early, late] = [new RunAbort(), new RunAbort()];
    const { signal } = early;
    early.abort("over");
    late.abort("over");
    expect([signal.reason, late.signal.reason]).toEqual(["over", "over"]);
    expect(late.signal).toBe(late.signal);
  });

  test("tells who listens, once, and nobody who went", () => {
    const abort = new RunAbort();
    const [stays, goes, comesLate] = [vi.fn(), vi.fn(), vi.fn()];
    abort.onAbort(stays);
    abort.onAbort(goes)();
    abort.abort("first");
    abort.abort("second");
    abort.onAbort(comesLate);
    expect([stays.mock.calls, goes.mock.calls, comesLate.mock.calls]).toEqual([[["first"]], [], [["first"]]]);
  });
});
