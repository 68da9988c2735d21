import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool, type FoundTool } from "@weir/testkit";
import {
  createNodeSender,
  findChartVersion,
  type NodeSender,
  ociChartSources,
  parseChartReference,
  pullChart,
  pushChart,
  RegistryClient,
  type RegistryServer,
  serveRegistry,
} from "../src/index.ts";
import { aTarball } from "./tarball.ts";

// What helm itself does with our registry, and we with what helm pushed. Downloads helm once where it is not there.
const helm: FoundTool = await findTool("helm");
const run = promisify(execFile);

const CHART_YAML = `apiVersion: v2
name: demo
version: 1.2.3+build.5
appVersion: "2.0"
description: A chart <for> tests & more
home: https://example.com/demo
sources: [https://example.com/src, https://example.com/other]
keywords: [b, a]
maintainers:
- {name: Ann, email: ann@example.com}
- {name: Ben, url: https://example.com/ben}
annotations:
  z.example.com/last: "1"
  a.example.com/first: "2"
dependencies:
- {name: child, version: 1.x.x, repository: "", condition: child.enabled}
type: application
`;

let folder: string;
let server: RegistryServer;
let sender: NodeSender;
let client: RegistryClient;
let archive: Buffer;

async function runHelm(...args: readonly string[]): Promise<string> {
  const path = helm.kind === "found" ? helm.path : "";
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: folder,
    HELM_REGISTRY_CONFIG: join(folder, "registry.json"),
  };
  const { stdout, stderr } = await run(path, args, { cwd: folder, env });
  return stdout + stderr;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-oci-"));
  server = await serveRegistry();
  sender = createNodeSender();
  client = new RegistryClient({ sender });
  archive = await aTarball({
    "demo/Chart.yaml": CHART_YAML,
    "demo/charts/child/Chart.yaml": "apiVersion: v2\nname: child\nversion: 1.0.0\n",
    "demo/templates/a.yaml": "kind: ConfigMap\n",
  });
});

afterAll(async () => {
  sender[Symbol.dispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe.skipIf(helm.kind === "absent")("helm", () => {
  test("pushes a chart that we pull, with a + in its version", async () => {
    await writeFile(join(folder, "demo.tgz"), archive);
    await runHelm("push", "demo.tgz", `oci://${server.registry}/helm`, "--plain-http");
    const repository = parseChartReference(`oci://${server.registry}/helm/demo`);
    const { reference, version } = await findChartVersion(client, repository, "^1.2");
    expect(version).toBe("1.2.3+build.5");
    const chart = await pullChart(client, { reference });
    expect(Buffer.from(chart.archive)).toEqual(archive);
    expect(chart.metadata["name"]).toBe("demo");
  });

  test("pulls a chart that we pushed", async () => {
    const parent = { registry: server.registry, path: "ours" };
    await pushChart(client, { parent, archive });
    await runHelm("pull", `oci://${server.registry}/ours/demo`, "--version", "^1.0.0", "--plain-http");
    expect(await readFile(join(folder, "demo-1.2.3+build.5.tgz"))).toEqual(archive);
    expect(await runHelm("show", "chart", `oci://${server.registry}/ours/demo`, "--plain-http")).toContain(
      "Ann",
    );
  });

  test("writes the manifest that we write, byte for byte", async () => {
    await writeFile(join(folder, "demo.tgz"), archive);
    await runHelm("push", "demo.tgz", `oci://${server.registry}/same`, "--plain-http");
    const reference = parseChartReference(`oci://${server.registry}/same/demo:1.2.3+build.5`);
    const theirs = await client.fetchManifest(reference);
    const created = theirs.content.annotations["org.opencontainers.image.created"] ?? "";
    const parent = { registry: server.registry, path: "again" };
    const { descriptor } = await pushChart(client, { parent, archive, created });
    const ours = await client.fetchManifest({
      ...parent,
      repository: "again/demo",
      digest: descriptor.digest,
    });
    expect(Buffer.from(ours.bytes).toString()).toBe(Buffer.from(theirs.bytes).toString());
  });

  test("logs in with a password, and is refused without", async () => {
    const users = [{ username: "user", password: "pass" }];
    for (const kind of ["basic", "bearer"] as const) {
      await using guarded = await serveRegistry({ auth: { kind, users } });
      await writeFile(join(folder, "demo.tgz"), archive);
      const push = ["push", "demo.tgz", `oci://${guarded.registry}/helm`, "--plain-http"];
      await expect(runHelm(...push)).rejects.toThrow();
      await runHelm("registry", "login", guarded.registry, "-u", "user", "-p", "pass", "--plain-http");
      await runHelm(...push);
      expect(await runHelm("show", "chart", `oci://${guarded.registry}/helm/demo`, "--plain-http")).toContain(
        "Ann",
      );
    }
  });
});

describe("the sources of charts", () => {
  test("give versions for tags, and an archive for a version", async () => {
    await pushChart(client, { parent: { registry: server.registry, path: "deps" }, archive });
    const sources = ociChartSources(client);
    expect(await sources.tags(`oci://${server.registry}/deps/demo`)).toEqual(["1.2.3+build.5"]);
    const pulled = await sources.pull(`oci://${server.registry}/deps/demo`, "1.2.3+build.5");
    expect(Buffer.from(pulled)).toEqual(archive);
  });
});
