import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { openFolderRegistryStore } from "../src/index.ts";

const writer = fileURLToPath(new URL("./store-writer.ts", import.meta.url));

/** Lets a process fill a store and kills it once it told so many tags, in the middle of the next; gives what it told. */
async function killAfter(root: string, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ["--conditions=@weir/source", writer, root], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const told: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    told.push(line);
    if (told.length === count) child.kill("SIGKILL");
  }
  return told;
}

describe("a store in a folder", () => {
  test("has whole what it told of, however often its process is killed", async () => {
    const root = await mkdtemp(join(tmpdir(), "weir-killed-"));
    try {
      const told = new Set<string>();
      for (const count of [1, 8]) {
        for (const line of await killAfter(root, count)) told.add(line);
        const store = await openFolderRegistryStore(root);
        for (const line of told) {
          const [repository = "", tag = ""] = line.split(" ");
          const digest = await store.getTag(repository, tag);
          const manifest = await store.getManifest(repository, digest ?? "");
          const { blob } = JSON.parse(Buffer.from(manifest?.bytes ?? []).toString()) as { blob: string };
          expect((await store.getBlob(repository, blob))?.byteLength).toBeGreaterThanOrEqual(10_000);
        }
      }
      expect(told.size).toBeGreaterThanOrEqual(8);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
