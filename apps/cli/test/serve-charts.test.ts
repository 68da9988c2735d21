import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@weir/core";
import { readRepositoryIndex } from "@weir/helm";
import { createNodeSender, pullChart, RegistryClient } from "@weir/oci";
import { eventually } from "@weir/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ChartServer, ownCharts, serveCharts } from "../src/up/charts/serve-charts.ts";
import { rememberPorts } from "../src/up/remembered-ports.ts";

describe("a folder of charts", () => {
  let folder: string;
  let server: ChartServer;
  let problems: string[];

  async function writeChart(name: string, version: string): Promise<void> {
    await mkdir(join(folder, name, "templates"), { recursive: true });
    await writeFile(join(folder, name, "Chart.yaml"), `apiVersion: v2\nname: ${name}\nversion: ${version}\n`);
    await writeFile(join(folder, name, "templates/cm.yaml"), "kind: ConfigMap\n");
  }

  async function versions(): Promise<Readonly<Record<string, readonly string[]>>> {
    const answer = await fetch(`${server.url}/index.yaml`);
    const index = readRepositoryIndex(new Uint8Array(await answer.arrayBuffer()));
    return Object.fromEntries([...index].map(([name, all]) => [name, all.map(({ version }) => version)]));
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-charts-"));
    problems = [];
    await writeChart("web", "1.0.0");
    await mkdir(join(folder, "broken"));
    await writeFile(join(folder, "broken/Chart.yaml"), "apiVersion: v9\n");
    server = await serveCharts({
      folder,
      clock: systemClock,
      ports: await rememberPorts(await mkdtemp(join(tmpdir(), "weir-ports-"))),
      onProblem: (message) => problems.push(message),
    });
  });
  afterEach(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  test("is a repository over HTTP, with the same archives each time; what is no chart is told", async () => {
    expect(await versions()).toEqual({ web: ["1.0.0"] });
    expect(problems.map((problem) => problem.includes("broken is no chart"))).toEqual([true]);
    expect((await fetch(`${server.url}/web-1.0.0.tgz`)).status).toBe(200);
    expect((await fetch(`${server.url}/web-2.0.0.tgz`)).status).toBe(404);
  });

  test("is found in what is synced, where there are charts in it", async () => {
    expect(await ownCharts(folder)).toBeUndefined();
    await mkdir(join(folder, "charts/web"), { recursive: true });
    expect(await ownCharts(folder)).toBeUndefined();
    await writeFile(join(folder, "charts/web/Chart.yaml"), "apiVersion: v2\nname: web\nversion: 1.0.0\n");
    expect(await ownCharts(folder)).toBe(join(folder, "charts"));
    expect(await ownCharts("https://git.example.com/fleet.git")).toBeUndefined();
  });

  test("is a registry that nobody can push to", async () => {
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    const [registry = ""] = server.registryUrl.slice("oci://".length).split("/");
    const reference = { registry, repository: "charts/web", tag: "1.0.0" };
    const archive = await fetch(`${server.url}/web-1.0.0.tgz`).then((answer) => answer.arrayBuffer());
    const pulled = await pullChart(client, { reference });
    expect(Buffer.from(pulled.archive).equals(Buffer.from(archive))).toBe(true);
    const push = client.uploadBlob({ repository: reference, bytes: Buffer.from("x") });
    await expect(push).rejects.toThrow();
  });

  test("is packaged anew once it changes, and keeps what cannot be read any more", async () => {
    const following = new AbortController();
    let changes = 0;
    server.follow(() => (changes += 1), following.signal);
    await writeChart("web", "1.1.0");
    await eventually(async () => {
      // A watch of the system may begin late.
      if (changes === 0) await writeChart("web", "1.1.0");
      expect(await versions()).toEqual({ web: ["1.1.0"] });
    });
    const before = changes;
    await eventually(async () => {
      await writeFile(join(folder, "web/Chart.yaml"), "apiVersion: v2\n");
      expect(changes).toBeGreaterThan(before);
    });
    expect(await versions()).toEqual({ web: ["1.1.0"] });
    following.abort();
  });
});
