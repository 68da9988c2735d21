import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { packPackages, shellEnvironment } from "./pack-packages.ts";

const run = promisify(execFile);
const MINUTES = 60_000;

/** Uses what is installed in the new package, as its user would. */
const DRIVE = `
import { loadKubeconfig, openClient } from "@weir/client";
import { Pod } from "@weir/builtin/core-v1";
import { Database } from "./src/database.ts";
await using cluster = openClient(await loadKubeconfig(".weir/kubeconfig"));
const { client } = cluster;
const key = { namespace: "default", name: "main" };
const until = async (isDone) => {
  for (const end = Date.now() + 20_000; !(await isDone()); ) {
    if (Date.now() > end) throw new Error("not in time");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
const pods = async () => (await client.list(Pod, { namespace: "default" })).items.length;
await client.create(Database, { metadata: key, spec: { image: "postgres:18", replicas: 2 } });
await until(async () => (await client.get(Database, key))?.status?.readyReplicas === 2);
const running = await pods();
await client.delete(Database, key);
await until(async () => (await client.get(Database, key)) === undefined);
console.log(JSON.stringify({ running, left: await pods() }));
`;

function filesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter(
      (path) => !/^(node_modules|packages|manifests|\.weir)\//.test(path) && path !== "package-lock.json",
    )
    .sort();
}

describe("a package made by npm create @weir on embedded", () => {
  const scratch = mkdtempSync(join(tmpdir(), "weir-create-"));
  const packages = join(scratch, "packages");
  const folder = join(scratch, "db-operator");
  const env = shellEnvironment();
  const inFolder = async (command: string, ...args: readonly string[]): Promise<string> =>
    (await run(command, args, { cwd: folder, env, maxBuffer: 2 ** 26 })).stdout;

  beforeAll(async () => {
    await packPackages(join(scratch, "copy"), packages);
    const tarball = readdirSync(packages).find((name) => name.startsWith("weir-create-")) ?? "";
    const names = ["db-operator", "--kind", "Database", "--group", "apps.example.org"];
    const create = ["exec", "--yes", `--package=${join(packages, tarball)}`, "--", "create-weir", ...names];
    await run("npm", [...create, "--packages", packages], { cwd: scratch, env });
    await inFolder("npm", "install", "--prefer-offline", "--no-audit", "--no-fund");
  }, 5 * MINUTES);

  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  test(
    "has types that hold, and manifests that its code makes",
    async () => {
      await expect(inFolder("npm", "run", "check")).rejects.toThrow("missing: manifests/rbac.yaml");
      await inFolder("npm", "run", "generate");
      await inFolder("npm", "run", "check");
      expect(readdirSync(join(folder, "manifests")).sort()).toEqual([
        "apps.example.org_databases.yaml",
        "deployment.yaml",
        "rbac.yaml",
      ]);
    },
    MINUTES,
  );

  test(
    "passes its own tests",
    async () => {
      expect(await inFolder("npm", "test")).toMatch(/Tests .*23 passed/);
    },
    MINUTES,
  );

  test(
    "runs on an embedded cluster, and ends in order",
    async () => {
      const child = spawn(process.execPath, ["src/embedded.ts"], { cwd: folder, env });
      const closed = once(child, "close") as Promise<[number | null]>;
      let output = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
      await vi.waitFor(() => expect(output).toContain("the cluster is up"), { timeout: 30_000 });
      const driven = await inFolder(process.execPath, "--input-type=module", "--eval", DRIVE);
      expect(JSON.parse(driven)).toEqual({ running: 2, left: 0 });
      child.kill("SIGINT");
      expect(await closed).toEqual([0, null]);
      expect(output).toContain('"message":"stopped"');
    },
    MINUTES,
  );

  test(
    "is what weir init makes, too",
    async () => {
      const names = ["db-operator", "--kind", "Database", "--group", "apps.example.org"];
      await inFolder(
        "npm",
        "exec",
        "--",
        "weir",
        "init",
        ...names,
        "--folder",
        "../again",
        "--packages",
        packages,
      );
      expect(filesOf(join(scratch, "again"))).toEqual(filesOf(folder));
    },
    MINUTES,
  );
});
