import { describeError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type HookOutput,
  installRelease,
  type Release,
  type ReleaseContext,
  testRelease,
  uninstallRelease,
  upgradeRelease,
} from "../../src/index.ts";
import { hookJob, NAMESPACE, type ReleaseWorld, renderOf, startWorld, worldOf } from "./release-world.ts";

const JOBS = { group: "batch", version: "v1", kind: "Job" };
const NAME = "{{ .Release.Name }}";
const POLICY = "helm.sh/hook-delete-policy";
const WEIGHT = "helm.sh/hook-weight";
const FAILS = { "weir.dev/status": "failed" };

let shared: ReleaseWorld;
let world: ReleaseWorld;
beforeAll(async () => {
  shared = await startWorld();
});
beforeEach(() => {
  world = worldOf(shared.cluster, shared.client);
});
afterAll(() => shared[Symbol.asyncDispose]());

let names = 0;
function nextName(): string {
  names += 1;
  return `h${names}`;
}

function install(
  name: string,
  templates: Readonly<Record<string, string>>,
  context = world.context,
): Promise<Release> {
  return installRelease(context, {
    name,
    namespace: NAMESPACE,
    render: renderOf(templates),
    timeoutMs: 5_000,
  });
}

function job(name: string): Promise<KubeObject | undefined> {
  return world.client.get<KubeObject>(JOBS, { namespace: NAMESPACE, name });
}

function created(): readonly unknown[] {
  return world.lines
    .filter(({ message }) => message === "Created resource via patch")
    .map(({ fields }) => fields["name"]);
}

function phases({ hooks }: Release): Readonly<Record<string, string>> {
  return Object.fromEntries(hooks.map(({ name, lastRun }) => [name.replace(/^h\d+-/, ""), lastRun.phase]));
}

describe("hooks of a release", () => {
  test("run by weight, then by name, and are marked before they are created", async () => {
    const name = nextName();
    await install(name, {
      "a.yaml": hookJob(`${NAME}-b`, "pre-install"),
      "b.yaml": hookJob(`${NAME}-a`, "pre-install"),
      "c.yaml": hookJob(`${NAME}-first`, "pre-install", { [WEIGHT]: "-1" }),
      "d.yaml": hookJob(`${NAME}-other`, "post-delete"),
    });
    expect(created()).toEqual([`${name}-first`, `${name}-a`, `${name}-b`]);
    expect(world.writes.map(({ release }) => phases(release))).toMatchObject([
      { first: "", a: "", b: "" },
      { first: "Running", a: "", b: "" },
      { first: "Succeeded", a: "Running", b: "" },
      { first: "Succeeded", a: "Succeeded", b: "Running" },
      { first: "Succeeded", a: "Succeeded", b: "Succeeded", other: "" },
    ]);
  });

  test("that fail end an install in the words of Flux", async () => {
    const name = nextName();
    const failure: unknown = await install(name, {
      "a.yaml": hookJob(`${NAME}-a`, "pre-install", FAILS),
    }).catch((error: unknown) => error);
    const text = `failed pre-install: failed early due to stalled resources: [Job/apps/${name}-a status: 'Failed']`;
    expect(describeError(failure)).toBe(text);
    const last = await world.store.last(name);
    expect(last?.info).toMatchObject({ status: "failed", description: `Release "${name}" failed: ${text}` });
    expect(last?.hooks[0]).toMatchObject({
      lastRun: { phase: "Failed" },
      deletePolicies: ["before-hook-creation"],
    });
  });

  test("that hang are given up after the time of one", async () => {
    const name = nextName();
    const render = renderOf({
      "a.yaml": hookJob(`${NAME}-a`, "pre-install", { "weir.dev/status": "pending" }),
    });
    const failure = installRelease(world.context, { name, namespace: NAMESPACE, render, timeoutMs: 50 });
    await expect(
      failure.catch((error: unknown) => Promise.reject(new Error(describeError(error)))),
    ).rejects.toThrow(`failed pre-install: timeout waiting for: [Job/apps/${name}-a status: 'InProgress']`);
  });

  test("that cannot be created are told with their event and path", async () => {
    const name = nextName();
    const bad = `apiVersion: v1\nkind: Service\nmetadata: {name: bad, annotations: {helm.sh/hook: pre-install}}\nspec: {ports: [{port: 99999}]}\n`;
    const failure: unknown = await install(name, { "a.yaml": bad }).catch((error: unknown) => error);
    expect(describeError(failure)).toMatch(
      /^failed pre-install: warning: Hook pre-install c\/templates\/a\.yaml failed: server-side apply failed for object apps\/bad/,
    );
  });

  const policies = [
    { name: "stay by default", policy: undefined, fails: false, stays: true },
    { name: "go once all have succeeded", policy: "hook-succeeded", fails: false, stays: false },
    {
      name: "stay where they failed and only success removes them",
      policy: "hook-succeeded",
      fails: true,
      stays: true,
    },
    { name: "go where failure removes them", policy: "hook-failed", fails: true, stays: false },
  ];
  test.each(policies)("$name", async ({ policy, fails, stays }) => {
    const name = nextName();
    const annotations = { ...(policy === undefined ? {} : { [POLICY]: policy }), ...(fails ? FAILS : {}) };
    await install(name, { "a.yaml": hookJob(`${NAME}-a`, "pre-install", annotations) }).catch(
      () => undefined,
    );
    expect((await job(`${name}-a`)) !== undefined).toBe(stays);
  });

  test("are created anew in the next revision", async () => {
    const name = nextName();
    const templates = { "a.yaml": hookJob(`${NAME}-a`, "pre-install,pre-upgrade") };
    await install(name, templates);
    const before = await job(`${name}-a`);
    await upgradeRelease(world.context, { name, render: renderOf(templates), timeoutMs: 5_000 });
    expect((await job(`${name}-a`))?.metadata.uid).not.toBe(before?.metadata.uid);
  });

  test("do not run where they are switched off", async () => {
    const name = nextName();
    const render = renderOf({ "a.yaml": hookJob(`${NAME}-a`, "pre-install,pre-delete") });
    await installRelease(world.context, { name, namespace: NAMESPACE, render, disableHooks: true });
    await uninstallRelease(world.context, { name, disableHooks: true });
    expect(created()).toEqual([]);
  });

  test("do not run where they cannot be marked as started", async () => {
    const name = nextName();
    const { store } = world.context;
    const failing = { ...store, history: store.history.bind(store), create: store.create.bind(store) };
    const context: ReleaseContext = {
      ...world.context,
      store: { ...failing, update: () => Promise.reject(new Error("storage is away")) } as never,
    };
    await expect(install(name, { "a.yaml": hookJob(`${NAME}-a`, "pre-install") }, context)).rejects.toThrow();
    expect(await job(`${name}-a`)).toBeUndefined();
  });

  test("hand out what they print where they ask for it", async () => {
    const name = nextName();
    const outputs: HookOutput[] = [];
    const labels = { "job-name": `${name}-a` };
    await world.client.create({ group: "", version: "v1", kind: "Pod" }, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: `${name}-a-x`, namespace: NAMESPACE, labels },
      spec: { containers: [{ name: "run", image: "example.com/run:1" }] },
    } as never);
    const context: ReleaseContext = { ...world.context, onHookOutput: (output) => outputs.push(output) };
    const annotations = { "helm.sh/hook-output-log-policy": "hook-succeeded" };
    await install(name, { "a.yaml": hookJob(`${NAME}-a`, "pre-install", annotations) }, context);
    expect(outputs).toMatchObject([{ namespace: NAMESPACE, pod: `${name}-a-x`, container: "run" }]);
  });
});

describe("testRelease", () => {
  const templates = {
    "a.yaml": hookJob(`${NAME}-one`, "test"),
    "b.yaml": hookJob(`${NAME}-two`, "test", FAILS),
  };

  test("runs the tests that are chosen and records how they ended", async () => {
    const name = nextName();
    await install(name, templates);
    const tested = await testRelease(world.context, { name, exclude: [`${name}-two`] });
    expect(phases(tested)).toEqual({ one: "Succeeded", two: "" });
    expect((await world.store.last(name))?.hooks).toEqual(tested.hooks);
  });

  test("tells of a test that fails, and records it", async () => {
    const name = nextName();
    await install(name, templates);
    const failure: unknown = await testRelease(world.context, { name, include: [`${name}-two`] }).catch(
      (error: unknown) => error,
    );
    expect(describeError(failure)).toBe(
      `failed early due to stalled resources: [Job/apps/${name}-two status: 'Failed']`,
    );
    expect(phases((await world.store.last(name)) as Release)).toEqual({ one: "", two: "Failed" });
  });

  test("writes the record of a release without tests, so that its observer hears of them", async () => {
    const name = nextName();
    await install(name, {});
    world.writes.length = 0;
    await testRelease(world.context, { name });
    expect(world.writes).toMatchObject([{ kind: "updated", release: { version: 1 } }]);
  });
});
