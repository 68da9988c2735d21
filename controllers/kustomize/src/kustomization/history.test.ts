import { describe, expect, test } from "vitest";
import { withAttempt } from "./history.ts";

const attempt = (digest: string) => ({ digest, durationMs: 1_500, revision: "main@sha1:1" });
const at = (reason: string, second: number) => ({ reason, nowMs: Date.UTC(2030, 0, 1, 0, 0, second) });

describe("withAttempt", () => {
  test("puts a new entry first", () => {
    expect(
      withAttempt([], { ...attempt("sha256:a"), originRevision: "o" }, at("ReconciliationSucceeded", 1)),
    ).toEqual([
      {
        digest: "sha256:a",
        firstReconciled: "2030-01-01T00:00:01Z",
        lastReconciled: "2030-01-01T00:00:01Z",
        lastReconciledDuration: "1.5s",
        lastReconciledStatus: "ReconciliationSucceeded",
        metadata: { revision: "main@sha1:1", originRevision: "o" },
        totalReconciliations: 1,
      },
    ]);
  });

  test("counts the same objects with the same end once more and moves them to the front", () => {
    let history = withAttempt([], attempt("sha256:a"), at("ReconciliationSucceeded", 1));
    history = withAttempt(history, attempt("sha256:b"), at("ReconciliationSucceeded", 2));
    history = withAttempt(history, attempt("sha256:a"), at("ReconciliationSucceeded", 3));
    expect(history.map(({ digest, totalReconciliations }) => [digest, totalReconciliations])).toEqual([
      ["sha256:a", 2],
      ["sha256:b", 1],
    ]);
    expect(history[0]).toMatchObject({
      firstReconciled: "2030-01-01T00:00:01Z",
      lastReconciled: "2030-01-01T00:00:03Z",
    });
  });

  test("keeps the same objects with another end apart", () => {
    const failed = withAttempt([], attempt("sha256:a"), at("HealthCheckFailed", 1));
    expect(withAttempt(failed, attempt("sha256:a"), at("ReconciliationSucceeded", 2))).toHaveLength(2);
  });

  test("keeps five entries", () => {
    const history = ["a", "b", "c", "d", "e", "f"].reduce(
      (before, digest, second) => withAttempt(before, attempt(digest), at("ReconciliationSucceeded", second)),
      withAttempt([], attempt("first"), at("ReconciliationSucceeded", 0)),
    );
    expect(history.map(({ digest }) => digest)).toEqual(["f", "e", "d", "c", "b"]);
  });
});
