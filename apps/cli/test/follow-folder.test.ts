import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { followFolder } from "../src/up/follow-folder.ts";

/** A folder that is followed, and a wait for the next change. */
async function aFollowedFolder(): Promise<{
  root: string;
  next: () => Promise<void>;
  stop: AbortController;
}> {
  const root = await mkdtemp(join(tmpdir(), "weir-follow-"));
  await mkdir(join(root, "apps/base"), { recursive: true });
  await mkdir(join(root, ".git/objects"), { recursive: true });
  await writeFile(join(root, "apps/base/a.yaml"), "1");
  const stop = new AbortController();
  let changed = Promise.withResolvers<void>();
  const counts = (path: string): boolean => !path.startsWith(".git");
  const onChange = (): void => changed.resolve();
  await followFolder(root, { counts, onChange, onProblem: () => {} }, stop.signal);
  const next = async (): Promise<void> => {
    await changed.promise;
    // What belongs to the same change may still come.
    await new Promise((resolve) => setTimeout(resolve, 60));
    changed = Promise.withResolvers<void>();
  };
  return { root, next, stop };
}

describe("followFolder", () => {
  test("sees each save of a file that is replaced by a rename, as editors and git save", async () => {
    const { root, next, stop } = await aFollowedFolder();
    for (const text of ["2", "3", "4"]) {
      await writeFile(join(root, "apps/base/a.yaml.tmp"), text);
      await rename(join(root, "apps/base/a.yaml.tmp"), join(root, "apps/base/a.yaml"));
      await next();
    }
    stop.abort();
  });

  test("sees files in folders that are new, and in one that was removed and made anew", async () => {
    const { root, next, stop } = await aFollowedFolder();
    for (let round = 0; round < 3; round += 1) {
      await mkdir(join(root, "new/deep"), { recursive: true });
      await next();
      await writeFile(join(root, "new/deep/b.yaml"), String(round));
      await next();
      await rm(join(root, "new"), { recursive: true });
      await next();
    }
    stop.abort();
  });

  test("hears nothing of what does not count, and nothing after the end", async () => {
    const { root, next, stop } = await aFollowedFolder();
    let heard = false;
    void next().then(() => (heard = true));
    await writeFile(join(root, ".git/objects/x"), "1");
    await writeFile(join(root, ".git/HEAD"), "1");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(heard).toBe(false);
    stop.abort();
    await writeFile(join(root, "apps/base/a.yaml"), "9");
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(heard).toBe(false);
  });
});
