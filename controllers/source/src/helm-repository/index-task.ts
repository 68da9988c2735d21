import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { indexJson } from "@weir/helm";

/** What is rewritten, and where to. */
export interface IndexTaskInput {
  readonly source: string;
  readonly target: string;
  readonly maxBytes: number;
}

const WRITE_LENGTH = 1024 * 1024;

/** Rewrites a fetched index as it is stored; runs in a worker thread where the index is long. Throws what `indexJson` does. */
export function rewriteIndex({ source, target, maxBytes }: IndexTaskInput): void {
  const file = openSync(target, "w", 0o600);
  try {
    let waiting = "";
    for (const piece of indexJson(readFileSync(source), { maxBytes })) {
      waiting += piece;
      if (waiting.length < WRITE_LENGTH) continue;
      writeSync(file, waiting);
      waiting = "";
    }
    writeSync(file, waiting);
  } finally {
    closeSync(file);
  }
}
