import type { Kustomization } from "@weir/api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../src/index.ts";
import { configMapFile, SyncedApps } from "./synced-apps.ts";

interface Case {
  readonly name: string;
  /** What is committed beside the file that is applied. */
  readonly files?: Readonly<Record<string, string>>;
  readonly spec?: Partial<Kustomization["spec"]>;
  readonly reason: string;
  readonly message: string | RegExp;
}

/** Nine lists of ten aliases each: a thousand million values. */
function aliasBomb(): string {
  const names = [..."abcdefghi"];
  const lists = names.map((name, index) => {
    const items = index === 0 ? "lol" : `*${names[index - 1]} `;
    return `${name}: &${name} [${Array(10).fill(items).join(",")}]\n`;
  });
  return lists.join("");
}

const inDefault = "metadata: {name: bad, namespace: default}\n";

const cases: readonly Case[] = [
  {
    name: "a path that is not there",
    spec: { path: "./nope" },
    reason: "ArtifactFailed",
    message: /^kustomization path not found: stat .*\/nope: no such file or directory$/,
  },
  {
    name: "a file that is not YAML, by its line",
    files: { "bad.yaml": "a:\n  b: [1, 2\nc: 3\n" },
    reason: "BuildFailed",
    message: /^failed to decode Kubernetes YAML from .*\/bad\.yaml: MalformedYAMLError: yaml: line \d+: /,
  },
  {
    name: "a key that is there twice",
    files: { "bad.yaml": `${configMapFile("twice", "y")}  key: z\n` },
    reason: "BuildFailed",
    message: /line 8: mapping key "key" already defined at line 7/,
  },
  {
    name: "an alias bomb",
    files: { "bad.yaml": aliasBomb() },
    reason: "BuildFailed",
    message: /bad\.yaml: .*excessive aliasing/,
  },
  {
    name: "a document that is no object",
    files: { "bad.yaml": "hello\n" },
    reason: "BuildFailed",
    message: /bad\.yaml/,
  },
  {
    name: "an object without a name",
    files: { "bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {namespace: default}\n" },
    reason: "BuildFailed",
    message: /missing metadata\.name/,
  },
  {
    name: "a kustomization that leaves the repository",
    files: { "kustomization.yaml": "resources: [good.yaml, ../../../../etc]\n" },
    reason: "BuildFailed",
    message: /etc/,
  },
  {
    name: "a kind that nobody serves",
    files: { "bad.yaml": `apiVersion: nope.example.com/v1\nkind: Nope\n${inDefault}` },
    reason: "ReconciliationFailed",
    message: 'Nope/default/bad dry-run failed: no matches for kind "Nope" in version "nope.example.com/v1"\n',
  },
  {
    name: "a value that its field does not take",
    files: { "bad.yaml": `apiVersion: v1\nkind: Service\n${inDefault}spec: {ports: [{port: 99999}]}\n` },
    reason: "ReconciliationFailed",
    message:
      /^Service\/default\/bad dry-run failed \(Invalid\): .*spec\.ports\[0\]\.port: Invalid value: 99999/,
  },
  {
    name: "a value of another type",
    files: { "bad.yaml": `apiVersion: v1\nkind: ConfigMap\n${inDefault}data: {count: 1}\n` },
    reason: "ReconciliationFailed",
    message: /^ConfigMap\/default\/bad dry-run failed.*\.data\.count/,
  },
  {
    name: "a field that its kind does not have",
    files: {
      "bad.yaml": `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n${inDefault}spec: {uri: x}\n`,
    },
    reason: "ReconciliationFailed",
    message: /^GitRepository\/default\/bad dry-run failed.*\.spec\.uri: field not declared in schema/,
  },
  {
    name: "a value that the schema of its kind forbids",
    files: {
      "bad.yaml": `apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n${inDefault}spec: {url: nope, interval: 1m}\n`,
    },
    reason: "ReconciliationFailed",
    message: /^GitRepository\/default\/bad dry-run failed \(Invalid\): .*spec\.url: Invalid value: "nope"/,
  },
  {
    name: "a name that is not allowed",
    files: { "bad.yaml": `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: NOT_OK, namespace: default}\n` },
    reason: "ReconciliationFailed",
    message: /metadata\.name: Invalid value: "NOT_OK"/,
  },
  {
    name: "a namespace that is not there",
    files: { "bad.yaml": configMapFile("bad", "y").replace("namespace: default", "namespace: nope") },
    reason: "ReconciliationFailed",
    message: 'ConfigMap/nope/bad not found: namespaces "nope" not found\n',
  },
  {
    name: "a Secret that is encrypted",
    files: {
      "bad.yaml": `apiVersion: v1\nkind: Secret\n${inDefault}stringData: {a: "ENC[x]"}\nsops: {mac: x}\n`,
    },
    reason: "ReconciliationFailed",
    message: /^Secret\/default\/bad is SOPS encrypted/,
  },
  {
    name: "a dependency that is not there",
    spec: { dependsOn: [{ name: "nope" }] },
    reason: "DependencyNotReady",
    message: /^dependency 'default\/nope' not found: /,
  },
  {
    name: "a source that is not there",
    spec: { sourceRef: { kind: "GitRepository", name: "nope" } },
    reason: "ArtifactFailed",
    message: 'GitRepository.source.toolkit.fluxcd.io "nope" not found',
  },
];

const CYCLE = /dependency cycle default\/(left -> default\/right|right -> default\/left)/;

describe("a Kustomization with bad input", () => {
  let apps: SyncedApps;

  beforeAll(async () => {
    apps = await SyncedApps.start();
  });
  afterAll(() => apps?.[Symbol.asyncDispose]());

  const rows = cases.map((row, index) => ({ ...row, app: `app-${index}` }));

  test.each(rows)("names $name, keeps what is applied, and stops nobody else", async (row) => {
    const { app, files = {}, spec = {}, reason, message } = row;
    await apps.createGoodApp(app);
    const { lastAppliedRevision, inventory } = (await apps.kustomization(app))?.status ?? {};
    await apps.createKustomization(app, spec);
    const commit = await apps.push(app, files);
    await apps.request(app);
    const failure = await apps.failure(app, Object.keys(files).length === 0 ? "" : commit);
    expect(failure).toEqual({
      status: "False",
      reason,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
    expect((await apps.kustomization(app))?.status).toMatchObject({ lastAppliedRevision, inventory });
    expect(await apps.value(app)).toBe("good");
    await apps.untilOtherGoesOn();
  });

  test("ends a circle of dependencies for each that is in it, and for nobody else", async () => {
    for (const name of ["left", "right"]) {
      await apps.push(name, { "good.yaml": configMapFile(name, "good") });
      await apps.createSource(name);
      await apps.untilSourceReady(name);
    }
    // Both are there before one looks for the other.
    for (const suspend of [true, false]) {
      await apps.createKustomization("left", { suspend, dependsOn: [{ name: "right" }] });
      await apps.createKustomization("right", { suspend, dependsOn: [{ name: "left" }] });
    }
    for (const name of ["left", "right"]) {
      await eventually(async () => {
        const { reason, message } = await apps.failure(name);
        expect([reason, message]).toEqual(["DependencyNotReady", expect.stringMatching(CYCLE)]);
      });
      expect(await apps.value(name)).toBeUndefined();
    }
    await apps.untilOtherGoesOn();
  });

  test("goes on as soon as the repository is mended", async () => {
    await apps.createGoodApp("mended");
    const broken = await apps.push("mended", { "bad.yaml": "a: [\n" });
    await apps.request("mended");
    await apps.failure("mended", broken);
    await apps.push("mended", { "bad.yaml": configMapFile("mended-too", "good") });
    await apps.request("mended");
    await apps.untilReady("mended");
    expect(await apps.value("mended-too")).toBe("good");
  });
});
