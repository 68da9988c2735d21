import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import {
  CONTROL_PLANE_MODULE,
  type ControlPlaneBuild,
  controlPlaneBuild,
  findControlPlane,
} from "@weir/testkit";

/** What came of asking for a control plane. */
export type BuiltControlPlane =
  | { readonly kind: "ready"; readonly how: string }
  | { readonly kind: "absent"; readonly reason: string };

/** Where Go is looked for besides the PATH. */
const GO_FOLDERS = ["/usr/local/go/bin"];
/** Go takes the toolchain that is there, and leaves go.mod and go.sum as they are. */
const BUILD_FLAGS = ["-mod=readonly", "-trimpath", "-buildvcs=false"];

/**
 * Makes sure that `findControlPlane` finds one: takes what is there, else builds kube-apiserver and etcd into the cache
 * where Go is. The programs appear together or not at all.
 */
export async function ensureControlPlane(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<BuiltControlPlane> {
  const build = await controlPlaneBuild(env);
  const versions = `kube-apiserver ${build.kubernetes} and etcd ${build.etcd}`;
  const found = await findControlPlane(env);
  if (found.kind === "found") return { kind: "ready", how: `${dirname(found.kubeApiserver)}` };
  if ((env["KUBEBUILDER_ASSETS"] ?? "") !== "") return found;
  const go = await findGo(env);
  if (go === undefined) return { kind: "absent", reason: `there is no Go to build ${versions} with` };
  say(`building ${versions}, once; this takes some minutes`);
  try {
    await buildInto(build, go, env);
    return { kind: "ready", how: `built into ${build.folder}` };
  } catch (error) {
    return { kind: "absent", reason: `cannot build ${versions}: ${(error as Error).message}` };
  }
}

async function buildInto(build: ControlPlaneBuild, go: string, env: NodeJS.ProcessEnv): Promise<void> {
  await mkdir(dirname(build.folder), { recursive: true });
  const scratch = await mkdtemp(`${build.folder}.`);
  try {
    const [, minor = ""] = build.kubernetes.split(".");
    const version = {
      gitVersion: build.kubernetes,
      gitMajor: "1",
      gitMinor: minor,
    };
    const stamps = Object.entries(version).map(
      ([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`,
    );
    const programs = {
      "kube-apiserver": ["k8s.io/kubernetes/cmd/kube-apiserver", stamps.join(" ")],
      etcd: ["go.etcd.io/etcd/server/v3", ""],
    } as const;
    for (const [name, [module, stamp]] of Object.entries(programs)) {
      const args = ["build", ...BUILD_FLAGS, "-ldflags", `-s -w ${stamp}`, "-o", join(scratch, name), module];
      await run(go, args, { ...env, GOFLAGS: "", GOWORK: "off" });
    }
    // Where another process was faster, its programs are as good.
    await rename(scratch, build.folder).catch(async (error: unknown) => {
      if ((await findControlPlane(env)).kind === "absent") throw error;
    });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function findGo(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  for (const folder of [...(env["PATH"] ?? "").split(delimiter), ...GO_FOLDERS]) {
    const path = join(folder, "go");
    const isProgram = await access(path, constants.X_OK).then(
      () => folder !== "",
      () => false,
    );
    if (isProgram) return path;
  }
  return undefined;
}

async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn(program, args, {
    cwd: CONTROL_PLANE_MODULE,
    env,
    stdio: ["ignore", "inherit", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-4_000);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`go ${args[0] ?? ""} ended with ${code}: ${said.trim()}`);
}
