import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  installRelease,
  type ReleaseContext,
  type RenderRelease,
  rollbackRelease,
  testRelease,
  uninstallRelease,
  unlockRelease,
  upgradeRelease,
} from "../../src/index.ts";
import { type Kill, type Killable, killable } from "./killable.ts";
import {
  clientOver,
  configMap,
  hookJob,
  NAMESPACE,
  type ReleaseWorld,
  renderOf,
  startWorld,
  worldOf,
} from "./release-world.ts";

const CONFIG_MAPS = { group: "", version: "v1", kind: "ConfigMap" };
const NAME = "{{ .Release.Name }}";

/** Two objects, of which one leaves with the next render, and hooks of every event, some deleted after they succeed. */
function render(value: string, extra: string): RenderRelease {
  const succeeded = { "helm.sh/hook-delete-policy": "before-hook-creation,hook-succeeded" };
  return renderOf(
    {
      "config.yaml": configMap(`${NAME}-config`),
      "extra.yaml": configMap(`${NAME}-${extra}`),
      "before.yaml": hookJob(`${NAME}-before`, "pre-install,pre-upgrade,pre-rollback,pre-delete"),
      "after.yaml": hookJob(
        `${NAME}-after`,
        "post-install,post-upgrade,post-rollback,post-delete",
        succeeded,
      ),
      "test.yaml": hookJob(`${NAME}-test`, "test"),
    },
    { value },
  );
}

let world: ReleaseWorld;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

/** An action that a process may die in, and what the next process does. */
interface Scenario {
  readonly name: string;
  /** What is there before. */
  readonly prepare: (context: ReleaseContext, release: string) => Promise<unknown>;
  readonly act: (context: ReleaseContext, release: string) => Promise<unknown>;
  /** The same intent as before, with what the store says. */
  readonly resume: (context: ReleaseContext, release: string) => Promise<unknown>;
  readonly revisions: number;
}

const one = render("1", "first");
const two = render("2", "second");
const install = (context: ReleaseContext, name: string): Promise<unknown> =>
  installRelease(context, { name, namespace: NAMESPACE, render: one, timeoutMs: 5_000 });
const upgrade = (context: ReleaseContext, name: string): Promise<unknown> =>
  upgradeRelease(context, { name, render: two, timeoutMs: 5_000 });
const unlockAndUpgrade = async (context: ReleaseContext, name: string): Promise<unknown> => {
  const last = await unlockRelease(context.store, name);
  return last === undefined ? install(context, name) : upgrade(context, name);
};

const scenarios: readonly Scenario[] = [
  { name: "install", prepare: async () => {}, act: install, resume: unlockAndUpgrade, revisions: 1 },
  { name: "upgrade", prepare: install, act: upgrade, resume: unlockAndUpgrade, revisions: 2 },
  {
    name: "rollback",
    prepare: async (context, name) => {
      await install(context, name);
      await upgrade(context, name);
    },
    act: (context, name) => rollbackRelease(context, { name, timeoutMs: 5_000 }),
    resume: unlockAndUpgrade,
    revisions: 3,
  },
];

const uninstall = async (context: ReleaseContext, name: string): Promise<unknown> => {
  if ((await context.store.last(name)) === undefined) return undefined;
  return uninstallRelease(context, { name, timeoutMs: 5_000 });
};

interface Life {
  readonly release: string;
  readonly process: Killable;
  /** How often each hook was started, by its name and the newest revision then. */
  readonly starts: ReadonlyMap<string, number>;
}

let lives = 0;

/** One process acts until it dies or is done; then another goes on. */
async function live(scenario: Pick<Scenario, "prepare" | "act" | "resume">, kill?: Kill): Promise<Life> {
  lives += 1;
  const release = `r${lives}`;
  await scenario.prepare(world.context, release);
  const starts = new Map<string, number>();
  const count = (write: string): void => {
    const job = /^(?:PATCH|POST) .*\/jobs\/(.*)$/.exec(write)?.[1];
    if (job === undefined) return;
    const key = `${job} of ${newestRecord}`;
    starts.set(key, (starts.get(key) ?? 0) + 1);
  };
  let newestRecord = "";
  const follow = (write: string): void => {
    if (write.includes("/secrets")) newestRecord = /\.v\d+$/.exec(write)?.[0] ?? newestRecord;
    count(write);
  };
  const process = killable(world.cluster, kill, follow);
  const dying = worldOf(world.cluster, clientOver(process.transport)).context;
  const ended = scenario.act(dying, release).then(
    () => "done",
    () => "failed",
  );
  await Promise.race([ended, process.death]);
  const next = killable(world.cluster, undefined, follow);
  if (kill !== undefined) {
    await scenario.resume(worldOf(world.cluster, clientOver(next.transport)).context, release);
  }
  return { release, process, starts };
}

const PROCESSES_AT_ONCE = 6;

/** Dies at each write once; processes of other releases do not meet. */
async function eachKill(kills: readonly Kill[], check: (kill: Kill) => Promise<void>): Promise<void> {
  const waiting = [...kills];
  const work = async (): Promise<void> => {
    for (let kill = waiting.pop(); kill !== undefined; kill = waiting.pop()) await check(kill);
  };
  await Promise.all(Array.from({ length: PROCESSES_AT_ONCE }, work));
}

/** Dying after a write leaves what dying before the next one leaves. */
function deaths(writes: readonly string[]): readonly Kill[] {
  const last: Kill = { at: writes.length - 1, when: "after" };
  return [...writes.map((_, at): Kill => ({ at, when: "before" })), last];
}

describe.each(scenarios)("a process that dies in $name", (scenario) => {
  test("leaves what the next one makes one deployed revision of, with no hook started twice", async () => {
    const whole = await live(scenario);
    expect(whole.process.writes.length).toBeGreaterThan(8);
    await eachKill(deaths(whole.process.writes), async (kill) => {
      const { release, process, starts } = await live(scenario, kill);
      const place = `${kill.when} ${process.writes[kill.at]}`;
      const history = await world.store.history(release);
      const deployed = history.filter(({ info }) => info.status === "deployed");
      expect(deployed, place).toHaveLength(1);
      expect(deployed[0], place).toBe(history.at(-1));
      expect(history.length, place).toBeLessThanOrEqual(scenario.revisions + 1);
      expect(
        history.some(({ info }) => info.status.startsWith("pending")),
        place,
      ).toBe(false);
      expect(startedTwice(starts), place).toEqual([]);
      expect(await valueOf(release), place).toEqual({ value: deployed[0]?.config["value"] });
    });
  });
});

function startedTwice(starts: ReadonlyMap<string, number>): readonly string[] {
  return [...starts].filter(([, times]) => times > 1).map(([hook]) => hook);
}

async function valueOf(release: string): Promise<unknown> {
  const name = `${release}-config`;
  return (await world.client.get<KubeObject>(CONFIG_MAPS, { namespace: NAMESPACE, name }))?.["data"];
}

describe("a process that dies in uninstall", () => {
  const scenario = { prepare: install, act: uninstall, resume: uninstall };

  test("leaves what the next one removes, with no hook started twice and none left out", async () => {
    const whole = await live(scenario);
    expect([...whole.starts.values()]).toEqual([1, 1]);
    await eachKill(deaths(whole.process.writes), async (kill) => {
      const { release, process, starts } = await live(scenario, kill);
      const place = `${kill.when} ${process.writes[kill.at]}`;
      expect(await world.store.history(release), place).toEqual([]);
      expect(await valueOf(release), place).toBeUndefined();
      expect([...starts.values()], place).toEqual([1, 1]);
    });
  });
});

describe("a write that fails alone", () => {
  const faults = (writes: readonly string[]): readonly Kill[] =>
    writes.map((_, at): Kill => ({ at, when: "instead" }));

  test("in an upgrade leaves what the next one makes one deployed revision of", async () => {
    const scenario = { prepare: install, act: upgrade, resume: unlockAndUpgrade };
    const whole = await live(scenario);
    await eachKill(faults(whole.process.writes), async (kill) => {
      const { release, process, starts } = await live(scenario, kill);
      const place = `instead of ${process.writes[kill.at]}`;
      const history = await world.store.history(release);
      expect(
        history.filter(({ info }) => info.status === "deployed"),
        place,
      ).toEqual([history.at(-1)]);
      expect(history.length, place).toBeLessThanOrEqual(3);
      expect(startedTwice(starts), place).toEqual([]);
    });
  });

  test("in an uninstallation leaves what the next one removes", async () => {
    const scenario = { prepare: install, act: uninstall, resume: uninstall };
    const whole = await live(scenario);
    await eachKill(faults(whole.process.writes), async (kill) => {
      const { release, process } = await live(scenario, kill);
      const place = `instead of ${process.writes[kill.at]}`;
      expect(await world.store.history(release), place).toEqual([]);
      expect(await valueOf(release), place).toBeUndefined();
    });
  });
});

describe("a process that dies in a test", () => {
  const runTest = async (context: ReleaseContext, name: string): Promise<unknown> => {
    const last = await context.store.last(name);
    const isDone = last?.hooks.some(
      ({ name: hook, lastRun }) => hook.endsWith("-test") && lastRun.phase === "Succeeded",
    );
    return isDone === true ? undefined : testRelease(context, { name, timeoutMs: 5_000 });
  };
  const scenario = { prepare: install, act: runTest, resume: runTest };

  test("leaves a test that the next one follows to its end", async () => {
    const whole = await live(scenario);
    await eachKill(deaths(whole.process.writes), async (kill) => {
      const { release, process, starts } = await live(scenario, kill);
      const place = `${kill.when} ${process.writes[kill.at]}`;
      const tested = (await world.store.last(release))?.hooks.find(({ name }) => name.endsWith("-test"));
      expect(tested?.lastRun.phase, place).toBe("Succeeded");
      expect([...starts.values()], place).toEqual([1]);
    });
  });
});
