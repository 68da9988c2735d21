import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type GitTestServer, startGitServer } from "@weir/testkit";
import { describe, expect, test } from "vitest";
import { type BuildFixture, buildFixture } from "./build-fixture.ts";

const searchPath = process.env["PATH"] ?? "/usr/bin:/bin";

function configMap(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;
}

const BASE = { "base/kustomization.yaml": "resources: [map.yaml]\n", "base/map.yaml": configMap("app") };

/** A server with one repository, and an overlay of it. */
async function overlayOf(ref: string): Promise<{
  readonly git: GitTestServer;
  readonly fixture: BuildFixture;
  readonly commit: string;
}> {
  const git = await startGitServer({ searchPath });
  const app = await git.repository("app");
  const commit = await app.commit({ files: { ...BASE, link: "symlink:base" }, tag: "v1" });
  const fixture = buildFixture({
    "kustomization.yaml": `namePrefix: my-\nresources: ["${git.url}/app.git//link?ref=${ref}"]\n`,
  });
  return { git, fixture, commit };
}

function keptIn({ folder }: BuildFixture): readonly string[] {
  const kept = join(folder, "cache/checkouts");
  return existsSync(kept) ? readdirSync(kept).map((name) => join(kept, name)) : [];
}

const BUILT = { code: 0, stdout: configMap("my-app"), stderr: "" };

describe("checkouts of remote bases", () => {
  test("are kept: what is locked is built again without the server", async () => {
    const { git, fixture } = await overlayOf("v1");
    using _ = fixture;
    expect((await fixture.build(".", "--remote-bases")).stdout).toBe(BUILT.stdout);
    await git[Symbol.asyncDispose]();
    expect(await fixture.build(".", "--remote-bases")).toEqual(BUILT);
    expect(await fixture.build(".", "--remote-bases", "--locked")).toEqual(BUILT);
    expect(keptIn(fixture)).toHaveLength(1);
  });

  test("are used without a lock where the URL names a commit, and not where it names what moves", async () => {
    const { git, fixture, commit } = await overlayOf("main");
    using _ = fixture;
    expect((await fixture.build(".", "--remote-bases", "--no-lock")).code).toBe(0);
    await git[Symbol.asyncDispose]();
    expect((await fixture.build(".", "--remote-bases", "--no-lock")).code).toBe(1);
    const url = `${git.url}/app.git//base?ref=${commit}`;
    expect(await fixture.build(url, "--remote-bases")).toEqual({ ...BUILT, stdout: configMap("app") });
  });

  test("are taken anew by --update-lock", async () => {
    const { git, fixture } = await overlayOf("main");
    await using _server = git;
    using _ = fixture;
    await fixture.build(".", "--remote-bases");
    const app = await git.repository("app");
    await app.commit({ files: { "base/map.yaml": configMap("next") } });
    expect((await fixture.build(".", "--remote-bases")).stdout).toBe(BUILT.stdout);
    expect((await fixture.build(".", "--remote-bases", "--update-lock")).stdout).toBe(configMap("my-next"));
    expect(keptIn(fixture)).toHaveLength(2);
  });

  test("are kept of a build that fails, too", async () => {
    const { git, fixture } = await overlayOf("v1");
    using _ = fixture;
    const works = readFileSync(join(fixture.folder, "kustomization.yaml"), "utf8");
    fixture.write({ "kustomization.yaml": works.replace('"]', '", gone.yaml]') });
    expect((await fixture.build(".", "--remote-bases")).code).toBe(1);
    expect(keptIn(fixture)).toHaveLength(1);
    await git[Symbol.asyncDispose]();
  });

  test("are neither kept nor used with --no-cache, which needs --remote-bases", async () => {
    const { git, fixture } = await overlayOf("v1");
    using _ = fixture;
    expect((await fixture.build(".", "--remote-bases", "--no-cache")).stdout).toBe(BUILT.stdout);
    expect(keptIn(fixture)).toEqual([]);
    expect((await fixture.build(".", "--remote-bases")).stdout).toBe(BUILT.stdout);
    await git[Symbol.asyncDispose]();
    expect((await fixture.build(".", "--remote-bases", "--no-cache")).code).toBe(1);
    expect((await fixture.build(".", "--no-cache")).stderr).toBe("error: --no-cache needs --remote-bases\n");
  });

  test.each([
    { name: "a file that the build reads", part: "name: app" },
    { name: "a kustomization", part: "resources:" },
    { name: "what they are, as a whole", part: '"version"' },
  ])("that are damaged in $name are fetched and kept again", async ({ part }) => {
    const { git, fixture } = await overlayOf("v1");
    await using _server = git;
    using _ = fixture;
    await fixture.build(".", "--remote-bases");
    const [path = ""] = keptIn(fixture);
    const whole = readFileSync(path);
    const damaged = Buffer.from(whole);
    damaged.write("#", damaged.indexOf(part), "latin1");
    writeFileSync(path, damaged);
    expect(await fixture.build(".", "--remote-bases")).toEqual(BUILT);
    expect(readFileSync(path).equals(whole)).toBe(true);
  });

  test("that are damaged fail the build where the server is away", async () => {
    const { git, fixture } = await overlayOf("v1");
    using _ = fixture;
    await fixture.build(".", "--remote-bases");
    await git[Symbol.asyncDispose]();
    const [path = ""] = keptIn(fixture);
    const damaged = readFileSync(path);
    damaged.write("X", damaged.indexOf("name: app"), "latin1");
    writeFileSync(path, damaged);
    const { code, stdout, stderr } = await fixture.build(".", "--remote-bases");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("connection refused");
  });

  test("hold no password", async () => {
    const { git, fixture } = await overlayOf("v1");
    await using _server = git;
    using _ = fixture;
    const url = git.url.replace("http://", "http://user:pass@");
    fixture.write({ "kustomization.yaml": `resources: ["${url}/auth/app.git//base"]\n` });
    expect((await fixture.build(".", "--remote-bases")).code).toBe(0);
    const [path = ""] = keptIn(fixture);
    expect(readFileSync(path, "latin1")).not.toContain("pass");
  });
});
