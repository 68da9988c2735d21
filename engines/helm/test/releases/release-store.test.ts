import { gzipSync } from "node:zlib";
import { FakeClock } from "@weir/core";
import { isApiError } from "@weir/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createReleaseStore,
  type Release,
  ReleaseExistsError,
  type ReleaseStatus,
  ReleaseStoreError,
  withStatus,
} from "../../src/index.ts";
import { NAMESPACE, type ReleaseWorld, startWorld } from "./release-world.ts";

const SECRETS = { group: "", version: "v1", kind: "Secret" };
const NOW = Date.parse("2026-01-02T03:04:05.120Z");

interface RecordSecret {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

let world: ReleaseWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

function storeOf() {
  return createReleaseStore(world.client, { namespace: NAMESPACE, clock: new FakeClock(NOW) });
}

function aRelease(name: string, version = 1, status: ReleaseStatus = "deployed"): Release {
  return {
    name,
    namespace: NAMESPACE,
    version,
    info: {
      firstDeployed: "2026-01-02T03:04:05.12Z",
      lastDeployed: "2026-01-02T03:04:05.12Z",
      description: "Install <complete>",
      status,
      notes: "",
    },
    chart: {
      metadata: { name: "c", version: "1.0.0" },
      lock: null,
      templates: null,
      values: { b: 1, a: null },
    },
    config: { z: 1, a: "<&>" },
    manifest: "---\n# Source: c/templates/a.yaml\nkind: A\n",
    hooks: [],
    applyMethod: "ssa",
    labels: {},
  };
}

async function secretOf(name: string, version = 1): Promise<RecordSecret> {
  const key = { namespace: NAMESPACE, name: `sh.helm.release.v1.${name}.v${version}` };
  return (await world.client.get(SECRETS, key)) as unknown as RecordSecret;
}

/** A record as somebody else wrote it. */
async function putRecord(
  name: string,
  record: Uint8Array,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const release = Buffer.from(Buffer.from(record).toString("base64")).toString("base64");
  await world.client.create(SECRETS, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${name}.v1`,
      namespace: NAMESPACE,
      labels: { name, owner: "helm", version: "1", status: "deployed", ...labels },
    },
    type: "helm.sh/release.v1",
    data: { release },
  });
}

describe("a new record", () => {
  test("is a Secret of helm's type with helm's labels", async () => {
    await storeOf().create({ ...aRelease("new"), labels: { team: "a" } });
    const { type, metadata } = await secretOf("new");
    expect(type).toBe("helm.sh/release.v1");
    expect(metadata.labels).toEqual({
      createdAt: "1767323045",
      name: "new",
      owner: "helm",
      status: "deployed",
      team: "a",
      version: "1",
    });
  });

  test("is read as it was written", async () => {
    const release = { ...aRelease("same"), labels: { team: "a" } };
    await storeOf().create(release);
    expect(await storeOf().get("same", 1)).toEqual(release);
  });

  test("locks its revision", async () => {
    await storeOf().create(aRelease("lock"));
    await expect(storeOf().create(aRelease("lock"))).rejects.toThrow(ReleaseExistsError);
  });

  test("of two operations at once, one has the revision", async () => {
    const tries = await Promise.allSettled([1, 2, 3].map(() => storeOf().create(aRelease("race"))));
    expect(tries.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  test("that is too long is refused in the words of the API server", async () => {
    const manifest = Array.from({ length: 150_000 }, (_, at) => Math.sin(at).toString(36)).join("");
    const failure = storeOf().create({ ...aRelease("big"), manifest });
    await expect(failure).rejects.toThrow("create: failed to create");
    await expect(failure).rejects.toMatchObject({
      cause: { message: expect.stringContaining("Too long: may not be more than 1048576 bytes") },
    });
  });
});

describe("a record that changes", () => {
  test("says when", async () => {
    const store = storeOf();
    await store.create(aRelease("change"));
    await store.update(withStatus(aRelease("change"), "superseded", "old"));
    const { metadata } = await secretOf("change");
    expect(metadata.labels).toMatchObject({ modifiedAt: "1767323045", status: "superseded" });
    expect(await store.deployed("change")).toBeUndefined();
  });

  test("is an error where it is gone", async () => {
    const failure = storeOf().update(aRelease("gone"));
    await expect(failure).rejects.toThrow(ReleaseStoreError);
    await expect(failure).rejects.toSatisfy(({ cause }: Error) => isApiError(cause, "NotFound"));
  });
});

describe("the history", () => {
  test("is sorted by number, not by name", async () => {
    const store = storeOf();
    for (const version of [10, 9, 1]) await store.create(aRelease("many", version, "superseded"));
    expect((await store.history("many")).map(({ version }) => version)).toEqual([1, 9, 10]);
  });

  const caps = [
    { name: "loses its oldest", states: ["superseded", "superseded", "deployed"], want: [2, 3, 4] },
    { name: "never loses what is deployed", states: ["deployed", "failed", "failed"], want: [1, 3, 4] },
    {
      name: "loses its oldest where nothing is deployed",
      states: ["failed", "failed", "failed"],
      want: [2, 3, 4],
    },
  ] as const;
  test.each(caps)("$name", async ({ name, states, want }) => {
    const store = storeOf();
    const release = `cap-${name.length}`;
    for (const [at, state] of states.entries()) await store.create(aRelease(release, at + 1, state));
    await store.create(aRelease(release, 4, "pending-upgrade"), { maxHistory: 3 });
    expect((await store.history(release)).map(({ version }) => version)).toEqual(want);
  });

  test("leaves records out that cannot be read", async () => {
    const broken = Buffer.concat([Buffer.from([0x1f, 0x8b, 0x08, 0]), Buffer.from("no gzip")]);
    await putRecord("broken", broken);
    expect(await storeOf().history("broken")).toEqual([]);
    await expect(storeOf().get("broken", 1)).rejects.toThrow(ReleaseStoreError);
  });

  test("does not unpack more than a record can be", async () => {
    await putRecord("bomb", gzipSync(Buffer.alloc(65 * 1024 * 1024), { level: 1 }));
    expect(await storeOf().history("bomb")).toEqual([]);
  });
});

describe("a record of somebody else", () => {
  const records = [
    { name: "helm 3's zero times", deleted: '"0001-01-01T00:00:00Z"' },
    { name: "an empty time", deleted: '""' },
    { name: "no time", deleted: "null" },
  ];
  test.each(records)("is read with $name", async ({ name, deleted }) => {
    const release = `foreign-${name.length}`;
    const info = `{"first_deployed":"2026-01-02T03:04:05.123456789+01:00","deleted":${deleted},"status":"deployed"}`;
    const hook = `{"name":"h","kind":"Job","events":["test"],"last_run":{"started_at":${deleted},"phase":""}}`;
    const text = `{"name":"${release}","info":${info},"hooks":[${hook}],"version":1,"namespace":"${NAMESPACE}"}`;
    await putRecord(release, gzipSync(text));
    expect(await storeOf().last(release)).toMatchObject({
      info: { firstDeployed: "2026-01-02T03:04:05.123456789+01:00", status: "deployed", description: "" },
      hooks: [{ name: "h", weight: 0, lastRun: { phase: "" } }],
      applyMethod: undefined,
      config: {},
    });
    expect((await storeOf().last(release))?.info.deleted).toBeUndefined();
  });

  test("is read without compression", async () => {
    await putRecord("plain", Buffer.from('{"name":"plain","version":1,"config":{"__proto__":{"a":1}}}'));
    const release = await storeOf().last("plain");
    expect(JSON.stringify(release?.config)).toBe('{"__proto__":{"a":1}}');
  });
});
