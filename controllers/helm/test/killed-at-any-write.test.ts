import type { HelmRelease } from "@weir/api";
import type { Transport } from "@weir/client";
import { createWorkerPool, type JsonObject, type WorkerPool } from "@weir/core";
import type { Release } from "@weir/helm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CONFIG, type HelmToolkit, startHelmToolkit, type Templates } from "./start-helm-toolkit.ts";

/** A process that dies: after so many writes no request of it is answered any more, the last one's answer included. */
class DyingProcess {
  readonly died: Promise<void>;
  readonly writes: string[] = [];
  readonly #lastWrite: number;
  #tellDeath: () => void = () => {};
  #isDead = false;

  constructor(lastWrite: number) {
    this.#lastWrite = lastWrite;
    this.died = new Promise((resolve) => {
      this.#tellDeath = resolve;
    });
  }

  readonly transport = (inner: Transport): Transport => {
    return async (request) => {
      if (this.#isDead) throw new TypeError("the process is dead");
      const { pathname, searchParams } = new URL(request.url);
      const isWrite =
        request.method !== "GET" && !searchParams.has("dryRun") && !pathname.includes("/events");
      if (!isWrite) return inner(request);
      this.writes.push(`${request.method} ${pathname}`);
      const isLast = this.writes.length === this.#lastWrite;
      if (isLast) this.#isDead = true;
      const response = await inner(request);
      if (!isLast) return response;
      this.#tellDeath();
      throw new TypeError("the process is dead");
    };
  };
}

const HOOK: Templates = {
  ...CONFIG,
  "hook.yaml": `apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-hook-{{ .Release.Revision }}
  annotations:
    helm.sh/hook: pre-install,pre-upgrade
spec:
  template:
    spec:
      restartPolicy: Never
      containers: [{name: main, image: example.com/hook:1}]
`,
};

interface Scenario {
  readonly name: string;
  readonly templates?: Templates;
  readonly spec?: Partial<HelmRelease["spec"]>;
  /** What the dying process works on; the install itself where there is none. */
  readonly change?: JsonObject;
  /** Revisions where nothing dies. */
  readonly revisions: number;
  readonly msg: string;
}

const retries = { upgrade: { remediation: { retries: 0, remediateLastFailure: true } } };
const scenarios: readonly Scenario[] = [
  { name: "an install with a hook", templates: HOOK, revisions: 1, msg: "hello" },
  { name: "an upgrade", change: { spec: { values: { msg: "two" } } }, revisions: 2, msg: "two" },
  {
    name: "a rollback",
    spec: retries,
    change: { spec: { values: { msg: "two", bad: true } } },
    revisions: 3,
    msg: "hello",
  },
];

let workers: WorkerPool;
beforeAll(() => {
  workers = createWorkerPool({ size: 1 });
});
afterAll(() => workers[Symbol.asyncDispose]());

async function prepare({ templates = CONFIG, spec = {}, change }: Scenario): Promise<HelmToolkit> {
  const toolkit = await startHelmToolkit({}, { workers });
  await toolkit.publish("1.0.0", templates);
  await toolkit.create(spec);
  if (change === undefined) return toolkit;
  const manager = await toolkit.start();
  await toolkit.ready("True");
  await manager[Symbol.asyncDispose]();
  await toolkit.patch(change);
  return toolkit;
}

/** Kills a process at a write, lets another one end the work, and gives what is stored then. */
async function killAt(write: number, scenario: Scenario): Promise<readonly Release[] | "survived"> {
  await using toolkit = await prepare(scenario);
  const dying = new DyingProcess(write);
  const manager = await toolkit.start(dying.transport);
  const end = await Promise.race([dying.died.then(() => "died"), toolkit.observed().then(() => "survived")]);
  await manager[Symbol.asyncDispose]();
  if (end === "survived") return "survived";
  await toolkit.start();
  await toolkit.observed();
  const records = await toolkit.records();
  const context = `killed after ${dying.writes.at(-1)} (${write}), ${JSON.stringify(statesOf(records))}: ${JSON.stringify((await toolkit.get()).status?.conditions)}`;
  expect((await toolkit.data())?.["msg"], context).toBe(scenario.msg);
  return records;
}

function statesOf(records: readonly Release[]): readonly string[] {
  return records.map(({ version, info }) => `${version} ${info.status}`);
}

describe("a process that is killed at any write", () => {
  test.each(scenarios)(
    "of $name leaves one deployed revision and at most one more",
    async (scenario) => {
      for (let write = 1; ; write += 1) {
        const records = await killAt(write, scenario);
        if (records === "survived") {
          expect(write).toBeGreaterThan(4);
          return;
        }
        const states = statesOf(records);
        expect(
          records.filter(({ info }) => info.status === "deployed"),
          `write ${write}: ${states}`,
        ).toHaveLength(1);
        expect(records.at(-1)?.version, `write ${write}: ${states}`).toBeLessThanOrEqual(
          scenario.revisions + 1,
        );
      }
    },
    240_000,
  );

  test("of an uninstallation leaves nothing", async () => {
    for (let write = 1; ; write += 1) {
      await using toolkit = await prepare({ name: "", revisions: 1, msg: "", change: { metadata: {} } });
      const { client } = toolkit.cluster;
      const { metadata, kind, apiVersion } = await toolkit.get();
      await client.delete(
        { group: apiVersion.split("/")[0] ?? "", version: "v2", kind },
        {
          namespace: metadata.namespace ?? "",
          name: metadata.name,
        },
      );
      const dying = new DyingProcess(write);
      const manager = await toolkit.start(dying.transport);
      const end = await Promise.race([dying.died.then(() => "died"), toolkit.gone().then(() => "gone")]);
      await manager[Symbol.asyncDispose]();
      if (end === "died") await toolkit.start();
      await toolkit.gone();
      expect(await toolkit.records()).toEqual([]);
      expect(await toolkit.data()).toBeUndefined();
      if (end === "gone") return;
    }
  }, 240_000);
});
