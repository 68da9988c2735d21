import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { runDiffChart } from "../src/diff/run-diff-chart.ts";
import type { Environment } from "../src/environment.ts";
import { runTemplate } from "../src/template/run-template.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-template-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeFiles(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const CHART = {
  "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
  "c/values.yaml": "a: {b: 1}\n",
  "c/templates/t.yaml":
    "kind: ConfigMap\nvalues: {{ toJson .Values }}\nrelease: {{ .Release.Name }} {{ .Release.Namespace }}\n",
  "c/templates/test.yaml": "kind: Pod\nmetadata:\n  annotations: {helm.sh/hook: test}\n",
  "c/crds/d.yaml": "kind: CustomResourceDefinition\n",
};

interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: typeof runTemplate, args: readonly string[]): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const environment: Environment = {
    stateRoot: folder,
    searchPath: "",
    kubeconfig: undefined,
    homeKubeconfig: join(folder, "kubeconfig"),
    service: undefined,
    runtimeNamespace: undefined,
    isTerminal: false,
    columns: 80,
    workingDirectory: folder,
    write: (text) => {
      stdout += text;
    },
    writeError: (text) => {
      stderr += text;
    },
    flush: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  return { exit: await command(args, environment), stdout, stderr };
}

describe("weir template", () => {
  beforeEach(() => writeFiles(CHART));

  it("lays values over each other in helm's order", async () => {
    await writeFiles({ "v.yaml": "a: {c: file}\nl: [1, 2]\n", "t.txt": "text" });
    const flags = [
      "-f",
      "v.yaml",
      "--set-json",
      '{"j": 1}',
      "--set",
      "a.c=set,l[0]=9",
      "--set-string",
      "s=1",
    ];
    const more = ["--set-file", "f=t.txt", "--set-literal", "x=a,b"];
    const { exit, stdout } = await run(runTemplate, [
      "rel",
      "c",
      ...flags,
      ...more,
      "-s",
      "templates/t.yaml",
    ]);
    expect(exit).toBe(0);
    expect(stdout).toContain('values: {"a":{"b":1,"c":"set"},"f":"text","j":1,"l":[9,2],"s":"1","x":"a,b"}');
  });

  it("takes the namespace of a kubeconfig's current context where none is given", async () => {
    const context = "contexts: [{name: x, context: {namespace: team}}]\ncurrent-context: x\n";
    await writeFiles({ kubeconfig: context });
    expect((await run(runTemplate, ["c"])).stdout).toContain("release: release-name team\n");
    expect((await run(runTemplate, ["rel", "c", "-nown"])).stdout).toContain("release: rel own\n");
  });

  it("prints CRDs and leaves hooks out as it is told", async () => {
    const sourcesOf = async (...flags: readonly string[]): Promise<readonly string[]> =>
      (await run(runTemplate, ["rel", "c", ...flags])).stdout.match(/(?<=# Source: ).*/g) ?? [];
    expect(await sourcesOf()).toEqual(["c/templates/t.yaml", "c/templates/test.yaml"]);
    expect(await sourcesOf("--no-hooks")).toEqual(["c/templates/t.yaml"]);
    expect(await sourcesOf("--skip-tests", "--include-crds")).toEqual([
      "c/crds/d.yaml",
      "c/templates/t.yaml",
    ]);
  });

  it("writes files into a folder", async () => {
    const { stdout } = await run(runTemplate, ["rel", "c", "--output-dir", "out", "--release-name"]);
    expect(stdout).toBe("wrote out/rel/c/templates/t.yaml\nwrote out/rel/c/templates/test.yaml\n\n");
    expect(await readFile(join(folder, "out/rel/c/templates/test.yaml"), "utf8")).toContain("kind: Pod");
  });

  it("prints what cannot be read with --debug alone", async () => {
    await writeFiles({ "c/templates/t.yaml": "a: b: c\n" });
    const plain = await run(runTemplate, ["rel", "c"]);
    expect(plain.stdout).toBe("");
    expect(plain.stderr).toContain("\n\nUse --debug flag to render out invalid YAML\n");
    const debug = await run(runTemplate, ["rel", "c", "--debug"]);
    expect(debug.stdout).toContain("# Source: c/templates/t.yaml\na: b: c\n");
    expect(debug.exit).toBe(1);
  });

  it("fetches dependencies that are missing where it is told to", async () => {
    await writeFiles({
      "c/Chart.yaml":
        "apiVersion: v2\nname: c\nversion: 1.0.0\ndependencies:\n- {name: lib, version: 1.x, repository: file://../lib}\n",
      "lib/Chart.yaml": "apiVersion: v2\nname: lib\nversion: 1.2.0\n",
      "lib/templates/t.yaml": "kind: Secret\n",
    });
    const missing = await run(runTemplate, ["rel", "c"]);
    expect(missing.stderr).toContain("found in Chart.yaml, but missing in charts/ directory: lib\n");
    const { exit, stdout } = await run(runTemplate, ["rel", "c", "--dependency-update"]);
    expect(exit).toBe(0);
    expect(stdout).toContain("# Source: c/charts/lib/templates/t.yaml\nkind: Secret\n");
    expect(await readFile(join(folder, "c/Chart.lock"), "utf8")).toContain("version: 1.2.0");
  });

  it("survives links that lead in a circle", async () => {
    await symlink(join(folder, "c"), join(folder, "c/templates/loop"));
    expect((await run(runTemplate, ["rel", "c"])).exit).toBe(0);
  });

  it.each([
    [["rel", "c", "--validate"], "--validate is refused: templates are rendered without a cluster"],
    [["rel", "c", "--post-renderer", "x"], "--post-renderer is refused: no program is run"],
    [["rel", "c", "--nope"], "unknown flag: --nope"],
    [["rel", "c", "--set"], "flag needs an argument: --set"],
    [["rel", "./none"], 'path "./none" not found'],
    [["rel", "c", "--set-json", "a={"], "failed parsing --set-json data a={"],
    [["rel", "c", "-f", "none.yaml"], "open none.yaml: no such file or directory"],
    [["a", "b", "c"], "expected at most two arguments, unexpected arguments: c"],
    [["-g", "rel", "c"], "cannot set --generate-name and also specify a name"],
  ])("refuses %j", async (args, want) => {
    const { exit, stderr } = await run(runTemplate, args);
    expect(exit).toBe(1);
    expect(stderr).toContain(`Error: ${want}`);
  });
});

describe("weir diff chart", () => {
  beforeEach(() => writeFiles(CHART));

  it("shows fields or lines, and hides Secrets", async () => {
    const secret = (word: string): string =>
      `apiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {k: ${word}}\n`;
    await writeFiles({
      "c/templates/s.yaml": secret("canary-1"),
      "d/Chart.yaml": CHART["c/Chart.yaml"],
      "d/templates/t.yaml": "kind: ConfigMap\nvalues: 2\n",
      "d/templates/s.yaml": secret("canary-2"),
    });
    const { exit, stdout } = await run(runDiffChart, ["c", "d"]);
    expect(exit).toBe(1);
    expect(stdout).toContain('~ ConfigMap/default/""\n');
    expect(stdout).toContain('    stringData.k: "*** (before)" → "*** (after)"\n');
    const text = await run(runDiffChart, ["c", "d", "--text"]);
    expect(text.stdout).toContain("-release: release-name default\n+values: 2\n");
    expect(stdout + text.stdout).not.toContain("canary");
  });

  it("says by its exit code whether anything differs", async () => {
    expect((await run(runDiffChart, ["c", "c"])).exit).toBe(0);
    expect((await run(runDiffChart, ["c", "none"])).exit).toBe(2);
    expect((await run(runDiffChart, ["c"])).exit).toBe(2);
  });
});
