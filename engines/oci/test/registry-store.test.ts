import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  createMemoryRegistryStore,
  createNodeSender,
  openFolderRegistryStore,
  parseArtifactReference,
  pullArtifact,
  pushArtifact,
  RegistryClient,
  type RegistryStore,
  RegistryStoreError,
  resolveRevision,
  serveRegistry,
} from "../src/index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weir-registry-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let count = 0;
function aFolder(): string {
  count += 1;
  return join(folder, String(count));
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

async function put(store: RegistryStore, repository: string, text: string): Promise<string> {
  await store.putBlob(repository, digestOf(text), Buffer.from(text));
  return digestOf(text);
}

async function textOf(bytes: Promise<Uint8Array | undefined>): Promise<string | undefined> {
  const found = await bytes;
  return found === undefined ? undefined : Buffer.from(found).toString();
}

const stores: readonly { readonly name: string; readonly make: () => Promise<RegistryStore> }[] = [
  { name: "memory", make: async () => createMemoryRegistryStore() },
  { name: "a folder", make: () => openFolderRegistryStore(aFolder()) },
];

describe.each(stores)("a store in $name", ({ make }) => {
  test("gives blobs to the repository that has them", async () => {
    const store = await make();
    const digest = await put(store, "org/app", "a");
    await put(store, "org", "a");
    expect(await textOf(store.getBlob("org/app", digest))).toBe("a");
    expect(await store.getBlob("other", digest)).toBeUndefined();
    await store.deleteBlob("org/app", digest);
    expect(await store.getBlob("org/app", digest)).toBeUndefined();
    expect(await textOf(store.getBlob("org", digest))).toBe("a");
  });

  test("tells repositories without tags from those that are not there", async () => {
    const store = await make();
    await store.deleteTag("none", "a");
    await store.deleteManifest("none", digestOf("a"));
    expect(await store.listTags("none")).toBeUndefined();
    expect(await store.listRepositories()).toEqual([]);
    await put(store, "org/app", "a");
    expect(await store.listTags("org/app")).toEqual([]);
    expect(await store.listTags("org")).toBeUndefined();
    expect(await store.listRepositories()).toEqual(["org/app"]);
  });

  test("takes the tags of a manifest with it", async () => {
    const store = await make();
    const [first, second] = [digestOf("1"), digestOf("2")];
    await store.putManifest("app", first, { mediaType: "a/b", bytes: Buffer.from("1") });
    await store.putManifest("app", second, { mediaType: "c/d", bytes: Buffer.from("2") });
    for (const [tag, digest] of [["a", first] as const, ["A", second] as const, ["b", first] as const]) {
      await store.putTag("app", tag, digest);
    }
    expect(await store.getTag("app", "A")).toBe(second);
    await store.deleteManifest("app", first);
    expect(await store.listTags("app")).toEqual(["A"]);
    expect(await store.listManifests("app")).toEqual([second]);
    expect(await store.getManifest("app", first)).toBeUndefined();
    expect((await store.getManifest("app", second))?.mediaType).toBe("c/d");
    await store.deleteTag("app", "A");
    expect(await store.listTags("app")).toEqual([]);
  });

  test("loses none of the changes that come at once", async () => {
    const store = await make();
    const digest = digestOf("1");
    const tags = Array.from({ length: 20 }, (_, index) => `t${index}`);
    await Promise.all(tags.map((tag) => store.putTag("app", tag, digest)));
    expect((await store.listTags("app"))?.toSorted()).toEqual(tags.toSorted());
  });
});

describe("a store in a folder", () => {
  test("has after a restart what it had before", async () => {
    const root = aFolder();
    const first = await openFolderRegistryStore(root);
    const blob = await put(first, "org/app", "a");
    const manifest = { mediaType: "a/b", bytes: Buffer.from("m") };
    await first.putManifest("org/app", digestOf("m"), manifest);
    await first.putTag("org/app", "__proto__", digestOf("m"));
    const second = await openFolderRegistryStore(root);
    expect(await textOf(second.getBlob("org/app", blob))).toBe("a");
    expect(await second.getManifest("org/app", digestOf("m"))).toEqual(manifest);
    expect(await second.getTag("org/app", "__proto__")).toBe(digestOf("m"));
    expect(await second.listRepositories()).toEqual(["org/app"]);
  });

  test("sweeps what nothing names and what was not finished when it is opened", async () => {
    const root = aFolder();
    const store = await openFolderRegistryStore(root);
    const kept = await put(store, "app", "kept");
    const gone = await put(store, "app", "gone");
    await store.deleteBlob("app", gone);
    await writeFile(join(root, "repositories/app/_repository.json.1.tmp"), "half");
    await openFolderRegistryStore(root);
    const files = (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);
    expect(files.sort()).toEqual([kept.slice("sha256:".length), "_repository.json"].sort());
  });

  test("keeps bytes once that two repositories have", async () => {
    const root = aFolder();
    const store = await openFolderRegistryStore(root);
    await Promise.all([put(store, "a", "same"), put(store, "b", "same")]);
    const blobs = await readdir(join(root, "blobs"), { recursive: true, withFileTypes: true });
    expect(blobs.filter((entry) => entry.isFile())).toHaveLength(1);
  });

  test("has no blob that was damaged, and takes it anew", async () => {
    const root = aFolder();
    const store = await openFolderRegistryStore(root);
    const digest = await put(store, "app", "0123456789");
    const hex = digest.slice("sha256:".length);
    await truncate(join(root, "blobs/sha256", hex.slice(0, 2), hex), 4);
    expect(await store.getBlob("app", digest)).toBeUndefined();
    await put(store, "app", "0123456789");
    expect(await textOf(store.getBlob("app", digest))).toBe("0123456789");
  });

  test.each([
    { name: "no JSON", text: "{" },
    { name: "another version", text: '{"version":2}' },
    { name: "a tag of no digest", text: '{"version":1,"blobs":[],"manifests":[],"tags":[["a","../b"]]}' },
    { name: "blobs that are no list", text: '{"version":1,"blobs":{},"manifests":[],"tags":[]}' },
  ])("refuses a record with $name", async ({ text }) => {
    const root = aFolder();
    const store = await openFolderRegistryStore(root);
    await put(store, "app", "a");
    const file = join(root, "repositories/app/_repository.json");
    expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ version: 1 });
    await writeFile(file, text);
    await expect(openFolderRegistryStore(root)).rejects.toThrow(RegistryStoreError);
  });

  test("serves after a restart what was pushed before", async () => {
    const root = aFolder();
    using sender = createNodeSender();
    const client = new RegistryClient({ sender });
    let digest = "";
    {
      await using server = await serveRegistry({ store: await openFolderRegistryStore(root) });
      const reference = parseArtifactReference(`${server.registry}/org/app:v1`);
      ({ digest } = await pushArtifact(client, { reference, content: Buffer.from("layer") }));
    }
    await using server = await serveRegistry({ store: await openFolderRegistryStore(root) });
    const reference = parseArtifactReference(`${server.registry}/org/app:v1`);
    expect((await resolveRevision(client, reference)).digest).toBe(digest);
    const { layer } = await pullArtifact(client, { reference: { ...reference, digest } });
    expect(Buffer.from(layer.bytes).toString()).toBe("layer");
  });
});
