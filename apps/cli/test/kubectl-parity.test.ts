import { spawn } from "node:child_process";
import { findTool, type FoundTool } from "@weir/testkit";
import { describe, expect, test } from "vitest";
import { type BuildRunResult, buildFixture } from "./build-fixture.ts";

const kubectl: FoundTool = await findTool("kubectl");

function runKubectl(folder: string, args: readonly string[]): Promise<BuildRunResult> {
  const path = kubectl.kind === "found" ? kubectl.path : "";
  const child = spawn(path, ["kustomize", ...args], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((done) => child.on("close", (code) => done({ code: code ?? -1, stdout, stderr })));
}

/** Without the place that a line of its own tells, and without the time that kubectl's log carries. */
function comparable({ code, stdout, stderr }: BuildRunResult): BuildRunResult {
  const lines = stderr
    .split("\n")
    .filter((line) => line !== "" && !/^in \S/.test(line))
    .map((line) => line.replace(/^I\d{4} [\d:.]+ +\d+ log\.go:\d+\] /, ""));
  return { code, stdout, stderr: lines.join("\n") };
}

const MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: x}\ndata: {k: v}\n";
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {containers: [{name: c, image: "nginx:1", env: [{name: E, value: $(V)}]}]}}}\n';
const base: Readonly<Record<string, string>> = {
  "map.yaml": MAP,
  "d.yaml": DEPLOYMENT,
  "b/kustomization.yaml": "resources: [x.yaml]\n",
  "b/x.yaml": "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec: {selector: {}}\n",
  "p.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {replicas: 3}\n",
  "j.yaml": "- {op: add, path: /spec/replicas, value: 5}\n",
  "e.env": "A=1\n",
};
const R = "resources: [map.yaml, d.yaml]\n";
const target = "target: {kind: Deployment, name: d, group: apps, version: v1}";

const deprecated: Readonly<Record<string, string>> = {
  bases: "bases: [b]\n",
  "bases beside resources": `${R}bases: [b]\n`,
  "bases that are empty": `${R}bases: []\n`,
  "bases that are null": `${R}bases:\n`,
  patchesJson6902: `${R}patchesJson6902: [{path: j.yaml, ${target}}]\n`,
  patchesStrategicMerge: `${R}patchesStrategicMerge: [p.yaml]\n`,
  "an inline patchesStrategicMerge": `${R}patchesStrategicMerge:\n- |-\n  ${base["p.yaml"]?.trim().replaceAll("\n", "\n  ")}\n`,
  vars: `${R}vars: [{name: V, objref: {apiVersion: v1, kind: ConfigMap, name: a}, fieldref: {fieldPath: data.k}}]\n`,
  "vars that nothing uses": `resources: [map.yaml]\nvars: [{name: W, objref: {apiVersion: v1, kind: ConfigMap, name: a}}]\n`,
  imageTags: `${R}imageTags: [{name: nginx, newTag: "2"}]\n`,
  "imageTags beside images": `${R}images: [{name: nginx, newTag: "3"}]\nimageTags: [{name: nginx, newTag: "2"}]\n`,
  commonLabels: `${R}commonLabels: {a: b}\n`,
  "commonLabels beside labels": `${R}commonLabels: {a: b}\nlabels: [{pairs: {a: c}, includeSelectors: true}]\n`,
  helmChartInflationGenerator:
    'helmChartInflationGenerator: [{chartName: x, chartVersion: "1", chartRepoUrl: "https://e", values: v.yaml, releaseName: r, chartHome: h, helmHome: hh, valuesLocal: {a: 1}}]\n',
  "env of a generator": "configMapGenerator: [{name: c, env: e.env}]\n",
  "env beside envs": "secretGenerator: [{name: c, env: e.env, envs: [e.env]}]\n",
  "fields in another case": "RESOURCES: [map.yaml]\nNamePrefix: x-\n",
  "a warning before an error": "commonLabels: {a: b}\nbases: [gone]\n",
};

const wrong: Readonly<Record<string, string>> = {
  "an unknown field": `${R}nope: x\n`,
  "an unknown field of a list": `${R}configMapGenerator: [{foo: 1}]\n`,
  "a list for a text": "namePrefix: [a]\n",
  "a text for a list": "resources: a\n",
  "a text for literals": "configMapGenerator: [{name: a, literals: a=b}]\n",
  "a number for the kind of a target": `${R}patches: [{target: {kind: 1}, patch: x}]\n`,
  "a text for targets": `${R}replacements: [{targets: a}]\n`,
  "a number for an apiVersion": `${R}apiVersion: 1\n`,
  "a number for an order": `${R}sortOptions: {order: 1}\n`,
  "a mapping for a text in a list": "resources: [{a: b}]\n",
  "a kind that is none": `${R}kind: Foo\n`,
  "an apiVersion that is none": `${R}apiVersion: v1\n`,
  "the apiVersion of another kind": `${R}apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Component\n`,
  "invalid YAML": "resources: [a\nb: c\n",
  "a tab": "\tresources: [map.yaml]\n",
  "a list": "[]\n",
  "a text": "a\n",
  nothing: "",
  __proto__: "__proto__: {a: b}\nresources: [map.yaml]\n",
  "__proto__ as a label": `${R}commonLabels: {__proto__: a}\n`,
  "a resource twice": "resources: [map.yaml, map.yaml]\n",
  "an absolute path": "resources: [/etc/passwd]\n",
  "a path below a file": "resources: [map.yaml/x]\n",
  "a path that is empty": 'resources: [""]\n',
  "a folder that is not there": "resources: [../none]\n",
  itself: "resources: [.]\n",
  "what is above": "resources: [..]\n",
  "a base that is a file": "components: [map.yaml]\n",
  "a chart": 'helmCharts: [{name: x, version: "1", repo: "https://e"}]\n',
};

describe.skipIf(kubectl.kind === "absent")(
  "weir build kustomization says what kubectl kustomize says",
  () => {
    async function compare(files: Readonly<Record<string, string | Uint8Array>>, ...args: readonly string[]) {
      using fixture = buildFixture(files);
      const theirs = comparable(await runKubectl(fixture.folder, args));
      expect(comparable(await fixture.build(...args))).toEqual(theirs);
    }

    test.each(Object.entries(deprecated))("of %s", async (_name, kustomization) => {
      await compare({ ...base, "app/kustomization.yaml": kustomization, ...below("app", base) }, "app");
    });

    test.each(Object.entries(wrong))("of a kustomization with %s", async (_name, kustomization) => {
      await compare({ "app/kustomization.yaml": kustomization, ...below("app", base) }, "app");
    });

    const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
    test.each([
      ["is not UTF-8", bytes("a: \xff\xfe\n")],
      ["is not YAML", "a: {b: c\n"],
      ["is a text", "a\n"],
      ["is a list", "[]\n"],
      ["has no name", "kind: X\n"],
      ["is empty", ""],
      [
        "has __proto__",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: a}\n__proto__: {x: y}\n",
      ],
    ])("of a resource that %s", async (_name, resource) => {
      await compare({ "kustomization.yaml": "resources: [r.yaml]\n", "r.yaml": resource });
    });

    const inApp = "resources: [link]\n";
    const linked: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
      ["out of the folder", { "app/link": "symlink:../map.yaml", "map.yaml": MAP }],
      ["to a folder beside", { "app/link": "symlink:../b", ...below(".", base) }],
      ["to what is above", { "app/link": "symlink:.." }],
      ["to itself", { "app/link": "symlink:link" }],
      ["to nothing", { "app/link": "symlink:nowhere" }],
      ["to the same folder", { "app/link": "symlink:." }],
      ["to a file beside it", { "app/link": "symlink:map.yaml", "app/map.yaml": MAP }],
    ];
    test.each(linked)("of a link %s", async (_name, files) => {
      await compare({ "app/kustomization.yaml": inApp, ...files }, "app");
      await compare(
        { "app/kustomization.yaml": inApp, ...files },
        "app",
        "--load-restrictor",
        "LoadRestrictionsNone",
      );
    });

    test.each([
      ["two folders", ["a", "b"]],
      ["no folder", ["none"]],
      ["a file", ["map.yaml"]],
      ["a load restriction that is none", [".", "--load-restrictor", "x"]],
      ["an order that is none", [".", "--reorder", "x"]],
      ["the order of loading", [".", "--reorder", "none"]],
      ["the managed-by label", [".", "--enable-managedby-label"]],
    ])("of %s on the command line", async (_name, args) => {
      await compare({ ...base, "kustomization.yaml": "resources: [d.yaml, map.yaml]\n" }, ...args);
    });

    test("of two kustomization files, of none, and of bases that name each other", async () => {
      await compare({ "kustomization.yaml": R, Kustomization: R });
      await compare({ "map.yaml": MAP });
      await compare(
        { "a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n" },
        "a",
      );
      await compare({ "a/kustomization.yaml": "resources: [../map.yaml]\n", "map.yaml": MAP }, "a");
    });
  },
);

function below(folder: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]));
}
