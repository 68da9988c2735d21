import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** The Go module that pins what the control plane is built of. */
export const CONTROL_PLANE_MODULE = join(import.meta.dirname, "../../../../tools/control-plane");

/** Which control plane is built, and where it is kept. */
export interface ControlPlaneBuild {
  /** Such as `v1.36.3`. */
  readonly kubernetes: string;
  readonly etcd: string;
  /** The folder of the two programs, in the user's cache; another one for each content of the module. */
  readonly folder: string;
}

/** Reads from the module what it builds; `WEIR_TOOLS_CACHE` moves the cache. */
export async function controlPlaneBuild(env: NodeJS.ProcessEnv = process.env): Promise<ControlPlaneBuild> {
  const [module, sums] = await Promise.all(
    ["go.mod", "go.sum"].map((name) => readFile(join(CONTROL_PLANE_MODULE, name), "utf8")),
  );
  const kubernetes = versionOf(module, "k8s.io/kubernetes");
  const etcd = versionOf(module, "go.etcd.io/etcd/server/v3");
  const digest = createHash("sha256").update(`${module}\n${sums}`).digest("hex").slice(0, 12);
  const cache =
    env["WEIR_TOOLS_CACHE"] ?? join(env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "weir/tools");
  const platform = `${process.platform}-${process.arch}`;
  const name = `control-plane-${kubernetes}-etcd-${etcd}-${platform}-${digest}`;
  return { kubernetes, etcd, folder: join(cache, name) };
}

function versionOf(module: string | undefined, path: string): string {
  const line = module?.split("\n").find((text) => text.trim().startsWith(`${path} v`)) ?? "";
  return line.trim().split(" ")[1] ?? "unknown";
}
