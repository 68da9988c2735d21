import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { unpackArchive } from "@weir/artifact";
import { walkTree } from "@weir/core";
import { createMemoryRegistryStore, type RegistryServer, serveRegistry } from "@weir/oci";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Environment } from "../src/environment.ts";
import { runProgram } from "../src/run-program.ts";

let folder: string;
let registry: RegistryServer;
let guarded: RegistryServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-artifact-"));
  const store = createMemoryRegistryStore();
  registry = await serveRegistry({ store });
  const users = [{ username: "user", password: "pass" }];
  guarded = await serveRegistry({ store, auth: { kind: "basic", users } });
  await write("m/apps/cm.yaml", "kind: ConfigMap\n");
  await write("m/apps/dep.yaml", "kind: Deployment\n");
  await write("m/logo.png", "no manifest");
  await mkdir(join(folder, "out"));
});
afterAll(async () => {
  await registry[Symbol.asyncDispose]();
  await guarded[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function weir(args: readonly string[], more: Partial<Environment> = {}): Promise<Run> {
  let stdout = "";
  let stderr = "";
  const environment = {
    workingDirectory: folder,
    dockerConfig: join(folder, "docker.json"),
    signal: new AbortController().signal,
    write: (text: string) => void (stdout += text),
    writeError: (text: string) => void (stderr += text),
    ...more,
  } as Environment;
  const code = await runProgram(["node", "weir", ...args], environment, "");
  return { code, stdout, stderr };
}

/** The digests of this run are not known beforehand. */
function masked({ stdout, stderr, code }: Run): Run {
  const mask = (text: string) =>
    text
      .replaceAll(registry.registry, "REGISTRY")
      .replaceAll(/sha256:[0-9a-f]{64}/g, "DIGEST")
      .replaceAll(/[ \t]+/g, " ");
  return { code, stdout: mask(stdout), stderr: mask(stderr) };
}

const origin = ["--source=https://example.com/r", "--revision=main@sha1:abc"];

describe("weir push artifact", () => {
  test("pushes a folder, which pull, tag and list find", async () => {
    const url = `oci://${registry.registry}/cli`;
    const pushed = await weir(["push", "artifact", `${url}:v1`, "--path=./m", ...origin, "-a", "a=b"]);
    expect(masked(pushed)).toEqual({
      code: 0,
      stdout: "",
      stderr:
        "► pushing artifact to REGISTRY/cli:v1\n✔ artifact successfully pushed to REGISTRY/cli@DIGEST\n",
    });
    const pulled = await weir(["pull", "artifact", `${url}:v1`, "--output=./out"]);
    expect(masked(pulled).stderr).toBe(
      [
        "► pulling artifact from REGISTRY/cli:v1",
        "✔ source https://example.com/r",
        "✔ revision main@sha1:abc",
        "✔ digest REGISTRY/cli@DIGEST",
        "✔ artifact content extracted to ./out",
        "",
      ].join("\n"),
    );
    expect(await readFile(join(folder, "out/apps/cm.yaml"), "utf8")).toBe("kind: ConfigMap\n");
    expect(await readdir(join(folder, "out"))).toEqual(["apps"]);
    const tagged = await weir(["tag", "artifact", `${url}:v1`, "--tag=latest,prod", "--tag", "v1.2.0"]);
    expect(masked(tagged).stderr).toBe(
      "► tagging artifact\n✔ artifact tagged as REGISTRY/cli:latest\n✔ artifact tagged as REGISTRY/cli:prod\n✔ artifact tagged as REGISTRY/cli:v1.2.0\n",
    );
    const listed = await weir(["list", "artifacts", url, "--filter-regex", "^[lv]"]);
    expect(masked(listed).stdout).toBe(
      [
        "ARTIFACT DIGEST SOURCE REVISION ",
        "REGISTRY/cli:v1.2.0 DIGEST https://example.com/r main@sha1:abc ",
        "REGISTRY/cli:v1 DIGEST https://example.com/r main@sha1:abc ",
        "REGISTRY/cli:latest DIGEST https://example.com/r main@sha1:abc ",
        "",
      ].join("\n"),
    );
    const ranged = await weir(["list", "artifacts", url, "--filter-semver=>=1"]);
    expect(masked(ranged).stdout.split("\n").slice(1, -1)).toHaveLength(1);
  });

  test.each([
    {
      format: "json",
      want: '{\n "url": "oci://REGISTRY/form@DIGEST",\n "repository": "REGISTRY/form",\n "tag": "v2",\n "digest": "DIGEST"\n}\n',
    },
    {
      format: "yaml",
      want: "digest: DIGEST\nrepository: REGISTRY/form\ntag: v2\nurl: oci://REGISTRY/form@DIGEST\n",
    },
  ])("prints the digest as $format, the same for the same content", async ({ format, want }) => {
    const args = [
      `oci://${registry.registry}/form:v2`,
      "--path=./m",
      ...origin,
      "--reproducible",
      "-o",
      format,
    ];
    const first = await weir(["push", "artifact", ...args]);
    expect(masked(first)).toEqual({ code: 0, stdout: want, stderr: "" });
    expect((await weir(["push", "artifact", ...args])).stdout).toBe(first.stdout);
  });

  test("logs in with what is given, else by the docker configuration", async () => {
    const args = ["push", "artifact", `oci://${guarded.registry}/in:1`, "--path=./m", ...origin];
    const refused = await weir([...args, "--creds=user:canary"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^► logging in to registry with credentials\n/);
    expect(refused.stderr).not.toContain("canary");
    expect((await weir([...args, "--creds=user:pass"])).code).toBe(0);
    expect((await weir(args)).code).toBe(1);
    const auths = { [guarded.registry]: { username: "user", password: "pass" } };
    await write("docker/config.json", JSON.stringify({ auths }));
    expect((await weir(args, { dockerConfig: join(folder, "docker/config.json") })).code).toBe(0);
  });

  const url = () => `oci://${registry.registry}/app:v3`;
  test.each([
    { name: "no source", args: () => [url(), "--path=./m"], want: "--source is required" },
    {
      name: "no revision",
      args: () => [url(), "--path=./m", "--source=x"],
      want: "--revision is required",
    },
    {
      name: "no such path",
      args: () => [url(), "--path=./none", ...origin],
      want: "invalid path './none', must point to an existing directory or file: stat ./none: no such file or directory",
    },
    {
      name: "no scheme",
      args: () => ["r.example.com/x:v1", "--path=./m", ...origin],
      want: "URL must be in format 'oci://<domain>/<org>/<repo>'",
    },
    {
      name: "no URL",
      args: () => ["oci://r.example.com/X:v1", "--path=./m", ...origin],
      want: "'oci://r.example.com/X:v1' invalid URL: could not parse reference: r.example.com/X:v1",
    },
    {
      name: "a bad annotation",
      args: () => [url(), "--path=./m", ...origin, "-a", "a"],
      want: "invalid annotation a, must be in the format key=value",
    },
    {
      name: "a cloud",
      args: () => [url(), "--path=./m", ...origin, "--provider=aws"],
      want: "--provider: logging in with 'aws' is not supported yet",
    },
  ])("says what is wrong: $name", async ({ args, want }) => {
    const run = await weir(["push", "artifact", ...args()]);
    expect(run).toEqual({ code: 1, stdout: "", stderr: `weir: ${want}\n` });
  });
});

describe("weir pull artifact", () => {
  test("says that there is none, and that the folder is not there", async () => {
    const url = `oci://${registry.registry}/cli:none`;
    const missing = await weir(["pull", "artifact", url, "-o", "out"]);
    expect(masked(missing).stderr).toMatch(/GET http:\/\/REGISTRY\/v2\/cli\/manifests\/none: [A-Z]+_UNKNOWN/);
    const homeless = await weir(["pull", "artifact", url, "--output=./nodir"]);
    expect(homeless.stderr).toBe(
      'weir: invalid output path "./nodir": stat ./nodir: no such file or directory\n',
    );
  });

  test("writes through no link that is in the folder", async () => {
    const address = `oci://${registry.registry}/links:1`;
    await weir(["push", "artifact", address, "--path=./m", ...origin]);
    await mkdir(join(folder, "elsewhere"));
    await mkdir(join(folder, "linked/apps"), { recursive: true });
    await write("elsewhere/cm.yaml", "mine\n");
    await symlink(join(folder, "elsewhere/cm.yaml"), join(folder, "linked/apps/cm.yaml"));
    expect((await weir(["pull", "artifact", address, "-o", "linked"])).code).toBe(0);
    expect(await readFile(join(folder, "linked/apps/cm.yaml"), "utf8")).toBe("kind: ConfigMap\n");
    expect(await readFile(join(folder, "elsewhere/cm.yaml"), "utf8")).toBe("mine\n");
    await mkdir(join(folder, "trapped"));
    await symlink(join(folder, "elsewhere"), join(folder, "trapped/apps"));
    const trapped = await weir(["pull", "artifact", address, "-o", "trapped"]);
    expect(trapped.stderr).toContain("apps is there and no folder");
    expect(await readdir(join(folder, "elsewhere"))).toEqual(["cm.yaml"]);
  });
});

describe("weir diff artifact", () => {
  test("tells whether a folder has what was pushed, whoever packed it", async () => {
    const url = `oci://${registry.registry}/compared:1`;
    await weir(["push", "artifact", url, "--path=./m", ...origin]);
    expect(await weir(["diff", "artifact", url, "--path=./m"])).toEqual({
      code: 0,
      stdout: "",
      stderr: "✔ no changes detected\n",
    });
    const other = await weir(["diff", "artifact", url, "--path=./m", "--ignore-paths=apps/dep.yaml"]);
    expect(other).toEqual({
      code: 1,
      stdout: "",
      stderr: "weir: the remote artifact contents differs from the local one\n",
    });
    expect((await weir(["diff", "artifact", url, "--no-such-flag"])).code).toBe(2);
    expect((await weir(["diff", "artifact"])).stderr).toBe("weir: artifact URL is required\n");
  });
});

describe("weir build artifact", () => {
  const filesIn = async (name: string) => {
    const tree = await unpackArchive(await readFile(join(folder, name)));
    return [...walkTree(tree, "")].map(([path]) => path);
  };

  test("packs what push packs", async () => {
    const built = await weir(["build", "artifact", "-p", "./m", "-o", "./a.tgz"]);
    expect(built).toEqual({
      code: 0,
      stdout: "",
      stderr: "► building artifact from ./m\n✔ artifact created at ./a.tgz\n",
    });
    expect(await filesIn("a.tgz")).toEqual(["apps/cm.yaml", "apps/dep.yaml"]);
  });

  test.each([
    { flags: ["--ignore-paths=apps/dep.yaml"], want: ["apps/cm.yaml", "logo.png"] },
    { flags: ["--add-ignore-paths=apps/dep.yaml"], want: ["apps/cm.yaml"] },
  ])("leaves out what $flags says", async ({ flags, want }) => {
    await weir(["build", "artifact", "--path=./m", "--output=./b.tgz", ...flags]);
    expect(await filesIn("b.tgz")).toEqual(want);
  });

  test("packs a file alone", async () => {
    await weir(["build", "artifact", "--path=./m/apps/cm.yaml", "--output=./c.tgz"]);
    expect(await filesIn("c.tgz")).toEqual(["cm.yaml"]);
  });

  test("leaves links out, or packs what they point to, in circles once", async () => {
    await write("l/real/a.yaml", "a\n");
    await symlink("real/a.yaml", join(folder, "l/b.yaml"));
    await symlink("..", join(folder, "l/real/up"));
    await weir(["build", "artifact", "--path=./l", "--output=./d.tgz"]);
    expect(await filesIn("d.tgz")).toEqual(["real/a.yaml"]);
    await weir(["build", "artifact", "--path=./l", "--output=./e.tgz", "--resolve-symlinks"]);
    expect(await filesIn("e.tgz")).toEqual(["b.yaml", "real/a.yaml"]);
  });
});
