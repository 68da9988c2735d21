import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, test } from "vitest";

const main = resolve(import.meta.dirname, "../src/main.ts");

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a process of its own, with its output in pipes. */
function weir(...args: readonly string[]): Promise<Run> {
  const home = mkdtempSync(join(tmpdir(), "weir-home-"));
  const { KUBECONFIG: _kubeconfig, ...env } = process.env;
  const child = spawn(process.execPath, ["--conditions=@weir/source", main, ...args], {
    env: { ...env, WEIR_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  return new Promise((done) => child.on("close", (code) => done({ code, stdout, stderr })));
}

function aFolder(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "weir-build-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe("weir build kustomization", () => {
  test("writes all of a long output into a pipe", async () => {
    const value = "x".repeat(70);
    const maps = Array.from({ length: 2_000 }, (_, index) => {
      const head = `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: m${index}\n`;
      return `${head}data:\n  key: ${value}\n`;
    });
    const folder = aFolder({
      "kustomization.yaml": "resources: [maps.yaml]\n",
      "maps.yaml": maps.join("---\n"),
    });
    const { code, stdout } = await weir("build", "kustomization", folder);
    expect(code).toBe(0);
    expect(stdout.split("kind: ConfigMap").length - 1).toBe(2_000);
    expect(stdout.endsWith("\n")).toBe(true);
  });

  test("builds a kustomization or a tar from standard input", async () => {
    const map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";
    const folder = aFolder({ "kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": map });
    const { stdout } = spawnSync("tar", ["-C", folder, "-cf", "-", "kustomization.yaml", "a.yaml"]);
    const build = (input: string | Buffer): string =>
      spawnSync(process.execPath, ["--conditions=@weir/source", main, "build", "ks", "-"], {
        cwd: folder,
        input,
      }).stdout.toString("utf8");
    expect(build("resources: [a.yaml]\nnamePrefix: my-\n")).toBe(map.replace(": a\n", ": my-a\n"));
    expect(build(stdout)).toBe(map);
  });

  test("says what is wrong on standard error, prints nothing else, and ends with 1", async () => {
    const folder = aFolder({ "kustomization.yaml": "resources: [gone.yaml]\n" });
    const { code, stdout, stderr } = await weir("build", "kustomization", folder);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^error: accumulating resources: .*gone\.yaml/);
  });
});

describe("weir", () => {
  test("ends with 2 where it is called wrongly", async () => {
    expect((await weir("up", "--port", "none")).code).toBe(2);
    expect((await weir("no-such-command")).code).toBe(2);
  });

  test("names the kinds there are where one is unknown, and the way to a cluster where there is none", async () => {
    expect((await weir("get", "nonsense")).stderr).toContain("weir: cannot use the kubeconfig");
    expect((await weir("suspend", "nonsense", "x")).stderr).toMatch(
      /^weir: there is no kind "nonsense"; there are gitrepository/,
    );
  });

  test("refuses a folder that is not there", async () => {
    const { code, stderr } = await weir("up", "/no/such/folder", "--once", "--storage", "memory");
    expect(code).toBe(1);
    expect(stderr).toContain("weir: there is no folder /no/such/folder");
  });
});
