import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const main = resolve(import.meta.dirname, "../src/main.ts");
const fleet = resolve(import.meta.dirname, "../../../examples/fleet");

describe("weir with bad input", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "weir-bad-input-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  function weir(
    ...args: readonly string[]
  ): Promise<{ readonly code: number | null; readonly stderr: string }> {
    const {
      promise,
      resolve: end,
      reject,
    } = Promise.withResolvers<{ code: number | null; stderr: string }>();
    const child = spawn(process.execPath, ["--conditions=@weir/source", main, ...args], {
      env: { ...process.env, WEIR_HOME: join(folder, "home") },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.on("error", reject);
    child.on("close", (code) => end({ code, stderr }));
    return promise;
  }

  test("names the file, the line and the column of what is not YAML, once", async () => {
    await writeFile(join(folder, "kustomization.yaml"), "resources: [bad.yaml]\n");
    await writeFile(join(folder, "bad.yaml"), "a:\n  b: [1, 2\nc: 3\n");
    const problem = "MalformedYAMLError: yaml: line 1: did not find expected ',' or ']'";
    expect(await weir("build", "kustomization", folder)).toEqual({
      code: 1,
      stderr:
        "error: accumulating resources: accumulating resources from 'bad.yaml': " +
        `${problem} in File: bad.yaml\nin ${folder}/bad.yaml, line 3, column 2\n`,
    });
  });

  test("names the port of the API that is in use", async () => {
    const server = createServer();
    await new Promise<void>((listening) => {
      server.listen(0, "127.0.0.1", () => listening());
    });
    const { port } = server.address() as AddressInfo;
    const run = await weir("up", fleet, "--storage", "memory", "--once", "--port", String(port));
    server.close();
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(`weir: 127.0.0.1 port ${port} is in use by another program`);
  });
});
