import base from "./vitest.config.ts";

/** The suites that run against more than the embedded API. */
export default {
  ...base,
  test: { ...base.test, include: ["**/*.cluster.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
};
