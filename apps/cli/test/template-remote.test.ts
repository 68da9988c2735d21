import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile, mkdir } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryTree } from "@weir/core";
import { loadChartFolder, packageChart } from "@weir/helm";
import { createNodeSender, pushChart, RegistryClient, serveRegistry } from "@weir/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Environment } from "../src/environment.ts";
import { runTemplate } from "../src/template/run-template.ts";

const USER = { username: "ann", password: "secret" };
const CREDENTIALS = ["--username", USER.username, "--password", USER.password];

let folder: string;
let registry: Awaited<ReturnType<typeof serveRegistry>>;
let repository: Server;
let repositoryUrl: string;

/** A chart that prints its own version, as an archive. */
function archiveOf(version: string): Uint8Array {
  const files = {
    "Chart.yaml": `apiVersion: v2\nname: c\nversion: ${version}\n`,
    "templates/t.yaml": "kind: ConfigMap\nversion: {{ .Chart.Version }}\n",
  };
  const tree = memoryTree(new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])));
  return packageChart(loadChartFolder(tree)).archive;
}

const VERSIONS = ["1.0.0", "1.2.0", "2.0.0-rc.1"];

/** The same server under a name of its own. */
function otherHost(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}/`;
}

/** A repository over HTTP whose archives are on another host, which must not see the password. */
async function serveRepository(): Promise<Server> {
  const archives = new Map(VERSIONS.map((version) => [version, archiveOf(version)]));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://x");
    const isOther = request.headers.host?.startsWith("localhost") === true;
    if (isOther !== (request.headers.authorization === undefined)) return response.writeHead(401).end();
    const archive = archives.get(pathname.slice(1).replace(/^c-|\.tgz$/g, ""));
    if (archive !== undefined && !isOther) {
      return response.writeHead(302, { location: `${otherHost(server)}${pathname.slice(1)}` }).end();
    }
    if (archive !== undefined) return response.end(archive);
    if (pathname !== "/index.yaml") return response.writeHead(404).end();
    const entries = VERSIONS.map((version) => {
      const digest = createHash("sha256").update(archiveOf(version)).digest("hex");
      return `  - {name: c, version: ${version}, urls: [${version === "1.0.0" ? otherHost(server) : ""}c-${version}.tgz], digest: ${digest}}\n`;
    });
    return response.end(`apiVersion: v1\nentries:\n  c:\n${entries.join("")}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-remote-"));
  registry = await serveRegistry({ auth: { kind: "basic", users: [USER] } });
  using sender = createNodeSender();
  const credentials = () => ({ kind: "basic", ...USER }) as const;
  const client = new RegistryClient({ sender, access: "plain", credentials });
  const parent = { registry: registry.registry, path: "charts" };
  for (const version of VERSIONS) await pushChart(client, { parent, archive: archiveOf(version) });
  repository = await serveRepository();
  repositoryUrl = `http://127.0.0.1:${(repository.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  repository.close();
  await rm(folder, { recursive: true });
});

async function run(...args: readonly string[]): Promise<string> {
  let output = "";
  const write = (text: string): void => void (output += text);
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
    write,
    writeError: write,
    flush: () => Promise.resolve(),
    signal: new AbortController().signal,
  };
  await runTemplate(args, environment);
  return output;
}

describe("a chart in a registry", () => {
  it.each([
    [[], "1.2.0"],
    [["--version", "1.0.0"], "1.0.0"],
    [["--version", "<1.1"], "1.0.0"],
    [["--devel"], "2.0.0-rc.1"],
  ])("is found with %j", async (flags, version) => {
    const chart = `oci://${registry.registry}/charts/c`;
    expect(await run("rel", chart, "--plain-http", ...CREDENTIALS, ...flags)).toContain(
      `version: ${version}\n`,
    );
  });

  it("is fetched with a docker configuration", async () => {
    const auths = { [registry.registry]: { auth: Buffer.from("ann:secret").toString("base64") } };
    await writeFile(join(folder, "config.json"), JSON.stringify({ auths }));
    const chart = `oci://${registry.registry}/charts/c:1.0.0`;
    expect(await run("rel", chart, "--plain-http", "--registry-config", "config.json")).toContain(
      "version: 1.0.0\n",
    );
  });

  it("is refused to who is not known, by name", async () => {
    const output = await run("rel", `oci://${registry.registry}/charts/c:1.0.0`, "--plain-http");
    expect(output).toMatch(/^Error: .*charts\/c.*UNAUTHORIZED/s);
  });

  it("names what stands in the way of a registry that is not there", async () => {
    expect(await run("rel", "oci://127.0.0.1:1/charts/c:1.0.0")).toMatch(
      /^Error: .*127\.0\.0\.1:1.*connection refused/s,
    );
  });

  it("is a dependency of a folder", async () => {
    await mkdir(join(folder, "p"), { recursive: true });
    const dependency = `{name: c, version: 1.x, repository: "oci://${registry.registry}/charts"}`;
    const metadata = `apiVersion: v2\nname: p\nversion: 1.0.0\ndependencies: [${dependency}]\n`;
    await writeFile(join(folder, "p/Chart.yaml"), metadata);
    const refused = await run("rel", "p", "--dependency-update", "--plain-http", ...CREDENTIALS);
    expect(refused, "a chart may name any registry").toContain("UNAUTHORIZED");
    const output = await run(
      "rel",
      "p",
      "--dependency-update",
      "--plain-http",
      "--registry-config",
      "config.json",
    );
    expect(output).toContain("version: 1.2.0\n");
    expect(await readdir(join(folder, "p/charts"))).toEqual(["c-1.2.0.tgz"]);
  });
});

describe("a chart in a repository", () => {
  it.each([
    [[], "1.2.0"],
    [["--version", "1.0.0"], "1.0.0"],
    [["--devel"], "2.0.0-rc.1"],
  ])("is found with %j, and the password stays with the repository", async (flags, version) => {
    expect(await run("rel", "c", "--repo", repositoryUrl, ...CREDENTIALS, ...flags)).toContain(
      `version: ${version}\n`,
    );
  });

  it("takes values from a URL, which is told no password", async () => {
    const url = `${otherHost(repository)}c-1.0.0.tgz`;
    const output = await run("rel", "c", "--repo", repositoryUrl, ...CREDENTIALS, "-f", url);
    expect(output).toContain(`failed to parse ${url}`);
  });

  it("is fetched by its URL", async () => {
    expect(await run("rel", `${repositoryUrl}/c-1.0.0.tgz`, ...CREDENTIALS)).toContain("version: 1.0.0\n");
  });

  it.each([
    [["c", "--version", "9.9.9"], `Error: chart "c" version "9.9.9" not found in REPO repository\n`],
    [["nope"], `Error: chart "nope" not found in REPO repository\n`],
  ])("is missed by name: %j", async (args, message) => {
    expect(await run("rel", ...args, "--repo", repositoryUrl, ...CREDENTIALS)).toBe(
      message.replace("REPO", repositoryUrl),
    );
  });

  it("is not fetched without the password", async () => {
    expect(await run("rel", "c", "--repo", repositoryUrl)).toBe(
      `Error: failed to fetch ${repositoryUrl}/index.yaml : 401\n`,
    );
  });
});
