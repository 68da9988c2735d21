import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakeClock, memoryTree, systemClock } from "@weir/core";
import { describe, expect, test } from "vitest";
import {
  ArtifactDigestError,
  ArtifactStorage,
  digestOf,
  fetchArtifact,
  parseIgnore,
  readIgnorePatterns,
  serveArtifacts,
} from "../src/index.ts";

const owner = { kind: "gitrepository", namespace: "default", name: "app" };

async function aFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "weir-artifact-"));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(root, path, ".."), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function aStorage(clock = new FakeClock()): Promise<{ storage: ArtifactStorage; root: string }> {
  const root = await mkdtemp(join(tmpdir(), "weir-store-"));
  return { root, storage: new ArtifactStorage({ root, baseUrl: () => "http://localhost:1", clock }) };
}

describe("ArtifactStorage", () => {
  test("packs a folder to the same bytes whatever its times and owners, without links and ignored files", async () => {
    const { storage } = await aStorage();
    const folder = await aFolder({ "a.yaml": "x: 1\n", "b/c.yaml": "y: 2\n", "d.png": "no" });
    await symlink("/etc/passwd", join(folder, "link"));
    await chmod(join(folder, "a.yaml"), 0o644);
    using lock = await storage.lock(owner);
    const input = {
      directory: folder,
      patterns: parseIgnore("*.png"),
      revision: "main@sha1:1",
      fileName: "1.tar.gz",
    };
    const first = await storage.archive(lock, input);
    await utimes(join(folder, "a.yaml"), 1, 1);
    const second = await storage.archive(lock, { ...input, fileName: "2.tar.gz" });
    expect(second.digest).toBe(first.digest);
    expect(first).toMatchObject({ path: "gitrepository/default/app/1.tar.gz", revision: "main@sha1:1" });
    await rm(folder, { recursive: true });
  });

  test("serves what it packed, and fetching gives the tree back", async () => {
    const { storage, root } = await aStorage();
    const folder = await aFolder({
      "apps/a.yaml": "x: 1\n",
      ".sourceignore": "/secret\n",
      "secret/s.yaml": "s",
    });
    await using server = await serveArtifacts(root);
    using lock = await storage.lock(owner);
    const patterns = await readIgnorePatterns(folder);
    const artifact = await storage.archive(lock, {
      directory: folder,
      patterns,
      revision: "r",
      fileName: "r.tar.gz",
    });
    const url = `${server.url}/${artifact.path}`;
    const tree = await fetchArtifact({ url, digest: artifact.digest }, { fetch, clock: systemClock });
    expect(Buffer.from(tree.read("apps/a.yaml") ?? []).toString()).toBe("x: 1\n");
    expect(tree.read("secret/s.yaml")).toBeUndefined();
    await expect(
      fetchArtifact({ url, digest: `sha256:${"0".repeat(64)}` }, { fetch, clock: systemClock }),
    ).rejects.toThrow(ArtifactDigestError);
  });

  test("packs a tree to the bytes of a folder of the same files", async () => {
    const { storage } = await aStorage();
    const files = { "a.yaml": "x: 1\n", "b/c.yaml": "y: 2\n", ".sourceignore": "/d\n", "d/e.yaml": "no" };
    const folder = await aFolder(files);
    const tree = memoryTree(new Map(Object.entries(files).map(([path, text]) => [path, Buffer.from(text)])), [
      "empty",
    ]);
    await mkdir(join(folder, "empty"));
    using lock = await storage.lock(owner);
    const [first, second] = await Promise.all(
      [folder, tree].map(async (directory, index) => {
        const patterns = await readIgnorePatterns(directory);
        return storage.archive(lock, { directory, patterns, revision: "r", fileName: `${index}.tar.gz` });
      }),
    );
    expect(second?.digest).toBe(first?.digest);
    expect(second?.size).toBe(first?.size);
  });

  test("stores bytes as they are, and a link to them that is served but never collected", async () => {
    const { storage, root } = await aStorage();
    using lock = await storage.lock(owner);
    const bytes = Buffer.from("a chart");
    const first = await storage.store(lock, {
      bytes,
      revision: "1",
      fileName: "1.tgz",
      metadata: { a: "b" },
    });
    expect(first).toMatchObject({ digest: digestOf(bytes), size: 7, metadata: { a: "b" } });
    expect(await storage.link(lock, first, "latest.tar.gz")).toBe(
      "http://localhost:1/gitrepository/default/app/latest.tar.gz",
    );
    const second = await storage.store(lock, { bytes: Buffer.from("b"), revision: "2", fileName: "2.tgz" });
    await storage.link(lock, second, "latest.tar.gz");
    await using server = await serveArtifacts(root);
    const answer = await fetch(`${server.url}/gitrepository/default/app/latest.tar.gz`);
    expect(await answer.text()).toBe("b");
    await utimes(join(root, first.path), 1, 1);
    expect(await storage.collectGarbage(lock, second)).toEqual([first.path]);
    const files = await readdir(join(root, "gitrepository/default/app"));
    expect(files.sort()).toEqual(["2.tgz", "latest.tar.gz"]);
  });

  test("keeps what is stored where a write is given up, and leaves nothing of it", async () => {
    const { storage, root } = await aStorage();
    using lock = await storage.lock(owner);
    const input = { revision: "1", fileName: "1.tgz" };
    await storage.store(lock, { ...input, bytes: Buffer.from("good") });
    const signal = AbortSignal.abort();
    await expect(storage.store(lock, { ...input, bytes: Buffer.from("bad"), signal })).rejects.toThrow();
    const directory = join(root, "gitrepository/default/app");
    expect(await readdir(directory)).toEqual(["1.tgz"]);
    expect(await readFile(join(directory, "1.tgz"), "utf8")).toBe("good");
  });

  test("answers 404 for paths that are no artifact's, also when they try to leave the folder", async () => {
    const { root } = await aStorage();
    await writeFile(join(root, "secret"), "s");
    await using server = await serveArtifacts(root);
    for (const path of [
      "/",
      "/secret",
      "/a/b/c/..%2F..%2F..%2Fsecret",
      "/gitrepository/default/app/.hidden",
    ]) {
      expect((await fetch(server.url + path)).status).toBe(404);
    }
  });

  test.each([
    { name: "what is older than the retention", ages: [500, 400, 90, 10], want: ["1.tar.gz", "4.tar.gz"] },
    { name: "the oldest beyond the number", ages: [40, 30, 20, 10], want: ["1.tar.gz", "4.tar.gz"] },
    { name: "nothing of two that are young", ages: [20, 10], want: ["1.tar.gz", "2.tar.gz"] },
    { name: "all but the current where all are old", ages: [900, 800], want: ["1.tar.gz"] },
  ])("removes $name, and never the current artifact", async ({ ages, want }) => {
    const clock = new FakeClock();
    const { storage, root } = await aStorage(clock);
    const folder = await aFolder({ a: "1" });
    using lock = await storage.lock(owner);
    for (const [index, age] of ages.entries()) {
      const fileName = `${index + 1}.tar.gz`;
      const input = { directory: folder, patterns: [], revision: fileName, fileName };
      const { path } = await storage.archive(lock, input);
      const seconds = clock.now() / 1000 - age;
      await utimes(join(root, path), seconds, seconds);
    }
    const directory = join(root, "gitrepository/default/app");
    await writeFile(join(directory, "5.tar.gz.abc.tmp"), "half");
    const current = "gitrepository/default/app/1.tar.gz";
    const removed = await storage.collectGarbage(lock, { path: current });
    expect((await readdir(directory)).sort()).toEqual(want);
    expect(removed).toHaveLength(ages.length - want.length);
  });

  test("tells intact, changed and missing files apart", async () => {
    const { storage, root } = await aStorage();
    const folder = await aFolder({ a: "1" });
    using lock = await storage.lock(owner);
    const artifact = await storage.archive(lock, {
      directory: folder,
      patterns: [],
      revision: "r",
      fileName: "r.tar.gz",
    });
    expect(await storage.verify(artifact)).toBe("intact");
    await writeFile(join(root, artifact.path), "other");
    expect(await storage.verify(artifact)).toBe("changed");
    await storage.remove(lock);
    expect(await storage.verify(artifact)).toBe("missing");
    expect(await storage.verify({ ...artifact, path: "../../etc/passwd" })).toBe("missing");
  });

  test("lets one holder at a time write the artifacts of an owner", async () => {
    const { storage } = await aStorage();
    const order: string[] = [];
    const first = await storage.lock(owner);
    const second = storage.lock(owner).then((lock) => {
      order.push("second");
      lock[Symbol.dispose]();
    });
    order.push("first");
    first[Symbol.dispose]();
    await second;
    expect(order).toEqual(["first", "second"]);
  });
});
