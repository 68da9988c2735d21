import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { buildFixture } from "./build-fixture.ts";

const map = (name: string, namespace = ""): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${namespace === "" ? "" : `  namespace: ${namespace}\n`}`;
const namespace = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns\n";

describe("weir build kustomization", () => {
  test("builds the working directory into standard output by default", async () => {
    using fixture = buildFixture({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": map("a") });
    expect(await fixture.build()).toEqual({ code: 0, stdout: map("a"), stderr: "" });
    expect((await fixture.build(".", "-o", "-")).stdout).toBe(map("a"));
  });

  test("writes a file, and through a link, whole", async () => {
    using fixture = buildFixture({
      "kustomization.yaml": "resources: [a.yaml]\n",
      "a.yaml": map("a"),
      "real.yaml": "old\n",
      "link.yaml": "symlink:real.yaml",
    });
    expect(await fixture.build(".", "-o", "out.yaml")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(fixture.folder, "out.yaml"), "utf8")).toBe(map("a"));
    await fixture.build(".", "-o", "link.yaml");
    expect(readFileSync(join(fixture.folder, "real.yaml"), "utf8")).toBe(map("a"));
    expect(readdirSync(fixture.folder).filter((name) => name.startsWith(".weir-"))).toEqual([]);
  });

  test("leaves the output as it was where a build fails", async () => {
    using fixture = buildFixture({ "kustomization.yaml": "resources: [gone.yaml]\n", "out.yaml": "old\n" });
    expect((await fixture.build(".", "-o", "out.yaml")).code).toBe(1);
    expect(readFileSync(join(fixture.folder, "out.yaml"), "utf8")).toBe("old\n");
    expect((await fixture.build(".", "-o", "no/such/out.yaml")).code).toBe(1);
  });

  test("writes one file per object into a folder, under kustomize's names", async () => {
    using fixture = buildFixture({
      "kustomization.yaml": "resources: [all.yaml]\n",
      "all.yaml": [map("A"), map("b", "Other"), namespace].join("---\n"),
      "out/kept.txt": "",
    });
    expect(await fixture.build(".", "-o", "out")).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(join(fixture.folder, "out")).sort()).toEqual([
      "default_v1_configmap_a.yaml",
      "kept.txt",
      "other_v1_configmap_b.yaml",
      "v1_namespace_ns.yaml",
    ]);
    expect(readFileSync(join(fixture.folder, "out/v1_namespace_ns.yaml"), "utf8")).toBe(namespace);
  });

  test.each([
    { name: "would leave the folder", objects: map("../../evil"), want: "would leave the folder" },
    {
      name: "differ in case only",
      objects: `${map("a")}---\n${map("A")}`,
      want: "names differ in case only",
    },
  ])("refuses file names that $name, and writes none", async ({ objects, want }) => {
    using fixture = buildFixture({
      "kustomization.yaml": "resources: [all.yaml]\n",
      "all.yaml": objects,
      "out/kept.txt": "",
    });
    const { code, stderr } = await fixture.build(".", "-o", "out");
    expect(code).toBe(1);
    expect(stderr).toContain(want);
    expect(readdirSync(join(fixture.folder, "out"))).toEqual(["kept.txt"]);
  });

  test.each([
    {
      flag: "--enable-alpha-plugins",
      want: "error: --enable-alpha-plugins is refused: neither plugins nor functions are run\n",
    },
    {
      flag: "--enable-exec",
      want: "error: --enable-exec is refused: no program is run for a kustomization\n",
    },
    { flag: "--locked", want: "error: --locked needs --remote-bases\n" },
    {
      flag: "--recursive",
      want: "error: --recursive is for a Flux Kustomization: it needs NAME and --path\n",
    },
  ])("refuses $flag by name", async ({ flag, want }) => {
    using fixture = buildFixture({ "kustomization.yaml": "namePrefix: a\n" });
    expect(await fixture.build(".", flag)).toEqual({ code: 1, stdout: "", stderr: want });
  });

  test("takes the flags of functions, which have no effect without them", async () => {
    using fixture = buildFixture({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": map("a") });
    const flags = [
      "--as-current-user",
      "-e",
      "A=b",
      "--env",
      "C=d",
      "--network",
      "--network-name=x",
      "--mount=y",
    ];
    expect(await fixture.build(".", ...flags)).toEqual({ code: 0, stdout: map("a"), stderr: "" });
  });

  test("warns in kustomize's words before it fails", async () => {
    using fixture = buildFixture({ "kustomization.yaml": "commonLabels: {a: b}\nbases: [gone]\n" });
    const { stderr } = await fixture.build();
    expect(stderr.split("\n").slice(0, 2)).toEqual([
      "# Warning: 'bases' is deprecated. Please use 'resources' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
      "# Warning: 'commonLabels' is deprecated. Please use 'labels' instead. Run 'kustomize edit fix' to update your Kustomization automatically.",
    ]);
    expect(stderr).toContain("\nerror: accumulating resources: ");
  });

  const security = "security; file 'AT/link' is not in or below 'AT''";
  test.each([
    { name: "to a file outside", target: "../map.yaml", want: security, place: "app/link" },
    { name: "to an absolute path", target: "/etc/passwd", want: security, place: "app/link" },
    {
      name: "to what is above",
      target: "..",
      want: "cycle detected: candidate root 'ROOT' contains visited root 'AT'",
      place: "app/kustomization.yaml, line 1",
    },
    {
      name: "to itself",
      target: "link",
      want: "evalsymlink failure on 'AT/link' : EvalSymlinks: too many links",
      place: "app/kustomization.yaml, line 1",
    },
    {
      name: "to nothing",
      target: "nowhere",
      want: "evalsymlink failure on 'AT/link' : lstat AT/nowhere: no such file or directory",
      place: "app/kustomization.yaml, line 1",
    },
  ])("refuses a link $name in kustomize's words", async ({ target, want, place }) => {
    using fixture = buildFixture({
      "app/kustomization.yaml": "resources: [link]\n",
      "app/link": `symlink:${target}`,
      "map.yaml": map("a"),
    });
    const root = realpathSync(fixture.folder);
    const { code, stdout, stderr } = await fixture.build("app");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(want.replaceAll("AT", join(root, "app")).replaceAll("ROOT", root));
    expect(stderr).toContain(`\nin ${place}\n`);
  });

  test("leaves a folder as it was where a build fails", async () => {
    using fixture = buildFixture({
      "kustomization.yaml": "resources: [a.yaml, gone.yaml]\n",
      "a.yaml": map("a"),
      "out/kept.txt": "",
    });
    expect((await fixture.build(".", "-o", "out")).code).toBe(1);
    expect(readdirSync(join(fixture.folder, "out"))).toEqual(["kept.txt"]);
  });

  test("does not wait for a pipe that a kustomization names", async () => {
    using fixture = buildFixture({
      "kustomization.yaml": "resources: [zero]\n",
      zero: "symlink:/dev/zero",
    });
    const { code, stdout } = await fixture.build(".", "--load-restrictor", "LoadRestrictionsNone");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  });
});
