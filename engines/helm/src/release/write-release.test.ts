import { describe, expect, test } from "vitest";
import { recordTime } from "./record-time.ts";
import type { Release } from "./release.ts";
import { writeRelease } from "./write-release.ts";

const release: Release = {
  name: "app",
  namespace: "apps",
  version: 2,
  info: {
    lastDeployed: "2026-01-02T03:04:05Z",
    description: "a <b> & c\u2028",
    status: "deployed",
    notes: "",
  },
  chart: {
    metadata: { version: "1.0.0", name: "c", annotations: { b: "1", a: "2" } },
    lock: null,
    templates: [{ name: "templates/a.yaml", data: "YQ==" }],
    values: { "10": 1, "9": { b: null, a: [1.5, 12345678901234567890n] } },
    schema: null,
    schemamodtime: "0001-01-01T00:00:00Z",
    files: null,
  },
  config: {},
  manifest: "",
  hooks: [
    {
      name: "h",
      kind: "Job",
      path: "c/templates/h.yaml",
      manifest: "kind: Job",
      events: ["pre-install"],
      lastRun: { phase: "" },
      weight: 0,
      deletePolicies: [],
      outputLogPolicies: [],
    },
  ],
  applyMethod: undefined,
  labels: { team: "a" },
};

describe("writeRelease", () => {
  test("writes fields in the order of helm's structs, maps by their keys, and leaves out what is empty", () => {
    expect(writeRelease(release)).toBe(
      '{"name":"app","info":{"last_deployed":"2026-01-02T03:04:05Z","description":"a \\u003cb\\u003e \\u0026 c\\u2028","status":"deployed"},' +
        '"chart":{"metadata":{"version":"1.0.0","name":"c","annotations":{"a":"2","b":"1"}},"lock":null,' +
        '"templates":[{"name":"templates/a.yaml","data":"YQ=="}],' +
        '"values":{"10":1,"9":{"a":[1.5,12345678901234567890],"b":null}},"schema":null,' +
        '"schemamodtime":"0001-01-01T00:00:00Z","files":null},' +
        '"hooks":[{"name":"h","kind":"Job","path":"c/templates/h.yaml","manifest":"kind: Job","events":["pre-install"],"last_run":{"phase":""}}],' +
        '"version":2,"namespace":"apps"}',
    );
  });
});

describe("recordTime", () => {
  const cases = [
    { at: "2026-01-02T03:04:05.000Z", want: "2026-01-02T03:04:05Z" },
    { at: "2026-01-02T03:04:00.000Z", want: "2026-01-02T03:04:00Z" },
    { at: "2026-01-02T03:04:05.120Z", want: "2026-01-02T03:04:05.12Z" },
    { at: "2026-01-02T03:04:05.100Z", want: "2026-01-02T03:04:05.1Z" },
  ];
  test.each(cases)("writes $at as Go does", ({ at, want }) => {
    expect(recordTime(Date.parse(at))).toBe(want);
  });
});
