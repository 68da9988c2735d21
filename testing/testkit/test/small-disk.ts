import { execFile } from "node:child_process";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A disk of its own, small enough to be filled. */
export interface SmallDisk extends AsyncDisposable {
  readonly folder: string;
  /** Takes all the room that is left. */
  fill(): Promise<void>;
  /** Gives it back. */
  free(): Promise<void>;
}

/** A disk in memory; or why there is none: mounting one takes a right that not every user has. */
export async function mountSmallDisk(
  kilobytes: number,
): Promise<
  | { readonly kind: "mounted"; readonly disk: SmallDisk }
  | { readonly kind: "refused"; readonly reason: string }
> {
  const folder = await mkdtemp(join(tmpdir(), "weir-small-disk-"));
  try {
    await run("mount", ["-t", "tmpfs", "-o", `size=${kilobytes}k`, "tmpfs", folder]);
  } catch (error) {
    await rm(folder, { recursive: true });
    const reason = `cannot mount a small disk: ${error instanceof Error ? error.message.trim() : error}`;
    return { kind: "refused", reason: reason.split("\n").at(-1) ?? reason };
  }
  const ballast = join(folder, "ballast");
  const disk = {
    folder,
    fill: () => writeUntilFull(ballast),
    free: () => rm(ballast, { force: true }),
    [Symbol.asyncDispose]: async () => {
      await run("umount", ["-l", folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  return { kind: "mounted", disk };
}

async function writeUntilFull(path: string): Promise<void> {
  await using file = await open(path, "a");
  for (const size of [64 * 1024, 1024, 1]) {
    const bytes = Buffer.alloc(size);
    try {
      for (;;) await file.write(bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }
}
