import { describeError } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  installRelease,
  type InstallRequest,
  ReleaseActionError,
  type ReleaseContext,
  type ReleaseLogLine,
} from "../../src/index.ts";
import {
  configMap,
  hookJob,
  NAMESPACE,
  type ReleaseWorld,
  renderOf,
  startWorld,
  worldOf,
} from "./release-world.ts";

const CONFIG_MAPS = { group: "", version: "v1", kind: "ConfigMap" };
const NAMESPACES = { group: "", version: "v1", kind: "Namespace" };
const BAD_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: bad}\nspec: {ports: [{port: 99999}]}\n";
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
  annotations: {weir.dev/status: "{{ .Values.status }}"}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example.com/web:1"}]}
`;

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
function request(
  templates: Readonly<Record<string, string>>,
  more: Partial<InstallRequest> = {},
): InstallRequest {
  names += 1;
  const values = { value: "1", status: "ready" };
  return {
    name: `i${names}`,
    namespace: NAMESPACE,
    render: renderOf(templates, values),
    timeoutMs: 5_000,
    ...more,
  };
}

async function failureOf(context: ReleaseContext, install: InstallRequest): Promise<ReleaseActionError> {
  const failure: unknown = await installRelease(context, install).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ReleaseActionError);
  return failure as ReleaseActionError;
}

/** As Flux prints them: keys sorted, the namespace by a word. */
function printed(lines: readonly ReleaseLogLine[]): readonly string[] {
  return lines.map(({ level, message, fields }) => {
    const sorted = Object.fromEntries(
      Object.entries(fields).sort(([left], [right]) => (left < right ? -1 : 1)),
    );
    const text = `${message}: ${JSON.stringify(sorted).replaceAll(/"(i\d+)/g, '"NAME')}`;
    return level === "debug" || level === "info" ? text : `${level}: ${text}`;
  });
}

describe("installRelease", () => {
  test("records the release before its objects and marks it deployed", async () => {
    const install = request({ "a.yaml": configMap("{{ .Release.Name }}-a"), "NOTES.txt": "hello" });
    const installed = await installRelease(world.context, install);
    expect(world.writes.map(({ kind, release }) => `${kind} ${release.info.status}`)).toEqual([
      "created pending-install",
      "updated deployed",
    ]);
    expect(installed.info).toMatchObject({ description: "Install complete", notes: "hello" });
    expect(await world.store.last(install.name)).toMatchObject({
      version: 1,
      applyMethod: "ssa",
      config: { value: "1" },
    });
  });

  test("marks objects as the release's own", async () => {
    const install = request({ "a.yaml": configMap("{{ .Release.Name }}-a") });
    await installRelease(world.context, install);
    const live = await world.client.get<KubeObject>(CONFIG_MAPS, {
      namespace: NAMESPACE,
      name: `${install.name}-a`,
    });
    expect(live?.metadata.labels).toEqual({ "app.kubernetes.io/managed-by": "Helm" });
    expect(live?.metadata.annotations).toEqual({
      "meta.helm.sh/release-name": install.name,
      "meta.helm.sh/release-namespace": NAMESPACE,
    });
  });

  test("creates the rest where one object is refused, and logs as helm does", async () => {
    const install = request({
      "a.yaml": configMap("{{ .Release.Name }}-a"),
      "bad.yaml": BAD_SERVICE,
      "web.yaml": WEB,
    });
    const failure = await failureOf(world.context, install);
    const problem =
      'server-side apply failed for object apps/bad /v1, Kind=Service: Service "bad" is invalid: spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive';
    expect(describeError(failure).startsWith(problem.slice(0, 90))).toBe(true);
    expect(failure.release?.info.status).toBe("failed");
    expect((await world.store.last(install.name))?.info.description).toBe(
      `Release "${install.name}" failed: ${describeError(failure)}`,
    );
    expect(printed(world.lines)).toEqual([
      'creating resource(s): {"resources":3}',
      'using server-side apply for resource creation: {"dryRun":false,"fieldValidationDirective":"Strict","forceConflicts":false}',
      'Created resource via patch: {"gvk":"/v1, Kind=ConfigMap","name":"NAME-a","namespace":"apps"}',
      'Error creating resource via patch: {"error":{},"gvk":"/v1, Kind=Service","name":"bad","namespace":"apps"}',
      'Created resource via patch: {"gvk":"apps/v1, Kind=Deployment","name":"NAME-web","namespace":"apps"}',
    ]);
  });

  test("waits for what it installs and tells what is not ready", async () => {
    const render = renderOf({ "web.yaml": WEB }, { status: "pending" });
    const failure = await failureOf(world.context, request({}, { render, timeoutMs: 50 }));
    expect(describeError(failure)).toMatch(
      /^timeout waiting for: \[Deployment\/apps\/i\d+-web status: 'InProgress'\]$/,
    );
  });

  test("does not wait where only hooks are waited for", async () => {
    const render = renderOf({ "web.yaml": WEB }, { status: "pending" });
    const installed = await installRelease(world.context, request({}, { render, waitStrategy: "hookOnly" }));
    expect(installed.info.status).toBe("deployed");
  });

  test("waits for Jobs where it is asked to", async () => {
    const job = hookJob("{{ .Release.Name }}-job", "x")
      .replace("helm.sh/hook", "weir.dev/status")
      .replace('"x"', '"pending"');
    const render = renderOf({ "job.yaml": job });
    const install = request({}, { render, timeoutMs: 50, waitForJobs: true });
    expect(describeError(await failureOf(world.context, install))).toContain("status: 'InProgress'");
  });

  test("judges by what it is handed", async () => {
    const context: ReleaseContext = { ...world.context, judge: () => ({ status: "Failed" }) };
    const failure = await failureOf(context, request({ "a.yaml": configMap("{{ .Release.Name }}-a") }));
    expect(describeError(failure)).toMatch(
      /^failed early due to stalled resources: \[ConfigMap\/apps\/i\d+-a status: 'Failed'\]$/,
    );
  });

  test("is recorded as failed when it is told to stop", async () => {
    const abort = new AbortController();
    const render = renderOf({ "web.yaml": WEB }, { status: "pending" });
    const install = request({}, { render, timeoutMs: 20_000 });
    const context: ReleaseContext = {
      ...world.context,
      signal: abort.signal,
      log: ({ message }) => message.startsWith("Created resource") && setImmediate(() => abort.abort()),
    };
    expect(describeError(await failureOf(context, install))).toBe("context canceled");
    expect((await world.store.last(install.name))?.info).toMatchObject({
      status: "failed",
      description: `Release "${install.name}" failed: context canceled`,
    });
  });

  test("stops waiting, with the reason that it is given", async () => {
    const abort = new AbortController();
    const render = renderOf({ "web.yaml": WEB }, { status: "pending" });
    const context: ReleaseContext = {
      ...world.context,
      waitSignal: abort.signal,
      log: ({ message }) =>
        message.startsWith("Created resource") &&
        setImmediate(() => abort.abort(new Error("a newer revision"))),
    };
    const failure = await failureOf(context, request({}, { render, timeoutMs: 20_000 }));
    expect(describeError(failure)).toBe("a newer revision");
    expect(failure.release?.info.status).toBe("failed");
  });

  test.each([true, false])(
    "keeps what a Secret holds out of errors, by server-side apply: %s",
    async (serverSideApply) => {
      const secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: canary}\nstringData: {pin: 93571357}\n";
      const failure = await failureOf(world.context, request({ "a.yaml": secret }, { serverSideApply }));
      expect(describeError(failure)).toMatch(/canary|Secret/);
      const told = [describeError(failure), JSON.stringify(world.lines), failure.release?.info.description];
      expect(told.join("\n")).not.toContain("93571357");
    },
  );

  test("leaves no record of what cannot be rendered", async () => {
    const install = request({ "a.yaml": '{{ fail "no" }}' });
    await expect(installRelease(world.context, install)).rejects.toThrow("execution error");
    expect(world.writes).toEqual([]);
  });

  test("refuses labels that are helm's", async () => {
    const failure = await failureOf(world.context, request({}, { labels: { owner: "me" } }));
    expect(failure.message).toContain("System labels: [name owner status version createdAt modifiedAt]");
  });

  test("creates its namespace with helm's label", async () => {
    const install = request({}, { namespace: "fresh", createNamespace: true });
    await installRelease(world.context, install);
    const live = await world.client.get<KubeObject>(NAMESPACES, { name: "fresh" });
    expect(live?.metadata.labels).toMatchObject({ name: "fresh" });
  });

  test("takes objects of others where it may, by their fields", async () => {
    const name = "taken";
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name, namespace: NAMESPACE },
      data: { old: "1" },
    };
    await world.client.create(CONFIG_MAPS, object as never, { fieldManager: "helm" });
    const install = request({ "a.yaml": configMap(name) }, { takeOwnership: true, forceConflicts: true });
    await installRelease(world.context, install);
    const live = await world.client.get<KubeObject>(CONFIG_MAPS, { namespace: NAMESPACE, name });
    expect(live?.["data"]).toEqual({ value: "1" });
    expect(live?.metadata.managedFields?.map(({ operation }) => operation)).toEqual(["Apply"]);
  });

  test("goes on counting where it replaces a release that was uninstalled", async () => {
    const install = request({ "a.yaml": configMap("{{ .Release.Name }}-a") });
    const installed = await installRelease(world.context, install);
    await world.store.update({ ...installed, info: { ...installed.info, status: "uninstalled" } });
    expect((await installRelease(world.context, { ...install, replace: true })).version).toBe(2);
    expect((await world.store.get(install.name, 1))?.info).toMatchObject({
      status: "superseded",
      description: "superseded by new release",
    });
  });

  test("removes what it installed where it is to undo its failure", async () => {
    const templates = { "a.yaml": configMap("{{ .Release.Name }}-a"), "bad.yaml": BAD_SERVICE };
    const install = request(templates, { rollbackOnFailure: true });
    const failure = await failureOf(world.context, install);
    expect(failure.message).toBe(
      `release ${install.name} failed, and has been uninstalled due to rollback-on-failure being set`,
    );
    expect(await world.store.history(install.name)).toEqual([]);
    expect(
      await world.client.get(CONFIG_MAPS, { namespace: NAMESPACE, name: `${install.name}-a` }),
    ).toBeUndefined();
  });

  test("creates without server-side apply, too", async () => {
    const install = request({ "a.yaml": configMap("{{ .Release.Name }}-a") }, { serverSideApply: false });
    expect((await installRelease(world.context, install)).applyMethod).toBe("csa");
    const live = await world.client.get<KubeObject>(CONFIG_MAPS, {
      namespace: NAMESPACE,
      name: `${install.name}-a`,
    });
    expect(live?.metadata.managedFields).toMatchObject([{ manager: "helm", operation: "Update" }]);
  });
});
