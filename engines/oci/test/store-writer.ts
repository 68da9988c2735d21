import { createHash } from "node:crypto";
import { openFolderRegistryStore } from "../src/server/folder-registry-store.ts";

/**
 * Fills the store of a folder until it is killed, and tells each tag that it has put: to be run as a process of its own.
 * Manifest `n` is a text that names blob `n`.
 */
const [, , root = ""] = process.argv;
const store = await openFolderRegistryStore(root);
const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

for (let index = 0; ; index += 1) {
  const repository = index % 2 === 0 ? "even" : "odd/ones";
  const blob = `${index}`.repeat(10_000);
  const manifest = JSON.stringify({ index, blob: digestOf(blob) });
  await store.putBlob(repository, digestOf(blob), Buffer.from(blob));
  await store.putManifest(repository, digestOf(manifest), {
    mediaType: "application/json",
    bytes: Buffer.from(manifest),
  });
  await store.putTag(repository, `t${index}`, digestOf(manifest));
  process.stdout.write(`${repository} t${index}\n`);
}
