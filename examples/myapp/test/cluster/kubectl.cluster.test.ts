import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { fluxResources } from "@weir/api";
import { startCluster } from "@weir/cluster";
import { loadKubeconfig } from "@weir/client";
import { eventually, findTool } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);
const tool = await findTool("kubectl");
const kubectlPath = tool.kind === "found" ? tool.path : "";
const why = tool.kind === "found" ? "" : ` (skipped: ${tool.reason})`;

/** A cluster as a kubeconfig; without kubelet, so that what Pods report is the test's to say. */
interface OpenCluster extends AsyncDisposable {
  readonly kubeconfig: string;
}

async function openEmbedded(folder: string): Promise<OpenCluster> {
  const kubeconfig = join(folder, "admin");
  const loops = { namespaces: "off", garbage: false, accounts: false, workloads: "off" } as const;
  const cluster = await startCluster({ loops, authorization: "RBAC", listen: { kubeconfig } });
  return { kubeconfig, [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose]() };
}

const { WEIR_TEST_KUBECONFIG: given = "", WEIR_TEST_CLUSTER: givenName = "kubeconfig" } = process.env;
const clusters = [
  { name: "embedded", open: openEmbedded },
  ...(given === ""
    ? []
    : [
        { name: givenName, open: async () => ({ kubeconfig: given, [Symbol.asyncDispose]: async () => {} }) },
      ]),
];

/** A stream of documents; JSON is YAML. */
function yamlOf(objects: readonly object[]): string {
  return objects.map((object) => `---\n${JSON.stringify(object)}\n`).join("");
}

/** Runs kubectl as the administrator, in the test's namespace. */
class Kubectl {
  readonly #kubeconfig: string;
  readonly namespace = `myapp-${process.pid}-${Math.floor(Math.random() * 1e6)}`;

  constructor(kubeconfig: string) {
    this.#kubeconfig = kubeconfig;
  }

  async run(...args: readonly string[]): Promise<string> {
    const { stdout } = await run(kubectlPath, [`--kubeconfig=${this.#kubeconfig}`, ...args]);
    return stdout.trim();
  }

  here(...args: readonly string[]): Promise<string> {
    return this.run("--namespace", this.namespace, ...args);
  }

  async apply(objects: readonly object[]): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "weir-myapp-"));
    await writeFile(join(folder, "objects.yaml"), yamlOf(objects));
    await this.here("apply", "-f", join(folder, "objects.yaml"));
    await rm(folder, { recursive: true });
  }

  /** `web-0=nginx:1`, of all Pods of a MyApp. */
  pods(app: string): Promise<string> {
    const path = "{range .items[*]}{.metadata.name}={.spec.containers[0].image} {end}";
    return this.here("get", "pods", "-l", `app.example.com/name=${app}`, "-o", `jsonpath=${path}`);
  }

  /** Says what a kubelet would. */
  async setReady(pod: string): Promise<void> {
    const status = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
    await this.here(
      "patch",
      "pod",
      pod,
      "--subresource=status",
      "--type=merge",
      "-p",
      JSON.stringify({ status }),
    );
  }
}

/** A kubeconfig of the account that the manifests make, so that the rights in them are those that it has. */
async function accountKubeconfig(kubectl: Kubectl, admin: string, folder: string): Promise<string> {
  const token = await kubectl.run("create", "token", "myapp", "--namespace", "myapp-system");
  const { server, ca } = await loadKubeconfig(admin);
  const authority =
    ca?.kind === "inline"
      ? { "certificate-authority-data": Buffer.from(ca.bytes).toString("base64") }
      : { "certificate-authority": ca?.path };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server, ...authority } }],
    users: [{ name: "myapp", user: { token } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "myapp" } }],
    "current-context": "test",
  };
  const path = join(folder, "account");
  await writeFile(path, JSON.stringify(config));
  return path;
}

/** The program as a user starts it. */
function startProgram(kubeconfig: string): { readonly end: () => Promise<readonly [number | null, string]> } {
  const flags = ["--conditions=@weir/source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, join(root, "src/main.ts")], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const closed = once(child, "close") as Promise<[number | null]>;
  return {
    end: async () => {
      child.kill("SIGTERM");
      const [status] = await closed;
      return [status, output];
    },
  };
}

describe.skipIf(tool.kind === "absent").each(clusters)(`kubectl and myapp${why} on $name`, ({ open }) => {
  const opened = new AsyncDisposableStack();
  let kubectl: Kubectl;
  let program: ReturnType<typeof startProgram>;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "weir-myapp-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const { kubeconfig } = opened.use(await open(folder));
    kubectl = new Kubectl(kubeconfig);
    await kubectl.run("create", "namespace", kubectl.namespace);
    const crds = join(folder, "flux.yaml");
    await writeFile(crds, yamlOf(fluxResources.map((resource) => resource.crd())));
    await kubectl.run(
      "apply",
      "--server-side",
      "--force-conflicts",
      "-f",
      crds,
      "-f",
      join(root, "manifests"),
    );
    await kubectl.run("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all");
    program = startProgram(await accountKubeconfig(kubectl, kubeconfig, folder));
  });

  afterAll(async () => {
    await kubectl.run("delete", "namespace", kubectl.namespace, "--wait=false");
    await kubectl.run("delete", "-f", join(root, "manifests"), "--wait=false");
    await opened.disposeAsync();
  });

  const webIs = (want: string) => eventually(async () => expect(await kubectl.pods("web")).toBe(want), TIME);
  const TIME = { withinMs: 30_000, everyMs: 100 };

  test("makes the Pods of a MyApp that is applied, and says when they are ready", async () => {
    const board = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "myapps" } };
    const spec = { image: "nginx:1", replicas: 2 };
    const web = { apiVersion: "example.com/v1alpha1", kind: "MyApp", metadata: { name: "web" }, spec };
    await kubectl.apply([board, web]);
    await webIs("web-0=nginx:1 web-1=nginx:1");
    for (const pod of ["web-0", "web-1"]) await kubectl.setReady(pod);
    await kubectl.here("wait", "--for=condition=Ready", "--timeout=30s", "myapp/web");
    const [, row = ""] = (await kubectl.here("get", "myapp")).split("\n");
    expect(row.split(/ +/).slice(0, 5)).toEqual(["web", "nginx:1", "2", "2", "True"]);
    expect(await kubectl.here("get", "configmap", "myapps", "-o", "jsonpath={.data.web}")).toBe(
      "nginx:1: 2 of 2 Pods are ready",
    );
  });

  test("scales up and down", async () => {
    await kubectl.here("scale", "myapp", "web", "--replicas=3");
    await webIs("web-0=nginx:1 web-1=nginx:1 web-2=nginx:1");
    await kubectl.here("scale", "myapp", "web", "--replicas=1");
    await webIs("web-0=nginx:1");
  });

  test("changes the image in place", async () => {
    const before = await kubectl.here("get", "pod", "web-0", "-o", "jsonpath={.metadata.uid}");
    await kubectl.here("patch", "myapp", "web", "--type=merge", "-p", '{"spec":{"image":"nginx:2"}}');
    await webIs("web-0=nginx:2");
    expect(await kubectl.here("get", "pod", "web-0", "-o", "jsonpath={.metadata.uid}")).toBe(before);
  });

  test("waits for the GitRepository that it names", async () => {
    const source = {
      apiVersion: "source.toolkit.fluxcd.io/v1",
      kind: "GitRepository",
      metadata: { name: "settings" },
      spec: { interval: "1m", url: "https://example.com/settings" },
    };
    const dependsOn = { kind: "GitRepository", name: "settings" };
    const spec = { image: "nginx:1", dependsOn };
    const late = { apiVersion: "example.com/v1alpha1", kind: "MyApp", metadata: { name: "late" }, spec };
    await kubectl.apply([late, source]);
    const reason = "jsonpath={.status.conditions[?(@.type=='Ready')].message}";
    await eventually(async () => {
      expect(await kubectl.here("get", "myapp", "late", "-o", reason)).toBe(
        "GitRepository settings is not Ready",
      );
    }, TIME);
    const lastTransitionTime = "2026-01-01T00:00:00Z";
    const ready = { type: "Ready", status: "True", reason: "Succeeded", message: "", lastTransitionTime };
    const status = JSON.stringify({ status: { observedGeneration: 1, conditions: [ready] } });
    await kubectl.here(
      "patch",
      "gitrepository",
      "settings",
      "--subresource=status",
      "--type=merge",
      "-p",
      status,
    );
    await eventually(async () => expect(await kubectl.pods("late")).toBe("late-0=nginx:1"), TIME);
  });

  test("takes everything with it that it made", async () => {
    await kubectl.here("delete", "myapp", "web", "late", "--timeout=30s");
    expect(await kubectl.here("get", "pods", "-o", "name")).toBe("");
    expect(await kubectl.here("get", "configmap", "myapps", "-o", "jsonpath={.data}")).toMatch(/^(\{\})?$/);
  });

  test("ends in order when it is told to, having been refused nothing", async () => {
    const [status, output] = await program.end();
    expect(output).not.toContain("forbidden");
    expect(output).toContain('"message":"stopped"');
    expect(status).toBe(0);
  });
});
