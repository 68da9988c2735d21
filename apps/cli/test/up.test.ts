import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { type Kind, loadKubeconfig, type OpenClient, openClient } from "@weir/client";
import type { KubeObject } from "@weir/objects";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = resolve(import.meta.dirname, "../src/main.ts");
const fleet = resolve(import.meta.dirname, "../../../examples/fleet");

const Deployment: Kind = { group: "apps", version: "v1", kind: "Deployment" };
const Job: Kind = { group: "batch", version: "v1", kind: "Job" };
const Kustomization: Kind = { group: "kustomize.toolkit.fluxcd.io", version: "v1", kind: "Kustomization" };
const WEB = { namespace: "apps", name: "web" };

/** A `weir up` in a process of its own, as a person starts it. */
class Up {
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly exited: Promise<number | null>;
  output = "";

  constructor(source: string, storage: string, ...args: readonly string[]) {
    const all = ["up", source, "--path", "clusters/local", "--storage", storage, ...args];
    this.#child = spawn(process.execPath, ["--conditions=@weir/source", main, ...all], {
      env: { ...process.env, WEIR_HOME: mkdtempSync(join(tmpdir(), "weir-home-")) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
    this.exited = new Promise((done) => this.#child.on("close", done));
  }

  kill(signal: NodeJS.Signals): Promise<number | null> {
    this.#child.kill(signal);
    return this.exited;
  }
}

/** Waits for something that processes outside of the test bring about; the last failure is the message. */
async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 25_000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const found = await look();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`waited in vain for ${what}: ${String(last ?? "not there")}`);
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, "utf8");
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
}

function imageOf(object: KubeObject | undefined): string | undefined {
  const spec = object?.["spec"] as { template: { spec: { containers: { image: string }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.image;
}

describe("weir up on a plain folder", () => {
  let root = "";
  let folder = "";
  let up: Up;
  let cluster: OpenClient;

  const connect = async (): Promise<OpenClient> =>
    eventually("the cluster", async () => {
      const client = openClient(await loadKubeconfig(join(root, "state/kubeconfig")));
      await client.client.list(Kustomization, { namespace: "flux-system" });
      return client;
    });
  const untilImage = (tag: string): Promise<true> =>
    eventually(`the image ${tag}`, async () =>
      imageOf(await cluster.client.get(Deployment, WEB)) === `registry.example.com/web:${tag}`
        ? true
        : undefined,
    );

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "weir-up-"));
    folder = join(root, "fleet");
    await cp(fleet, folder, { recursive: true });
    up = new Up(folder, join(root, "state"));
    cluster = await connect();
  });

  afterAll(async () => {
    await up.kill("SIGKILL");
    await rm(root, { recursive: true, force: true });
  });

  test("applies what the folder holds", async () => {
    await untilImage("2.6.1");
  });

  test("applies a save, and prunes what a save removes", async () => {
    await eventually("the job", () => cluster.client.get(Job, { namespace: "apps", name: "migrate" }));
    await edit(join(folder, "apps/local/kustomization.yaml"), "newTag: 2.6.1", "newTag: 2.7.0");
    await untilImage("2.7.0");
    await edit(join(folder, "apps/base/worker/kustomization.yaml"), "  - migrate.yaml\n", "");
    await rm(join(folder, "apps/base/worker/migrate.yaml"));
    await eventually("the job to go", async () =>
      (await cluster.client.get(Job, { namespace: "apps", name: "migrate" })) === undefined
        ? true
        : undefined,
    );
  });

  test("refuses a second cluster on the same storage, and names it", async () => {
    const second = new Up(folder, join(root, "state"));
    expect(await second.exited).toBe(1);
    expect(second.output).toMatch(/weir: .*cluster\.db/);
  });

  test("loses nothing to a kill, and goes on with what was saved meanwhile", async () => {
    const before = await cluster.client.get(Deployment, WEB);
    await up.kill("SIGKILL");
    await cluster[Symbol.asyncDispose]();
    await edit(join(folder, "apps/local/kustomization.yaml"), "newTag: 2.7.0", "newTag: 2.8.0");
    up = new Up(folder, join(root, "state"));
    cluster = await connect();
    await untilImage("2.8.0");
    const after = await cluster.client.get(Deployment, WEB);
    expect(after?.metadata.uid).toBe(before?.metadata.uid);
  });

  test("ends in order when it is told to", async () => {
    expect(await up.kill("SIGTERM")).toBe(0);
  });
});

describe("weir up --once", () => {
  test("ends with 0 when all is Ready", async () => {
    const up = new Up(fleet, "memory", "--once");
    expect(await up.exited).toBe(0);
    expect(up.output).toContain("ready     Kustomization/flux-system/apps: Applied revision: main@sha1:");
  });

  test("ends with 1 and the reasons when something is broken", async () => {
    const root = await mkdtemp(join(tmpdir(), "weir-up-"));
    const folder = join(root, "fleet");
    await cp(fleet, folder, { recursive: true });
    await edit(join(folder, "infrastructure/settings/kustomization.yaml"), "namespaces.yaml", "gone.yaml");
    const up = new Up(folder, "memory", "--once");
    expect(await up.exited).toBe(1);
    expect(up.output).toMatch(/\nKustomization\/flux-system\/settings: kustomize build failed: .*gone\.yaml/);
    await rm(root, { recursive: true, force: true });
  });
});
