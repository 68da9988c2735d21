import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { runProcess } from "../processes/run-process.ts";

/** The peer's program, or why there is none. */
export type Peer =
  | { readonly kind: "built"; readonly path: string }
  | { readonly kind: "absent"; readonly reason: string };

/** The first build compiles the dependencies, too. */
const BUILD_MS = 1_800_000;
const FILES = ["go.mod", "go.sum", "main.go"] as const;

/** Builds the controller on controller-runtime where Go is, once per state of its sources, into the user's cache. */
export async function buildPeer(root: string): Promise<Peer> {
  const folder = join(root, "bench/peers/controller-runtime");
  const hash = createHash("sha256");
  for (const file of FILES) hash.update(readFileSync(join(folder, file)));
  const cache = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "weir", "peers");
  const path = join(cache, `controller-runtime-${hash.digest("hex").slice(0, 16)}`);
  if (existsSync(path)) return { kind: "built", path };
  mkdirSync(cache, { recursive: true });
  try {
    const go = process.env["WEIR_GO"] ?? "go";
    const args = ["build", "-o", path, "."];
    await runProcess({ program: go, args, cwd: folder, timeoutMs: BUILD_MS });
    return { kind: "built", path };
  } catch (error) {
    return {
      kind: "absent",
      reason: `no Go to build it with (WEIR_GO): ${(error as Error).message.split("\n")[0]}`,
    };
  }
}
