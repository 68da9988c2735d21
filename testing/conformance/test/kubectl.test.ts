import { spawn } from "node:child_process";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Cluster, startCluster } from "@weir/cluster";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool, type FoundTool } from "@weir/testkit";

// What a person does with kubectl, against the embedded API over HTTPS. Downloads kubectl once where it is not there.
const kubectl: FoundTool = await findTool("kubectl");

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const MANIFESTS = `
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, labels: {tier: web}}
data: {color: blue}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
`;

const CRD = `
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.test.example.com}
spec:
  group: test.example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    subresources: {status: {}}
    additionalPrinterColumns:
    - {name: Color, type: string, jsonPath: .spec.color}
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {color: {type: string, default: green}, size: {type: integer, maximum: 5}}
          status: {type: object, x-kubernetes-preserve-unknown-fields: true}
`;

const WIDGET = `
apiVersion: test.example.com/v1
kind: Widget
metadata: {name: one}
spec: {size: 2}
`;

const reason = kubectl.kind === "absent" ? `: ${kubectl.reason}` : "";

describe.skipIf(kubectl.kind === "absent")(`kubectl on the embedded API${reason}`, () => {
  let folder: string;
  let cluster: Cluster;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-kubectl-"));
    const listen = { host: "127.0.0.1", port: 0, kubeconfig: join(folder, "config") };
    cluster = await startCluster({ listen });
    await writeFile(join(folder, "manifests.yaml"), MANIFESTS);
    await writeFile(join(folder, "crd.yaml"), CRD);
    await writeFile(join(folder, "widget.yaml"), WIDGET);
    await kube("create", "namespace", "demo");
  }, 240_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  function start(args: readonly string[]): ReturnType<typeof spawn> {
    const program = kubectl.kind === "found" ? kubectl.path : "";
    const env = { KUBECONFIG: join(folder, "config"), HOME: folder, PATH: process.env["PATH"] ?? "" };
    return spawn(program, args, { cwd: folder, env });
  }

  function run(args: readonly string[]): Promise<Run> {
    return new Promise((resolve, reject) => {
      const child = start(args);
      let stdout = "";
      let stderr = "";
      child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      child.on("error", reject);
      child.on("close", (code) => resolve({ code, stdout, stderr }));
    });
  }

  /** Runs a command that is to succeed; gives what it prints. */
  async function kube(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await run(args);
    expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout;
  }

  const inDemo = (...args: readonly string[]): Promise<string> => kube(...args, "-n", "demo");

  test("reads the server by a kubeconfig that only its owner can read", async () => {
    expect((await stat(join(folder, "config"))).mode & 0o777).toBe(0o600);
    expect(await kube("version")).toContain("Server Version: v1.36.3");
  });

  test("prints tables", async () => {
    expect(await kube("get", "namespaces")).toMatch(
      /^NAME +STATUS +AGE\n(?:\S+ +Active +\S+\n)*demo +Active/,
    );
    expect(await kube("get", "nodes")).toMatch(/^NAME +STATUS +ROLES +AGE +VERSION/);
  });

  test("applies, finds nothing to do, and shows what would change", async () => {
    expect(await inDemo("apply", "-f", "manifests.yaml")).toBe(
      "configmap/settings created\nservice/web created\n",
    );
    expect(await inDemo("apply", "-f", "manifests.yaml")).toBe(
      "configmap/settings unchanged\nservice/web unchanged\n",
    );
    expect(await inDemo("diff", "-f", "manifests.yaml")).toBe("");
    await writeFile(join(folder, "changed.yaml"), MANIFESTS.replace("blue", "red"));
    const { code, stdout } = await run(["diff", "-f", "changed.yaml", "-n", "demo"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^- {2}color: blue\n\+ {2}color: red$/m);
  });

  test("applies on the server, and tells of conflicts", async () => {
    await inDemo("apply", "--server-side", "-f", "manifests.yaml");
    await writeFile(join(folder, "theirs.yaml"), MANIFESTS.replace("blue", "red"));
    const conflict = await run([
      "apply",
      "--server-side",
      "--field-manager=them",
      "-f",
      "theirs.yaml",
      "-n",
      "demo",
    ]);
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toContain('conflict with "kubectl": .data.color');
    expect(
      await inDemo(
        "apply",
        "--server-side",
        "--field-manager=them",
        "--force-conflicts",
        "-f",
        "theirs.yaml",
      ),
    ).toContain("configmap/settings serverside-applied");
  });

  test("prints an object as YAML", async () => {
    const text = await inDemo("get", "service", "web", "-o", "yaml");
    expect(text).toMatch(/^ {2}clusterIP: 10\.0\.\d+\.\d+$/m);
    expect(text).toMatch(/^ {2}- port: 80\n {4}protocol: TCP\n {4}targetPort: 8080$/m);
  });

  test("patches in every way, labels and annotates", async () => {
    await inDemo("create", "configmap", "patched", "--from-literal=a=1");
    await inDemo("patch", "configmap", "patched", "-p", '{"data":{"b":"2"}}');
    await inDemo("patch", "configmap", "patched", "--type=merge", "-p", '{"data":{"c":"3"}}');
    await inDemo(
      "patch",
      "configmap",
      "patched",
      "--type=json",
      "-p",
      '[{"op":"add","path":"/data/d","value":"4"}]',
    );
    await inDemo("label", "configmap", "patched", "x=y");
    await inDemo("annotate", "configmap", "patched", "note=z");
    const found = await inDemo(
      "get",
      "configmap",
      "patched",
      "-o",
      "jsonpath={.data} {.metadata.labels} {.metadata.annotations}",
    );
    expect(found).toBe('{"a":"1","b":"2","c":"3","d":"4"} {"x":"y"} {"note":"z"}');
  });

  test("rolls out, scales and waits", async () => {
    await inDemo("create", "deployment", "web", "--image=nginx");
    expect(await inDemo("rollout", "status", "deployment/web", "--timeout=20s")).toContain(
      "successfully rolled out",
    );
    await inDemo("scale", "deployment", "web", "--replicas=3");
    await inDemo("rollout", "status", "deployment/web", "--timeout=20s");
    expect(await inDemo("get", "deployment", "web")).toMatch(/web +3\/3 +3 +3/);
    expect(await inDemo("wait", "--for=condition=Available", "deployment/web", "--timeout=10s")).toContain(
      "condition met",
    );
    expect(await inDemo("describe", "deployment", "web")).toMatch(
      /Replicas: +3 desired \| 3 updated \| 3 total \| 3 available/,
    );
    expect(await inDemo("get", "all")).toMatch(/deployment\.apps\/web[^]*replicaset\.apps\/web-/);
  });

  test("follows changes", async () => {
    await inDemo("create", "configmap", "followed", "--from-literal=a=1");
    const following = start(["get", "configmap", "followed", "-n", "demo", "--watch"]);
    const lines = await linesOf(following, 2, async () => {
      await inDemo("patch", "configmap", "followed", "-p", '{"data":{"b":"2"}}');
    });
    expect(lines[0]).toMatch(/^NAME +DATA +AGE/);
    expect(lines[1]).toMatch(/^followed +1 /);
    expect(lines.at(-1)).toMatch(/^followed +2 /);
  });

  test("creates and prints custom resources, and explains them", async () => {
    await kube("apply", "-f", "crd.yaml");
    await kube("wait", "--for=condition=Established", "crd/widgets.test.example.com", "--timeout=10s");
    await inDemo("apply", "-f", "widget.yaml");
    expect(await inDemo("get", "wd")).toMatch(/^NAME +COLOR\none +green\n/);
    expect(await kube("explain", "widget.spec.size")).toContain("FIELD: size <integer>");
    await writeFile(join(folder, "bad.yaml"), WIDGET.replace("size: 2", "size: 9"));
    const refused = await run(["apply", "-f", "bad.yaml", "-n", "demo"]);
    expect(refused.stderr).toContain("spec.size in body should be less than or equal to 5");
    await writeFile(join(folder, "unknown.yaml"), WIDGET.replace("size: 2", "weight: 9"));
    const unknown = await run(["apply", "-f", "unknown.yaml", "-n", "demo"]);
    expect(unknown.stderr).toContain('unknown field "spec.weight"');
  });

  test("explains kinds and lists resources", async () => {
    expect(await kube("explain", "deployment.spec.replicas")).toContain("FIELD: replicas <integer>");
    expect(await kube("api-resources", "--api-group=apps")).toMatch(
      /deployments +deploy +apps\/v1 +true +Deployment/,
    );
  });

  test("asks what is allowed, and shows events", async () => {
    expect(await inDemo("auth", "can-i", "create", "pods")).toBe("yes\n");
    expect(await inDemo("create", "token", "default")).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
    const { code } = await run(["events", "-n", "demo"]);
    expect(code).toBe(0);
  });

  test("deletes and waits until it is gone", async () => {
    await inDemo("delete", "deployment", "web", "--wait", "--timeout=20s");
    expect((await run(["get", "deployment", "web", "-n", "demo"])).stderr).toContain(
      'deployments.apps "web" not found',
    );
    await kube("delete", "namespace", "demo", "--wait", "--timeout=20s");
  });
});

/** Reads lines of a running command until `before` are there, then acts, and reads one more. */
async function linesOf(
  child: ReturnType<typeof spawn>,
  before: number,
  act: () => Promise<void>,
): Promise<readonly string[]> {
  const lines: string[] = [];
  let rest = "";
  const arrived = new Set<() => void>();
  child.stdout?.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
    for (const wake of arrived) wake();
  });
  const until = async (count: number): Promise<void> => {
    while (lines.length < count) {
      await new Promise<void>((resolve) => {
        arrived.add(resolve);
      });
    }
  };
  try {
    await until(before);
    await act();
    await until(before + 1);
    return [...lines];
  } finally {
    child.kill();
  }
}
