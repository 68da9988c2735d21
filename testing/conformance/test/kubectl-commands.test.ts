import { stat } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findTool } from "@weir/testkit";
import { configMap, deployment, widget, widgetDefinition } from "./kubectl-objects.ts";
import { cellsOf, type KubectlAtCluster, startKubectlAtCluster } from "./kubectl-program.ts";

const tool = await findTool("kubectl");
const title = tool.kind === "found" ? "kubectl" : `kubectl (skipped: ${tool.reason})`;

describe.skipIf(tool.kind === "absent")(title, () => {
  let kubectl: KubectlAtCluster;
  let namespaces = 0;

  beforeAll(async () => {
    if (tool.kind === "found") kubectl = await startKubectlAtCluster(tool.path);
    await kubectl.ok(["create", "-f", "-"], { input: [widgetDefinition] });
    await kubectl.ok(["wait", "crd/widgets.example.com", "--for=condition=Established", "--timeout=10s"]);
  });
  afterAll(() => kubectl?.[Symbol.asyncDispose]());

  /** A namespace of its own for each test, and arguments that name it. */
  async function freshNamespace(): Promise<readonly ["-n", string]> {
    namespaces += 1;
    const name = `test-${namespaces}`;
    await kubectl.ok(["create", "namespace", name]);
    return ["-n", name];
  }

  async function rolledOut(name: string, replicas: number, at: readonly string[]): Promise<void> {
    await kubectl.ok(["create", "-f", "-", ...at], { input: [deployment(name, { replicas })] });
    await kubectl.ok(["rollout", "status", `deployment/${name}`, "--timeout=20s", ...at]);
  }

  describe("version", () => {
    test("names the Kubernetes that is served", async () => {
      expect(await kubectl.ok(["version"])).toContain("Server Version: v1.36.");
    });

    test("is asked for with a kubeconfig that only its owner can read", async () => {
      expect((await stat(kubectl.kubeconfig)).mode & 0o777).toBe(0o600);
    });
  });

  describe("create", () => {
    test("creates a namespace, a config map, a secret, a deployment and a service", async () => {
      const at = await freshNamespace();
      const created = [
        await kubectl.ok(["create", "configmap", "settings", "--from-literal=color=red", ...at]),
        await kubectl.ok(["create", "secret", "generic", "login", "--from-literal=password=x", ...at]),
        await kubectl.ok(["create", "deployment", "web", "--image=registry.example/web:1", ...at]),
        await kubectl.ok(["expose", "deployment", "web", "--port=80", ...at]),
      ];
      expect(created).toEqual([
        "configmap/settings created\n",
        "secret/login created\n",
        "deployment.apps/web created\n",
        "service/web exposed\n",
      ]);
    });

    test("refuses a name that is taken", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      expect(await kubectl.run(["create", "configmap", "a", ...at])).toEqual({
        code: 1,
        stdout: "",
        stderr: 'error: failed to create configmap: configmaps "a" already exists\n',
      });
    });

    test("refuses a field that the kind does not have", async () => {
      const at = await freshNamespace();
      const input = [deployment("web", { replcas: 1 })];
      expect(await kubectl.run(["create", "-f", "-", ...at], { input })).toEqual({
        code: 1,
        stdout: "",
        stderr:
          'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as ' +
          'a Deployment: strict decoding error: unknown field "spec.replcas"\n',
      });
    });

    test("writes nothing in a dry run on the server", async () => {
      const at = await freshNamespace();
      expect(await kubectl.ok(["create", "configmap", "a", "--dry-run=server", ...at])).toBe(
        "configmap/a created (server dry run)\n",
      );
      expect((await kubectl.run(["get", "configmap", "a", ...at])).code).toBe(1);
    });
  });

  describe("get", () => {
    test("prints the columns of each kind", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 2, at);
      await kubectl.ok(["expose", "deployment", "web", "--port=80", ...at]);
      await kubectl.ok(["create", "configmap", "settings", "--from-literal=a=1", ...at]);
      await kubectl.ok(["create", "secret", "generic", "login", "--from-literal=a=1", ...at]);
      const table = async (kind: string): Promise<readonly (readonly string[])[]> =>
        cellsOf(await kubectl.ok(["get", kind, ...at]));
      const age = expect.stringMatching(/^\d+[sm]$/);
      expect(await table("deployments")).toEqual([
        ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"],
        ["web", "2/2", "2", "2", age],
      ]);
      const [replicaSets, replicaSet] = await table("replicasets");
      expect(replicaSets).toEqual(["NAME", "DESIRED", "CURRENT", "READY", "AGE"]);
      expect(replicaSet).toEqual([expect.stringMatching(/^web-[0-9a-z]+$/), "2", "2", "2", age]);
      const [pods, ...ofWeb] = await table("pods");
      expect(pods).toEqual(["NAME", "READY", "STATUS", "RESTARTS", "AGE"]);
      const pod = [expect.stringMatching(/^web-[0-9a-z]+-[0-9a-z]{5}$/), "1/1", "Running", "0", age];
      expect(ofWeb).toEqual([pod, pod]);
      expect(await table("services")).toEqual([
        ["NAME", "TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"],
        ["web", "ClusterIP", expect.stringMatching(/^10\./), "<none>", "80/TCP", age],
      ]);
      expect(await table("configmaps")).toEqual([
        ["NAME", "DATA", "AGE"],
        ["kube-root-ca.crt", "1", age],
        ["settings", "1", age],
      ]);
      expect(await table("secrets")).toEqual([
        ["NAME", "TYPE", "DATA", "AGE"],
        ["login", "Opaque", "1", age],
      ]);
      expect(await table("serviceaccounts")).toEqual([
        ["NAME", "AGE"],
        ["default", age],
      ]);
      expect(cellsOf(await kubectl.ok(["get", "nodes"]))).toEqual([
        ["NAME", "STATUS", "ROLES", "AGE", "VERSION"],
        ["weir", "Ready", "<none>", expect.any(String), expect.stringMatching(/^v1\.36\./)],
      ]);
      expect(cellsOf(await kubectl.ok(["get", "namespace", at[1]]))).toEqual([
        ["NAME", "STATUS", "AGE"],
        [at[1], "Active", age],
      ]);
    });

    test("prints more columns with -o wide", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 1, at);
      const wide = async (kind: string): Promise<readonly string[] | undefined> =>
        cellsOf(await kubectl.ok(["get", kind, "-o", "wide", ...at]))[0];
      expect(await wide("deployments")).toEqual(
        ["NAME", "READY", "UP-TO-DATE", "AVAILABLE", "AGE"].concat("CONTAINERS", "IMAGES", "SELECTOR"),
      );
      expect(await wide("pods")).toEqual(
        ["NAME", "READY", "STATUS", "RESTARTS", "AGE"].concat(
          "IP",
          "NODE",
          "NOMINATED NODE",
          "READINESS GATES",
        ),
      );
    });

    test("prints the columns that a custom resource declares", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [widget("w", { size: 3 })] });
      const age = expect.stringMatching(/^\d+[sm]$/);
      expect(cellsOf(await kubectl.ok(["get", "widgets", ...at]))).toEqual([
        ["NAME", "SIZE", "READY", "AGE"],
        // Ready has no value yet.
        ["w", "3", age],
      ]);
      expect(cellsOf(await kubectl.ok(["get", "wd", "-o", "wide", ...at]))).toEqual([
        ["NAME", "SIZE", "READY", "COLOR", "AGE"],
        ["w", "3", "red", age],
      ]);
    });

    test("prints a whole object as YAML and JSON", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", "--from-literal=color=red", ...at]);
      const yaml = (await kubectl.ok(["get", "configmap", "a", "-o", "yaml", ...at]))
        .replace(/(creationTimestamp|resourceVersion): ".*"/g, '$1: "…"')
        .replace(/uid: .*/, "uid: …");
      expect(yaml).toBe(
        [
          "apiVersion: v1",
          "data:",
          "  color: red",
          "kind: ConfigMap",
          "metadata:",
          '  creationTimestamp: "…"',
          "  name: a",
          `  namespace: ${at[1]}`,
          '  resourceVersion: "…"',
          "  uid: …",
          "",
        ].join("\n"),
      );
      const json: unknown = JSON.parse(await kubectl.ok(["get", "configmap", "a", "-o", "json", ...at]));
      expect(json).toMatchObject({ kind: "ConfigMap", data: { color: "red" } });
    });

    test("selects by label, by field and by path", async () => {
      const at = await freshNamespace();
      for (const name of ["a", "b"]) await kubectl.ok(["create", "configmap", name, ...at]);
      await kubectl.ok(["label", "configmap", "a", "tier=front", ...at]);
      const names = (...args: string[]): Promise<string> =>
        kubectl.ok(["get", "configmaps", "-o", "name", ...args, ...at]);
      expect(await names("-l", "tier=front")).toBe("configmap/a\n");
      expect(await names("-l", "tier notin (front),tier")).toBe("");
      expect(await names("--field-selector", "metadata.name=b")).toBe("configmap/b\n");
      expect(await names("--sort-by=.metadata.name", "--chunk-size=1")).toBe(
        "configmap/a\nconfigmap/b\nconfigmap/kube-root-ca.crt\n",
      );
      expect(
        await kubectl.ok(["get", "configmap", "a", "-o", "jsonpath={.metadata.labels.tier}", ...at]),
      ).toBe("front");
    });

    test("says what is not found", async () => {
      expect(await kubectl.run(["get", "configmap", "nope"])).toEqual({
        code: 1,
        stdout: "",
        stderr: 'Error from server (NotFound): configmaps "nope" not found\n',
      });
      expect(await kubectl.run(["get", "nopes"])).toEqual({
        code: 1,
        stdout: "",
        stderr: 'error: the server doesn\'t have a resource type "nopes"\n',
      });
      expect(await kubectl.run(["get", "pods", "-n", "nope"])).toEqual({
        code: 0,
        stdout: "",
        stderr: "No resources found in nope namespace.\n",
      });
    });

    test("follows changes with -w", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      const args = ["get", "configmaps", "-w", "--output-watch-events", "--field-selector=metadata.name=a"];
      await using watch = kubectl.stream([...args, ...at]);
      await watch.seen("ADDED");
      await kubectl.ok(["patch", "configmap", "a", "--type=merge", '--patch={"data":{"x":"1"}}', ...at]);
      await watch.seen("MODIFIED");
      await kubectl.ok(["delete", "configmap", "a", ...at]);
      expect(cellsOf(await watch.seen("DELETED")).map((row) => row.slice(0, 3))).toEqual([
        ["EVENT", "NAME", "DATA"],
        ["ADDED", "a", "0"],
        ["MODIFIED", "a", "1"],
        ["DELETED", "a", "1"],
      ]);
    });
  });

  describe("describe", () => {
    test("tells of a deployment, its pods, and what holds data", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 2, at);
      await kubectl.ok(["create", "configmap", "settings", "--from-literal=color=red", ...at]);
      await kubectl.ok(["create", "secret", "generic", "login", "--from-literal=password=hunter2", ...at]);
      const described = await kubectl.ok(["describe", "deployment", "web", ...at]);
      expect(described).toMatch(
        /^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m,
      );
      expect(described).toMatch(/^NewReplicaSet: +web-[0-9a-z]+ \(2\/2 replicas created\)$/m);
      const pods = await kubectl.ok(["describe", "pods", "-l", "app=web", ...at]);
      expect(pods.match(/^Status: +Running$/gm)).toHaveLength(2);
      expect(pods).toMatch(/^Controlled By: +ReplicaSet\/web-/m);
      expect(await kubectl.ok(["describe", "configmap", "settings", ...at])).toContain("color:\n----\nred\n");
      const secret = await kubectl.ok(["describe", "secret", "login", ...at]);
      expect(secret).toContain("password:  7 bytes");
      expect(secret).not.toContain("hunter2");
      expect(await kubectl.ok(["describe", "namespace", at[1]])).toMatch(/^Status: +Active$/m);
    });

    test("tells of a custom resource", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [widget("w", { size: 3 })] });
      expect(await kubectl.ok(["describe", "widget", "w", ...at])).toMatch(
        /^Spec:\n  Color: +red\n  Size: +3$/m,
      );
    });
  });

  describe("apply", () => {
    test("creates, leaves alone, and changes what the last applied differs in", async () => {
      const at = await freshNamespace();
      const apply = (data: Readonly<Record<string, string>>): Promise<string> =>
        kubectl.ok(["apply", "-f", "-", ...at], { input: [configMap("a", data)] });
      expect(await apply({ color: "red", size: "1" })).toBe("configmap/a created\n");
      expect(await apply({ color: "red", size: "1" })).toBe("configmap/a unchanged\n");
      await kubectl.ok(["patch", "configmap", "a", "--type=merge", '-p={"data":{"other":"x"}}', ...at]);
      expect(await apply({ color: "blue" })).toBe("configmap/a configured\n");
      expect(await kubectl.ok(["get", "configmap", "a", "-o", "jsonpath={.data}", ...at])).toBe(
        '{"color":"blue","other":"x"}',
      );
      expect(await kubectl.ok(["apply", "view-last-applied", "configmap", "a", ...at])).toContain(
        "color: blue",
      );
    });

    test("merges the containers of a deployment by their names", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["apply", "-f", "-", ...at], { input: [deployment("web")] });
      const patch = { spec: { template: { spec: { containers: [{ name: "side", image: "side:1" }] } } } };
      await kubectl.ok(["patch", "deployment", "web", "-p", JSON.stringify(patch), ...at]);
      await kubectl.ok(["apply", "-f", "-", ...at], { input: [deployment("web", { replicas: 2 })] });
      const names = "jsonpath={.spec.template.spec.containers[*].name} {.spec.replicas}";
      expect(await kubectl.ok(["get", "deployment", "web", "-o", names, ...at])).toBe("side app 2");
    });

    test("prunes what is no longer applied", async () => {
      const at = await freshNamespace();
      const labelled = (name: string) => ({
        ...configMap(name, { color: "red" }),
        metadata: { name, labels: { set: "one" } },
      });
      const prune = ["--prune", "-l", "set=one", "--prune-allowlist=core/v1/ConfigMap"];
      await kubectl.ok(["apply", "-f", "-", ...at], { input: [labelled("a"), labelled("b")] });
      expect(await kubectl.ok(["apply", "-f", "-", ...prune, ...at], { input: [labelled("a")] })).toBe(
        "configmap/a unchanged\nconfigmap/b pruned\n",
      );
    });

    test("keeps to the owners of fields with --server-side", async () => {
      const at = await freshNamespace();
      const apply = (color: string, ...args: string[]) =>
        kubectl.run(["apply", "--server-side", "-f", "-", ...args, ...at], {
          input: [configMap("a", { color })],
        });
      expect(await apply("red", "--field-manager=one")).toMatchObject({
        code: 0,
        stdout: "configmap/a serverside-applied\n",
      });
      const conflict = await apply("blue", "--field-manager=two");
      expect(conflict).toMatchObject({ code: 1, stdout: "" });
      expect(conflict.stderr).toMatch(
        /^error: Apply failed with 1 conflict: conflict with "one": \.data\.color\n/,
      );
      expect(await apply("blue", "--field-manager=two", "--force-conflicts")).toMatchObject({ code: 0 });
      const managers = "jsonpath={.data.color} {.metadata.managedFields[*].manager}";
      const shown = await kubectl.ok([
        "get",
        "configmap",
        "a",
        "-o",
        managers,
        "--show-managed-fields",
        ...at,
      ]);
      expect(shown).toBe("blue two");
    });

    test("lets a namespace and what is in it be applied in one go", async () => {
      const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "applied-whole" } };
      const inside = { ...configMap("a", {}), metadata: { name: "a", namespace: "applied-whole" } };
      expect(await kubectl.ok(["apply", "-f", "-"], { input: [namespace, inside] })).toBe(
        "namespace/applied-whole created\nconfigmap/a created\n",
      );
    });
  });

  describe("diff", () => {
    test("ends with 0 where nothing differs and with 1 where something does", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["apply", "-f", "-", ...at], { input: [configMap("a", { color: "red" })] });
      const diff = (color: string, ...args: string[]) =>
        kubectl.run(["diff", "-f", "-", ...args, ...at], { input: [configMap("a", { color })] });
      expect(await diff("red")).toEqual({ code: 0, stdout: "", stderr: "" });
      const changed = await diff("blue");
      expect(changed.code).toBe(1);
      expect(changed.stdout).toContain("-  color: red\n+  color: blue\n");
      expect((await diff("blue", "--server-side", "--force-conflicts")).stdout).toContain("+  color: blue\n");
      expect(await kubectl.ok(["get", "configmap", "a", "-o", "jsonpath={.data.color}", ...at])).toBe("red");
    });

    test("ends with more than 1 where it cannot tell", async () => {
      const input = [{ apiVersion: "nope.example.com/v1", kind: "Nope", metadata: { name: "a" } }];
      const { code, stderr } = await kubectl.run(["diff", "-f", "-"], { input });
      expect(code).toBeGreaterThan(1);
      expect(stderr).toContain('no matches for kind "Nope" in version "nope.example.com/v1"');
    });
  });

  describe("patch", () => {
    const cases = [
      {
        name: "a JSON patch",
        type: "json",
        patch: [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "app:2" }],
        want: "app app:2",
      },
      {
        name: "a merge patch, which replaces lists",
        type: "merge",
        patch: { spec: { template: { spec: { containers: [{ name: "other", image: "other:1" }] } } } },
        want: "other other:1",
      },
      {
        name: "a strategic merge patch, which merges lists by their keys",
        type: "strategic",
        patch: { spec: { template: { spec: { containers: [{ name: "other", image: "other:1" }] } } } },
        want: "other app other:1 registry.example/app:1.0",
      },
    ];

    test.each(cases)("changes a deployment by $name", async ({ type, patch, want }) => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [deployment("web")] });
      const args = ["patch", "deployment", "web", "--type", type, "-p", JSON.stringify(patch), ...at];
      expect(await kubectl.ok(args)).toBe("deployment.apps/web patched\n");
      expect(await kubectl.ok(args)).toMatch(/^deployment\.apps\/web patched( \(no change\))?\n$/);
      const shown =
        "jsonpath={.spec.template.spec.containers[*].name} {.spec.template.spec.containers[*].image}";
      expect(await kubectl.ok(["get", "deployment", "web", "-o", shown, ...at])).toBe(want);
    });

    test("refuses what the schema of a custom resource forbids", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [widget("w", { size: 3 })] });
      const args = ["patch", "widget", "w", "--type=merge", '-p={"spec":{"size":0,"color":"blue"}}', ...at];
      const { code, stderr } = await kubectl.run(args);
      expect(code).toBe(1);
      expect(stderr).toContain(
        "spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1",
      );
      expect(stderr).toContain('spec.color: Unsupported value: "blue": supported values: "red", "green"');
    });

    test("changes the status alone", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [widget("w", { size: 3 })] });
      const patch = { spec: { size: 9 }, status: { conditions: [{ type: "Ready", status: "True" }] } };
      const args = ["patch", "widget", "w", "--subresource=status", "--type=merge"];
      await kubectl.ok([...args, "-p", JSON.stringify(patch), ...at]);
      expect(cellsOf(await kubectl.ok(["get", "widget", "w", "--no-headers", ...at]))).toEqual([
        ["w", "3", "True", expect.any(String)],
      ]);
    });
  });

  describe("edit", () => {
    test("stores what the editor saved", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", "--from-literal=color=red", ...at]);
      const editor = await kubectl.script("editor.sh", "sed -i 's/color: red/color: pink/' \"$1\"");
      expect(await kubectl.ok(["edit", "configmap", "a", ...at], { env: { EDITOR: editor } })).toBe(
        "configmap/a edited\n",
      );
      expect(await kubectl.ok(["get", "configmap", "a", "-o", "jsonpath={.data.color}", ...at])).toBe("pink");
    });

    test("changes nothing where the editor did not", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      const run = await kubectl.run(["edit", "configmap", "a", ...at], { env: { EDITOR: "true" } });
      expect(run).toMatchObject({ code: 0, stderr: "Edit cancelled, no changes made.\n" });
    });
  });

  describe("replace", () => {
    test("puts an object in the place of another", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", "--from-literal=color=red", ...at]);
      expect(
        await kubectl.ok(["replace", "-f", "-", ...at], { input: [configMap("a", { size: "1" })] }),
      ).toBe("configmap/a replaced\n");
      expect(await kubectl.ok(["get", "configmap", "a", "-o", "jsonpath={.data}", ...at])).toBe(
        '{"size":"1"}',
      );
    });
  });

  describe("label and annotate", () => {
    test("add, refuse to overwrite, overwrite and remove", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      expect(await kubectl.ok(["label", "configmap", "a", "tier=front", ...at])).toBe(
        "configmap/a labeled\n",
      );
      expect(await kubectl.run(["label", "configmap", "a", "tier=back", ...at])).toMatchObject({
        code: 1,
        stderr: "error: 'tier' already has a value (front), and --overwrite is false\n",
      });
      await kubectl.ok(["label", "configmap", "a", "tier=back", "--overwrite", ...at]);
      expect(
        cellsOf(await kubectl.ok(["get", "configmap", "a", "-L", "tier", "--no-headers", ...at]))[0],
      ).toContain("back");
      expect(await kubectl.ok(["label", "configmap", "a", "tier-", ...at])).toBe("configmap/a unlabeled\n");
      expect(await kubectl.ok(["annotate", "configmap", "a", "note=hi there", ...at])).toBe(
        "configmap/a annotated\n",
      );
      const note = ["get", "configmap", "a", "-o", "jsonpath={.metadata.annotations.note}"];
      expect(await kubectl.ok([...note, ...at])).toBe("hi there");
    });
  });

  describe("scale", () => {
    test("sets the replicas of a deployment, on a condition if asked", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 1, at);
      expect(await kubectl.ok(["scale", "deployment", "web", "--replicas=3", ...at])).toBe(
        "deployment.apps/web scaled\n",
      );
      const ready = "--for=jsonpath={.status.readyReplicas}=3";
      expect(await kubectl.ok(["wait", "deployment/web", ready, "--timeout=20s", ...at])).toBe(
        "deployment.apps/web condition met\n",
      );
      const wrong = ["scale", "deployment", "web", "--current-replicas=7", "--replicas=1", ...at];
      expect(await kubectl.run(wrong)).toMatchObject({
        code: 1,
        stderr: "error: Expected replicas to be 7, was 3\n",
      });
    });

    test("sets what a custom resource names as its scale", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "-f", "-", ...at], { input: [widget("w", { size: 3 })] });
      expect(await kubectl.ok(["scale", "widget", "w", "--replicas=5", ...at])).toBe(
        "widget.example.com/w scaled\n",
      );
      expect(await kubectl.ok(["get", "widget", "w", "-o", "jsonpath={.spec.size}", ...at])).toBe("5");
    });
  });

  describe("rollout", () => {
    test("follows a change to its end, keeps its history and undoes it", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 2, at);
      const of = (command: string, ...args: string[]): Promise<string> =>
        kubectl.ok(["rollout", command, "deployment/web", ...args, ...at]);
      const done = 'deployment "web" successfully rolled out\n';
      await kubectl.ok(["set", "image", "deployment/web", "app=registry.example/app:2.0", ...at]);
      expect((await of("status", "--timeout=20s")).endsWith(done)).toBe(true);
      expect(cellsOf(await of("history"))).toEqual([
        ["deployment.apps/web"],
        ["REVISION", "CHANGE-CAUSE"],
        ["1", "<none>"],
        ["2", "<none>"],
      ]);
      expect(await of("undo")).toBe("deployment.apps/web rolled back\n");
      await of("status", "--timeout=20s");
      const image = "jsonpath={.spec.template.spec.containers[0].image}";
      expect(await kubectl.ok(["get", "deployment", "web", "-o", image, ...at])).toBe(
        "registry.example/app:1.0",
      );
      expect(await of("restart")).toBe("deployment.apps/web restarted\n");
      expect((await of("status", "--timeout=20s")).endsWith(done)).toBe(true);
      expect(await of("pause")).toBe("deployment.apps/web paused\n");
      expect(await of("resume")).toBe("deployment.apps/web resumed\n");
    });

    test("ends with 1 where the deployment hangs", async () => {
      const at = await freshNamespace();
      const hanging = {
        ...deployment("web"),
        metadata: { name: "web", annotations: { "weir.dev/status": "pending" } },
      };
      await kubectl.ok(["create", "-f", "-", ...at], { input: [hanging] });
      expect(await kubectl.run(["rollout", "status", "deployment/web", "--timeout=1s", ...at])).toMatchObject(
        {
          code: 1,
          stderr: "error: timed out waiting for the condition\n",
        },
      );
    });
  });

  describe("wait", () => {
    test("sees a condition, a value and an end, and gives up in time", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "job", "once", "--image=registry.example/job:1", ...at]);
      const of = (what: string, ...args: string[]) => kubectl.run(["wait", what, ...args, ...at]);
      expect(await of("job/once", "--for=condition=Complete", "--timeout=20s")).toMatchObject({
        code: 0,
        stdout: "job.batch/once condition met\n",
      });
      expect(await of("job/once", "--for=jsonpath={.status.succeeded}=1", "--timeout=5s")).toMatchObject({
        code: 0,
      });
      expect(await of("job/once", "--for=condition=Failed", "--timeout=1s")).toMatchObject({
        code: 1,
        stderr: "error: timed out waiting for the condition on jobs/once\n",
      });
      const gone = of("job/once", "--for=delete", "--timeout=20s");
      await kubectl.ok(["delete", "job", "once", ...at]);
      expect((await gone).code).toBe(0);
    });
  });

  describe("delete", () => {
    test("waits until the object is gone", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 2, at);
      expect(await kubectl.ok(["delete", "deployment", "web", "--wait", "--timeout=20s", ...at])).toBe(
        `deployment.apps "web" deleted from ${at[1]} namespace\n`,
      );
      expect((await kubectl.run(["get", "deployment", "web", ...at])).code).toBe(1);
      await kubectl.ok(["wait", "pods", "-l", "app=web", "--for=delete", "--timeout=20s", ...at]);
    });

    test("waits for a finalizer to be taken off", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      const finalizers = (list: string): readonly string[] => [
        "patch",
        "configmap",
        "a",
        "--type=merge",
        `-p={"metadata":{"finalizers":${list}}}`,
        ...at,
      ];
      await kubectl.ok(finalizers('["example.com/hold"]'));
      const held = ["delete", "configmap", "a", "--wait", "--timeout=1s", ...at];
      expect((await kubectl.run(held)).stderr).toContain("timed out waiting for the condition");
      await kubectl.ok(finalizers("[]"));
      expect((await kubectl.run(["get", "configmap", "a", ...at])).code).toBe(1);
    });

    test("takes what is in a namespace with it", async () => {
      const at = await freshNamespace();
      await rolledOut("web", 1, at);
      expect(await kubectl.ok(["delete", "namespace", at[1], "--wait", "--timeout=20s"])).toBe(
        `namespace "${at[1]}" deleted\n`,
      );
      expect(await kubectl.ok(["get", "all", "-o", "name", ...at])).toBe("");
    });

    test("deletes all that a selector names", async () => {
      const at = await freshNamespace();
      for (const name of ["a", "b"]) await kubectl.ok(["create", "configmap", name, ...at]);
      await kubectl.ok(["label", "configmap", "a", "b", "tier=front", ...at]);
      await kubectl.ok(["delete", "configmaps", "-l", "tier=front", ...at]);
      expect(await kubectl.ok(["get", "configmaps", "-o", "name", ...at])).toBe(
        "configmap/kube-root-ca.crt\n",
      );
      expect(await kubectl.run(["delete", "configmap", "a", ...at])).toMatchObject({ code: 1 });
      expect(await kubectl.run(["delete", "configmap", "a", "--ignore-not-found", ...at])).toMatchObject({
        code: 0,
      });
    });
  });

  describe("explain", () => {
    test("tells of a kind, a field and all fields below it", async () => {
      const kind = await kubectl.ok(["explain", "deployment"]);
      expect(kind).toMatch(/^GROUP: +apps\nKIND: +Deployment\nVERSION: +v1\n/);
      expect(kind).toMatch(/^  spec\t<DeploymentSpec>$/m);
      expect(await kubectl.ok(["explain", "pod.spec.containers.image"])).toMatch(/^FIELD: image <string>$/m);
      const all = await kubectl.ok(["explain", "configmap", "--recursive"]);
      expect(all).toMatch(/^  binaryData\t<map\[string\]string>$/m);
      expect(all).toMatch(/^    name\t<string>$/m);
    });

    test("tells of a kind that a definition added", async () => {
      const kind = await kubectl.ok(["explain", "widget"]);
      expect(kind).toMatch(/^GROUP: +example\.com\nKIND: +Widget\nVERSION: +v1\n/);
      expect(kind).toContain("Widget is a thing that turns.");
      expect(await kubectl.ok(["explain", "widget.spec.size"])).toContain("How big it is.");
      expect(await kubectl.ok(["explain", "widget", "--recursive"])).toMatch(
        /^    size\t<integer> -required-$/m,
      );
      expect(await kubectl.run(["explain", "widget.spec.nope"])).toMatchObject({ code: 1 });
    });
  });

  describe("api-resources and api-versions", () => {
    test("list what is served, definitions included", async () => {
      const resources = cellsOf(await kubectl.ok(["api-resources"]));
      expect(resources[0]).toEqual(["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"]);
      expect(resources).toContainEqual(["deployments", "deploy", "apps/v1", "true", "Deployment"]);
      expect(resources).toContainEqual(["namespaces", "ns", "v1", "false", "Namespace"]);
      expect(resources).toContainEqual(["widgets", "wd", "example.com/v1", "true", "Widget"]);
      const versions = (await kubectl.ok(["api-versions"])).split("\n");
      expect(versions).toEqual(expect.arrayContaining(["v1", "apps/v1", "batch/v1", "example.com/v1"]));
    });
  });

  describe("auth", () => {
    test("says who asks and what they may do", async () => {
      const at = await freshNamespace();
      expect(cellsOf(await kubectl.ok(["auth", "whoami"]))).toEqual([
        ["ATTRIBUTE", "VALUE"],
        ["Username", "admin"],
        ["Groups", "[system:masters system:authenticated]"],
      ]);
      expect(await kubectl.ok(["auth", "can-i", "create", "deployments", ...at])).toBe("yes\n");
      expect((await kubectl.ok(["auth", "can-i", "--list", ...at])).split("\n")[1]).toMatch(
        /^\*\.\* +\[\] +\[\] +\[\*\]$/,
      );
    });
  });

  describe("create token", () => {
    test("gives a token that the API knows its bearer by", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "serviceaccount", "bot", ...at]);
      const token = (await kubectl.ok(["create", "token", "bot", ...at])).trim();
      expect(cellsOf(await kubectl.ok(["auth", "whoami", `--token=${token}`])).slice(0, 2)).toEqual([
        ["ATTRIBUTE", "VALUE"],
        ["Username", `system:serviceaccount:${at[1]}:bot`],
      ]);
    });

    test("lets in nobody with another token", async () => {
      const { code, stderr } = await kubectl.run(["get", "pods", "--token=nope"]);
      expect(code).toBe(1);
      expect(stderr).toContain("Unauthorized");
    });
  });

  describe("events", () => {
    test("lists the events of a namespace and of an object", async () => {
      const at = await freshNamespace();
      await kubectl.ok(["create", "configmap", "a", ...at]);
      const event = (name: string, object: string, reason: string) => ({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name },
        involvedObject: { apiVersion: "v1", kind: "ConfigMap", name: object, namespace: at[1] },
        reason,
        message: `it is ${reason}`,
        type: "Normal",
        source: { component: "test" },
        firstTimestamp: "2026-01-01T00:00:00Z",
        lastTimestamp: "2026-01-01T00:00:00Z",
        count: 1,
      });
      await kubectl.ok(["create", "-f", "-", ...at], {
        input: [event("one", "a", "Applied"), event("two", "b", "Other")],
      });
      const rows = cellsOf(await kubectl.ok(["events", ...at]));
      expect(rows[0]).toEqual(["LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE"]);
      expect(rows.slice(1).map((row) => row.slice(1))).toEqual(
        expect.arrayContaining([
          ["Normal", "Applied", "ConfigMap/a", "it is Applied"],
          ["Normal", "Other", "ConfigMap/b", "it is Other"],
        ]),
      );
      const ofOne = cellsOf(await kubectl.ok(["events", "--for=configmap/a", "--no-headers", ...at]));
      expect(ofOne.map((row) => row.slice(1))).toEqual([
        ["Normal", "Applied", "ConfigMap/a", "it is Applied"],
      ]);
      expect(cellsOf(await kubectl.ok(["get", "events", ...at]))[0]).toEqual([
        "LAST SEEN",
        "TYPE",
        "REASON",
        "OBJECT",
        "MESSAGE",
      ]);
    });
  });
});
