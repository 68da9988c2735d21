import { generateKeyPairSync } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { GitRepository, HelmChart, HelmRepository } from "@weir/api";
import { loadChartArchive } from "@weir/helm";
import { createNodeSender, pushChart, RegistryClient, type RegistryServer } from "@weir/oci";
import {
  chartArchive,
  type ChartRepositoryServer,
  eventually,
  startChartRepository,
  startRegistry,
  type Toolkit,
  usualChartRepositoryFaults,
} from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  applyChart,
  applyGit,
  applyRepository,
  conditionOf,
  demoFiles,
  request,
  startHelmWorld,
  untilReady,
} from "./helm-world.ts";
import { signWith } from "./oci-world.ts";
import { applySecret } from "./source-world.ts";

const trusted = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const pem = (pair: typeof trusted) => pair.publicKey.export({ type: "spki", format: "pem" }) as string;

const chartYaml = (name: string, more = "") => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`;

describe("a HelmChart", () => {
  let world: Toolkit;
  let charts: ChartRepositoryServer;
  let registry: RegistryServer;
  const requests: { readonly path: string; readonly authorization: string | null }[] = [];
  beforeAll(async () => {
    world = await startHelmWorld();
    const faults = { ...usualChartRepositoryFaults, wrong: { kind: "wrong-archives" } } as const;
    charts = await startChartRepository({
      files: demoFiles("1.0.0", "1.1.0", "2.0.0-rc.1"),
      faults,
      onRequest: ({ url, headers }) =>
        requests.push({ path: new URL(url).pathname, authorization: headers.get("authorization") }),
    });
    registry = await startRegistry();
    await applySecret(world, "login", { username: "user", password: "pass" });
    await applySecret(world, "keys", { "cosign.pub": pem(trusted) });
    await applySecret(world, "others", { "cosign.pub": pem(stranger) });
    await applySecret(world, "no-keys", { a: "b" });
    await applyRepository(world, "main", { url: `${charts.url}/main` });
    await applyRepository(world, "registry", { url: `oci://${registry.registry}/charts`, type: "oci" });
    await untilReady<HelmRepository>(world, HelmRepository, "main");
  });
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    await charts[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const main = { kind: "HelmRepository", name: "main" } as const;
  const ofRegistry = { kind: "HelmRepository", name: "registry" } as const;
  const ready = (name: string, options: Parameters<typeof untilReady>[3] = {}): Promise<HelmChart> =>
    untilReady<HelmChart>(world, HelmChart, name, options);
  const stored = async (chart: HelmChart) => {
    const answer = await fetch(chart.status?.url ?? "");
    return loadChartArchive(new Uint8Array(await answer.arrayBuffer()));
  };

  async function push(name: string, version: string): Promise<string> {
    using sender = createNodeSender();
    const push = {
      parent: { registry: registry.registry, path: "charts" },
      archive: chartArchive({ name, version }),
    };
    const pushed = await pushChart(new RegistryClient({ sender, access: "plain" }), push);
    return pushed.descriptor.digest;
  }

  test("is the highest release of its range, and follows the index", async () => {
    await applyChart(world, "range", { sourceRef: main, version: "1.x" });
    const first = await ready("range", { revision: "1.1.0" });
    expect(first.status).toMatchObject({ observedChartName: "demo" });
    for (const [path, content] of demoFiles("1.1.0", "1.2.0")) charts.put(path, content);
    await request(world, HelmRepository, "main", "1");
    const second = await ready("range", { revision: "1.2.0" });
    const repository = await untilReady<HelmRepository>(world, HelmRepository, "main", { handled: "1" });
    expect(second.status?.observedSourceArtifactRevision).toBe(repository.status?.artifact?.revision);
    expect((await stored(second)).metadata.version).toBe("1.2.0");
  });

  test("is found in a long index", async () => {
    const others = Array.from({ length: 2_500 }, (_, chart) => {
      const description = `"${"x".repeat(1_000)}"`;
      return `  other-${chart}:\n  - {name: other-${chart}, version: 1.0.0, description: ${description}}\n`;
    });
    const demo = `  demo:\n  - {name: demo, version: 1.2.0, urls: ["${charts.url}/main/demo-1.2.0.tgz"]}\n`;
    charts.put("long/index.yaml", `apiVersion: v1\nentries:\n${demo}${others.join("")}`);
    for (const [path, content] of demoFiles("1.1.0", "1.2.0")) charts.put(path, content);
    await applyRepository(world, "long", { url: `${charts.url}/long` });
    await applyChart(world, "long", { sourceRef: { kind: "HelmRepository", name: "long" } });
    await ready("long", { revision: "1.2.0" });
    await applyChart(world, "long", { sourceRef: { kind: "HelmRepository", name: "long" }, version: "2.x" });
    const chart = await ready("long", { status: "False", reason: "InvalidChartReference" });
    expect(conditionOf(chart, "Ready")?.message).toContain(
      "no 'demo' chart with version matching '2.x' found",
    );
  });

  test("asks for nothing where it has what the index names", async () => {
    await applyChart(world, "kept", { sourceRef: main, version: "1.1.0" });
    const before = await ready("kept");
    requests.length = 0;
    await request(world, HelmChart, "kept", "1");
    const after = await ready("kept", { handled: "1" });
    expect(after.status?.artifact).toEqual(before.status?.artifact);
    expect(requests.filter(({ path }) => path.endsWith(".tgz"))).toEqual([]);
  });

  test("has the values of its files as defaults, under a version of its own", async () => {
    const valuesFiles = ["values.yaml", "none.yaml"];
    await applyChart(world, "values", { sourceRef: main, valuesFiles, ignoreMissingValuesFiles: true });
    const chart = await ready("values", { reason: "ChartPackageSucceeded" });
    expect(chart.status).toMatchObject({ observedValuesFiles: ["values.yaml"] });
    expect(chart.status?.artifact?.revision).toMatch(/\+1$/);
    await applyChart(world, "values", { sourceRef: main, valuesFiles });
    const stalled = await ready("values", { status: "False", reason: "ValuesFilesError" });
    expect(conditionOf(stalled, "BuildFailed")?.message).toContain(
      "no values file found at path 'none.yaml'",
    );
    expect(stalled.status?.artifact).toEqual(chart.status?.artifact);
  });

  test.each([
    {
      name: "no-source",
      spec: { sourceRef: { kind: "HelmRepository", name: "none" } },
      reason: "SourceUnavailable",
      message: 'failed to get source: HelmRepository.source.toolkit.fluxcd.io "none" not found',
    },
    {
      name: "bucket",
      spec: { sourceRef: { kind: "Bucket", name: "none" } },
      reason: "UnsupportedSourceKind",
      message: "failed to get source: charts from the source kind 'Bucket' are not supported yet",
    },
    {
      name: "odd-name",
      spec: { sourceRef: main, chart: "Demo" },
      reason: "InvalidChartReference",
      message: "invalid chart name 'Demo': a valid name must be lower case letters",
    },
    {
      name: "no-version",
      spec: { sourceRef: main, version: "9.x" },
      reason: "InvalidChartReference",
      message: "no 'demo' chart with version matching '9.x' found",
    },
    {
      name: "unverifiable",
      spec: { sourceRef: main, verify: { provider: "cosign", secretRef: { name: "keys" } } },
      reason: "ChartVerificationError",
      message: "chart verification error: not implemented",
    },
    {
      name: "not-in-registry",
      spec: { sourceRef: ofRegistry, chart: "none" },
      reason: "ChartPullError",
      message: 'could not get tags for "none": could not fetch tags for "oci://',
    },
  ] as const)("says why there is none: $name", async ({ name, spec, reason, message }) => {
    await applyChart(world, name, spec);
    const chart = await ready(name, { status: "False", reason });
    expect(conditionOf(chart, "Ready")?.message).toContain(message);
    expect(chart.status?.artifact).toBeUndefined();
  });

  test("waits for the artifact of its source", async () => {
    await applyRepository(world, "late", { url: `${charts.url}/none` });
    await applyChart(world, "late", { sourceRef: { kind: "HelmRepository", name: "late" } });
    const waiting = await ready("late", { status: "False", reason: "NoSourceArtifact" });
    expect(conditionOf(waiting, "FetchFailed")?.message).toBe(
      "no artifact available for HelmRepository source 'late'",
    );
    await applyRepository(world, "late", { url: `${charts.url}/main` });
    await ready("late");
  });

  test("is not what the index says it is", async () => {
    await applyRepository(world, "wrong", { url: `${charts.url}/wrong/main` });
    await untilReady<HelmRepository>(world, HelmRepository, "wrong");
    await applyChart(world, "wrong", { sourceRef: { kind: "HelmRepository", name: "wrong" } });
    const chart = await ready("wrong", { status: "False", reason: "ChartPullError" });
    expect(conditionOf(chart, "FetchFailed")?.message).toMatch(
      /has digest '\w{64}', the index has '\w{64}'$/,
    );
  });

  test("is fetched with the password of its repository; another is said as Flux says it", async () => {
    await applyRepository(world, "login", { url: `${charts.url}/auth/main`, secretRef: { name: "login" } });
    await untilReady<HelmRepository>(world, HelmRepository, "login");
    requests.length = 0;
    await applyChart(world, "login", { sourceRef: { kind: "HelmRepository", name: "login" } });
    await ready("login");
    const [own, ...more] = requests.filter(({ path }) => path.startsWith("/auth/main/demo-"));
    expect(own?.authorization).toMatch(/^Basic /);
    expect(more).toEqual([]);
    await applySecret(world, "login", { username: "user", password: "canary" });
    await applyChart(world, "denied", { sourceRef: { kind: "HelmRepository", name: "login" } });
    const denied = await ready("denied", { status: "False", reason: "Unknown" });
    expect(conditionOf(denied, "Ready")?.message).toMatch(
      /^unknown build error: failed to authenticate with the Helm repository: chart pull error: .* 401 Unauthorized$/,
    );
    expect(JSON.stringify(denied)).not.toContain("canary");
    await applySecret(world, "login", { username: "user", password: "pass" });
  });

  test("is packaged from Git with what it depends on", async () => {
    const repository = await world.git.repository("apps");
    const dependencies = [
      "- {name: local, repository: file://../local, version: 0.x}",
      `- {name: demo, repository: ${charts.url}/auth/main, version: 1.1.0, alias: other}`,
    ];
    await repository.commit({
      files: {
        "charts/app/Chart.yaml": chartYaml("app", `dependencies:\n${dependencies.join("\n")}\n`),
        "charts/app/values.yaml": "a: 1\n",
        "charts/local/Chart.yaml": chartYaml("local"),
        "values/prod.yaml": "a: 2\n",
      },
    });
    await applyRepository(world, "deps", { url: `${charts.url}/auth/main/`, secretRef: { name: "login" } });
    await applyGit(world, "apps", `${world.git.url}/apps.git`);
    const sourceRef = { kind: "GitRepository", name: "apps" } as const;
    await applyChart(world, "app", {
      sourceRef,
      chart: "charts/app",
      reconcileStrategy: "Revision",
      valuesFiles: ["values/prod.yaml"],
    });
    const chart = await ready("app", { reason: "ChartPackageSucceeded" });
    const git = await world.client.get(GitRepository, { namespace: "default", name: "apps" });
    const hash = git?.status?.artifact?.revision.slice("main@sha1:".length, "main@sha1:".length + 12);
    expect(chart.status?.artifact?.revision).toBe(`0.1.0+${hash}.1`);
    const { values, subcharts } = await stored(chart);
    expect(values).toEqual({ a: 2 });
    expect(subcharts.map(({ metadata }) => metadata.name).sort()).toEqual(["local", "other"]);

    await applyChart(world, "lost", { sourceRef, chart: "../charts/lost" });
    const lost = await ready("lost", { status: "False", reason: "InvalidChartReference" });
    expect(conditionOf(lost, "Stalled")?.message).toContain("stat $SOURCE/charts/lost: no such file");
  });

  test("says which dependency cannot be had", async () => {
    const repository = await world.git.repository("broken");
    await repository.commit({
      files: {
        "a/Chart.yaml": chartYaml("a", "dependencies:\n- {name: b, repository: file://../b, version: 1.x}\n"),
        "c/Chart.yaml": chartYaml("c", "dependencies:\n- {name: b, repository: '@alias', version: 1.x}\n"),
      },
    });
    await applyGit(world, "broken", `${world.git.url}/broken.git`);
    const sourceRef = { kind: "GitRepository", name: "broken" } as const;
    await applyChart(world, "broken-a", { sourceRef, chart: "a" });
    const local = await ready("broken-a", { status: "False", reason: "DependencyBuildError" });
    expect(conditionOf(local, "BuildFailed")?.message).toBe(
      "dependency build error: failed to add local dependency 'b': no chart found at '/b' (reference 'file://../b')",
    );
    await applyChart(world, "broken-c", { sourceRef, chart: "c" });
    const remote = await ready("broken-c", { status: "False", reason: "DependencyBuildError" });
    expect(conditionOf(remote, "BuildFailed")?.message).toContain(
      "aliased repository dependency is not supported: @alias",
    );
  });

  const byKeys = { provider: "cosign", secretRef: { name: "keys" } } as const;

  test("is pulled as soon as the registry is named", async () => {
    await push("early", "1.0.0");
    await applyChart(world, "early", {
      sourceRef: { kind: "HelmRepository", name: "later" },
      chart: "early",
    });
    await ready("early", { status: "False", reason: "SourceUnavailable" });
    await applyRepository(world, "later", { url: `oci://${registry.registry}/charts`, type: "oci" });
    await ready("early", { revision: "1.0.0" });
  });

  test("is pulled from a registry and verified by a key", async () => {
    const digest = await push("signed", "1.0.0");
    await signWith(trusted.privateKey, `${registry.registry}/charts/signed`, digest);
    await applyChart(world, "signed", {
      sourceRef: ofRegistry,
      chart: "signed",
      version: "1.x",
      verify: byKeys,
    });
    const chart = await ready("signed", { revision: "1.0.0" });
    expect(conditionOf(chart, "SourceVerified")).toMatchObject({
      status: "True",
      reason: "Succeeded",
      message: "verified signature of version 1.0.0",
    });
    await applyChart(world, "signed", { sourceRef: ofRegistry, chart: "signed", version: "1.x" });
    const unasked = await ready("signed");
    expect(conditionOf(unasked, "SourceVerified")).toBeUndefined();
  });

  test.each([
    {
      name: "by-another",
      verify: { provider: "cosign", secretRef: { name: "others" } },
      reason: "ChartVerificationError",
    },
    { name: "keyless", verify: { provider: "cosign" }, reason: "ChartVerificationError" },
    { name: "by-notation", verify: { provider: "notation" }, reason: "Unknown" },
    {
      name: "without-keys",
      verify: { provider: "cosign", secretRef: { name: "no-keys" } },
      reason: "Unknown",
    },
  ] as const)("is never taken unverified: $name", async ({ name, verify, reason }) => {
    const digest = await push("app", "1.0.0");
    await signWith(trusted.privateKey, `${registry.registry}/charts/app`, digest);
    await applyChart(world, name, { sourceRef: ofRegistry, chart: "app", version: "1.0.0", verify });
    const chart = await ready(name, { status: "False", reason });
    expect(conditionOf(chart, "SourceVerified")).toMatchObject({
      status: "False",
      reason: "VerificationError",
    });
    expect(chart.status?.artifact).toBeUndefined();
  });

  test("takes its artifacts along", async () => {
    await applyChart(world, "gone", { sourceRef: main });
    await ready("gone");
    await world.client.delete(HelmChart, { namespace: "default", name: "gone" });
    await eventually(async () => {
      expect(await world.client.get(HelmChart, { namespace: "default", name: "gone" })).toBeUndefined();
    });
    await expect(stat(join(world.artifacts.root, "helmchart/default/gone"))).rejects.toThrow("ENOENT");
  });
});
