import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@weir/core";

/** A folder that may not grow beyond some bytes. */
export interface FolderLimit {
  readonly folder: string;
  readonly maxBytes: number;
  /** What is thrown once it is larger. */
  readonly reason: () => Error;
}

const LOOK_EVERY_MS = 200;

/**
 * Aborts once a folder holds more than it may, while another program writes into it. A fast writer gets a little further
 * than the limit: the folder is looked at five times a second.
 */
export function folderLimitSignal(
  clock: Clock,
  limit: FolderLimit,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let isHeld = true;
  const look = async (): Promise<void> => {
    if (await isTooLarge(limit)) controller.abort(limit.reason());
    else if (isHeld) timer = clock.setTimer(LOOK_EVERY_MS, () => void look());
  };
  let timer = clock.setTimer(LOOK_EVERY_MS, () => void look());
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      isHeld = false;
      timer.cancel();
    },
  };
}

/** Throws what the limit says where the folder is larger. */
export async function checkFolderLimit(limit: FolderLimit): Promise<void> {
  if (await isTooLarge(limit)) throw limit.reason();
}

async function isTooLarge({ folder, maxBytes }: FolderLimit): Promise<boolean> {
  let size = 0;
  const waiting = [folder];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    // What another program removes in the meantime holds nothing.
    const entries = await readdir(next, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(next, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else size += (await lstat(path).catch(() => undefined))?.size ?? 0;
      if (size > maxBytes) return true;
    }
  }
  return false;
}
