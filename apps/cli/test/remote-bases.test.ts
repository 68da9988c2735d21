import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type GitTestServer, startGitServer } from "@weir/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildFixture } from "./build-fixture.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
}

interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: string[];
}

async function serveFiles(answer: RequestListener): Promise<FileServer> {
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url} ${request.headers.authorization ?? "-"}`);
    void answer(request, response);
  });
  await new Promise<void>((done) => {
    server.listen(0, "127.0.0.1", () => done());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

describe("remote bases", () => {
  let git: GitTestServer;
  let first: string;
  beforeAll(async () => {
    git = await startGitServer({ searchPath });
    const app = await git.repository("app");
    first = await app.commit({
      files: {
        "base/kustomization.yaml": "resources: [../shared, map.yaml]\n",
        "base/map.yaml": configMap("app"),
        "shared/kustomization.yaml": "resources: [map.yaml]\n",
        "shared/map.yaml": configMap("shared"),
        "escape/kustomization.yaml": "resources: [../../outside]\n",
        "escape-file/kustomization.yaml": "resources: [passwd]\n",
        "escape-file/passwd": "symlink:/etc/passwd",
        "git-config/kustomization.yaml":
          "configMapGenerator: [{name: c, files: [.git/config]}]\nresources: []\n",
      },
      tag: "v1",
    });
  });
  afterAll(async () => {
    await git[Symbol.asyncDispose]();
  });

  const overlay = (url: string): Record<string, string> => ({
    "kustomization.yaml": `namePrefix: my-\nresources: ["${url}"]\n`,
  });

  test("are refused without the flag, which the error names", async () => {
    using fixture = buildFixture(overlay(`${git.url}/app.git//base?ref=v1`));
    const { code, stdout, stderr } = await fixture.build();
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`remote base '${git.url}/app.git//base?ref=v1' is not allowed\n`);
    expect(stderr).toContain("--remote-bases\n");
  });

  test.each([
    { name: "a tag", suffix: "//base?ref=v1" },
    { name: "a branch", suffix: "//base?ref=main" },
    { name: "a full reference", suffix: "//base?ref=refs/heads/main" },
    { name: "the default branch", suffix: "//base" },
    { name: "a version", suffix: "//base?version=v1&submodules=false" },
    { name: "the path after .git", suffix: "/base?ref=v1" },
  ])("are built from $name and pinned", async ({ suffix }) => {
    using fixture = buildFixture(overlay(`${git.url}/app.git${suffix}`));
    const { code, stdout, stderr } = await fixture.build(".", "--remote-bases");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${configMap("my-app")}---\n${configMap("my-shared")}`,
    });
    const lock = join(fixture.folder, "kustomization.lock");
    expect(stderr).toBe(`remote bases are pinned in ${lock}\n`);
    expect(readFileSync(lock, "utf8")).toContain(`commit: ${first}\n`);
  });

  test("are built from a commit, and from the URL of the repository itself", async () => {
    using fixture = buildFixture();
    const { code, stdout } = await fixture.build(`${git.url}/app.git//shared?ref=${first}`, "--remote-bases");
    expect({ code, stdout }).toEqual({ code: 0, stdout: configMap("shared") });
  });

  test("stay at the commits of the lock file until it is updated", async () => {
    const moving = await git.repository("moving");
    const old = await moving.commit({
      files: { "kustomization.yaml": "resources: [m.yaml]\n", "m.yaml": configMap("old") },
    });
    using fixture = buildFixture(overlay(`${git.url}/moving.git?ref=main`));
    const lock = join(fixture.folder, "kustomization.lock");
    expect((await fixture.build(".", "--remote-bases")).stdout).toBe(configMap("my-old"));
    const next = await moving.commit({ files: { "m.yaml": configMap("new") } });
    expect(await fixture.build(".", "--remote-bases", "--locked")).toEqual({
      code: 0,
      stdout: configMap("my-old"),
      stderr: "",
    });
    expect(readFileSync(lock, "utf8")).toContain(old);
    expect((await fixture.build(".", "--remote-bases", "--no-lock")).stdout).toBe(configMap("my-new"));
    expect((await fixture.build(".", "--remote-bases", "--update-lock")).stdout).toBe(configMap("my-new"));
    expect(readFileSync(lock, "utf8")).toContain(next);
  });

  test("fail where --locked finds no entry, and leave no lock behind a failed build", async () => {
    using fixture = buildFixture(overlay(`${git.url}/app.git//base?ref=v1`));
    const locked = await fixture.build(".", "--remote-bases", "--locked");
    expect({ code: locked.code, stdout: locked.stdout }).toEqual({ code: 1, stdout: "" });
    expect(locked.stderr).toMatch(/^error: http.*app\.git.* is not in the lock file .*kustomization\.lock/);
    fixture.write({ "kustomization.yaml": `resources: ["${git.url}/app.git//base?ref=v1", gone.yaml]\n` });
    expect((await fixture.build(".", "--remote-bases")).code).toBe(1);
    expect(() => readFileSync(join(fixture.folder, "kustomization.lock"))).toThrow();
  });

  test("refuse a lock file that is none", async () => {
    using fixture = buildFixture({
      ...overlay(`${git.url}/app.git//base?ref=v1`),
      "kustomization.lock": "version: 1\nrepositories: [{url: x, commit: --upload-pack=touch}]\n",
    });
    const { code, stderr } = await fixture.build(".", "--remote-bases");
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be used: an entry has no valid commit\n$/);
  });

  test.each([
    {
      name: "a base outside of the checkout",
      path: "escape",
      want: "security; bases in kustomizations found in cloned git repos must be within the repo",
    },
    { name: "a link out of the checkout", path: "escape-file", want: "security; file '" },
    { name: "what git keeps for itself", path: "git-config", want: "no such file or directory" },
  ])("refuse $name", async ({ path, want }) => {
    using fixture = buildFixture(overlay(`${git.url}/app.git//${path}?ref=v1`));
    const { code, stdout, stderr } = await fixture.build(
      ".",
      "--remote-bases",
      "--load-restrictor=LoadRestrictionsNone",
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(want);
  });

  test("may have remote bases of their own, and cycles among them are found", async () => {
    const one = await git.repository("one");
    const two = await git.repository("two");
    await one.commit({
      files: {
        "ok/kustomization.yaml": `resources: ["${git.url}/two.git//leaf"]\nnameSuffix: -x\n`,
        "cycle/kustomization.yaml": `resources: ["${git.url}/two.git//cycle"]\n`,
      },
    });
    await two.commit({
      files: {
        "leaf/kustomization.yaml": "resources: [m.yaml]\n",
        "leaf/m.yaml": configMap("leaf"),
        "cycle/kustomization.yaml": `resources: ["${git.url}/one.git//cycle"]\n`,
        "words/kustomization.yaml": `resources: ["${git.url}/two.git//words?timeout=9"]\n`,
      },
    });
    using fixture = buildFixture(overlay(`${git.url}/one.git//ok`));
    expect(await fixture.build(".", "--remote-bases", "--no-lock")).toEqual({
      code: 0,
      stdout: configMap("my-leaf-x"),
      stderr: "",
    });
    fixture.write(overlay(`${git.url}/one.git//cycle`));
    const url = `${git.url}/one.git//cycle`;
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain(
      `cycle detected: URI '${url}' referenced by previous URI '${url}'`,
    );
    fixture.write(overlay(`${git.url}/two.git//words`));
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain("cycle detected: ");
  });

  test("say where they come from in origin annotations", async () => {
    using fixture = buildFixture({
      "kustomization.yaml": `resources: ["${git.url}/app.git//shared?ref=v1"]\nbuildMetadata: [originAnnotations]\n`,
    });
    const { stdout } = await fixture.build(".", "--remote-bases");
    expect(stdout).toContain(`path: shared/map.yaml\n      repo: ${git.url}/app.git\n      ref: v1\n`);
  });

  test("of a repository or reference that is not there fail in the place of the base", async () => {
    using fixture = buildFixture(overlay(`${git.url}/app.git//base?ref=nope`));
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain("couldn't find remote ref nope");
    fixture.write(overlay(`${git.url}/none.git//base`));
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain("repository not found");
    fixture.write(overlay("file:///srv/app.git//base"));
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain(
      "are not fetched: name their folder",
    );
    fixture.write(overlay("git@127.0.0.1:org/app.git//base"));
    expect((await fixture.build(".", "--remote-bases")).stderr).toContain("needs --ssh-key");
  });

  test("are told credentials that are meant for their server, and nothing shows them", async () => {
    const app = `${git.url}/auth/app.git//shared`;
    const host = git.url.replace("http://", "");
    using fixture = buildFixture({
      ...overlay(app),
      "good.txt": `http://user:pass@${host}\n`,
      "other.txt": "http://user:pass@127.0.0.1:1\n",
    });
    const build = (...args: readonly string[]): ReturnType<typeof fixture.build> =>
      fixture.build(".", "--remote-bases", ...args);
    expect((await build("--git-credentials", "good.txt")).stdout).toBe(configMap("my-shared"));
    expect((await build("--git-credentials", "other.txt", "--no-lock")).stderr).toContain(
      "authentication required",
    );
    fixture.write(overlay(`http://user:pass@${host}/auth/app.git//shared`));
    expect((await build()).code).toBe(0);
    expect(readFileSync(join(fixture.folder, "kustomization.lock"), "utf8")).not.toContain("pass");
    fixture.write(overlay(`http://user:canary@${host}/auth/app.git//shared`));
    const { code, stderr } = await build("--no-lock");
    expect(code).toBe(1);
    expect(stderr).not.toContain("canary");
  });
});

describe("remote files", () => {
  test("are read, and held to their digest by the lock file", async () => {
    let name = "first";
    await using server = await serveFiles((_request, response) => response.end(configMap(name)));
    using fixture = buildFixture({ "kustomization.yaml": `resources: ["${server.url}/m.yaml"]\n` });
    expect((await fixture.build(".", "--remote-bases")).stdout).toBe(configMap("first"));
    name = "second";
    const { code, stdout, stderr } = await fixture.build(".", "--remote-bases");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("is not what the lock file");
    expect((await fixture.build(".", "--remote-bases", "--update-lock")).stdout).toBe(configMap("second"));
  });

  test("that a server has not fail the build with its status", async () => {
    await using server = await serveFiles((_request, response) => response.writeHead(404).end());
    using fixture = buildFixture({ "kustomization.yaml": `resources: ["${server.url}/m.yaml"]\n` });
    expect((await fixture.build(".", "--remote-bases")).stderr).toBe(
      `error: accumulating resources: accumulating resources from '${server.url}/m.yaml': HTTP Error: status code 404 (Not Found)\nin kustomization.yaml, line 1\n`,
    );
  });

  test("are followed to another host only without credentials", async () => {
    await using target = await serveFiles((_request, response) => response.end(configMap("moved")));
    await using server = await serveFiles((_request, response) =>
      response.writeHead(302, { location: `${target.url}/x.yaml` }).end(),
    );
    using fixture = buildFixture({ "kustomization.yaml": `resources: ["${server.url}/m.yaml"]\n` });
    expect((await fixture.build(".", "--remote-bases", "--no-lock")).stdout).toBe(configMap("moved"));
    const host = server.url.replace("http://", "");
    fixture.write({ "kustomization.yaml": `resources: ["http://user:canary@${host}/m.yaml"]\n` });
    const { code, stderr } = await fixture.build(".", "--remote-bases", "--no-lock");
    expect(code).toBe(1);
    expect(stderr).toContain("is refused: credentials were sent");
    expect(stderr).not.toContain("canary");
    expect(target.requests).toEqual(["GET /x.yaml -"]);
  });

  test("serve patches and generators as well, each asked for once", async () => {
    await using server = await serveFiles((request, response) =>
      response.end(request.url === "/p.yaml" ? `${configMap("a")}data: {k: v}\n` : "text"),
    );
    using fixture = buildFixture({
      "kustomization.yaml": `resources: [a.yaml]\npatches: [{path: "${server.url}/p.yaml"}]\n`,
      "a.yaml": configMap("a"),
    });
    const { stdout } = await fixture.build(".", "--remote-bases");
    expect(stdout).toBe(`apiVersion: v1\ndata:\n  k: v\nkind: ConfigMap\nmetadata:\n  name: a\n`);
    expect(server.requests).toEqual(["GET /p.yaml -"]);
  });

  test("beyond the budget end the build", async () => {
    await using server = await serveFiles((_request, response) => response.end(configMap("a")));
    const urls = Array.from({ length: 101 }, (_, index) => `"${server.url}/${index}.yaml"`);
    using fixture = buildFixture({ "kustomization.yaml": `resources: [${urls.join(", ")}]\n` });
    expect((await fixture.build(".", "--remote-bases")).stderr).toBe(
      "error: more than 100 remote bases and files\n",
    );
  });
});
