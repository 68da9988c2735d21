import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Artifact, Kustomization } from "@weir/api";
import { normalizeForApply } from "@weir/apply";
import { fetchArtifact } from "@weir/artifact";
import type { Kind, KubeClient } from "@weir/client";
import { type JsonObject, systemClock, type Tree } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { BuildFlags } from "../../build/build-flags.ts";
import { buildFlux } from "../../build/flux/build-flux.ts";
import { CommandError } from "../../cli-error.ts";
import type { Environment } from "../../environment.ts";
import { findKind } from "../../objects/flux-kinds.ts";
import { fluxObjectOf, sourceOf } from "../../objects/flux-object.ts";
import type { HelmFlagValues } from "../../template/helm-flags.ts";
import type { LiveComparison } from "./compare-live.ts";

/** Which object is compared, and where. */
export interface DiffTarget {
  readonly name: string;
  readonly namespace: string;
  readonly client: KubeClient;
  readonly flags: HelmFlagValues;
  readonly environment: Environment;
}

/** What of a Kustomization is compared with the cluster: the objects of a local folder, or of what its source has now. */
export async function kustomizationComparison(target: DiffTarget): Promise<LiveComparison> {
  const { name, namespace, client } = target;
  const kustomization = await client.get(Kustomization, { namespace, name });
  if (kustomization === undefined) {
    throw new CommandError("NotFound", `there is no Kustomization ${namespace}/${name}`);
  }
  await using files = await filesOf(kustomization as unknown as KubeObject, target);
  const run = {
    flags: buildFlags(target, files.folder),
    kustomize: { loadRestrictor: "rootOnly", reorder: "unspecified", managedByLabel: false } as const,
    environment: target.environment,
  };
  const { objects, warnings } = await buildFlux([name], run);
  for (const warning of warnings) target.environment.writeError(`${warning}\n`);
  const { prune } = kustomization.spec;
  return {
    // As the controller sends them: what it has sent before and does not send now is taken away.
    objects: objects.map(
      (object) => normalizeForApply(object as unknown as KubeObject) as unknown as JsonObject,
    ),
    inventory: prune ? (kustomization.status?.inventory?.entries ?? []) : [],
    fieldManager: "kustomize-controller",
    group: Kustomization.group,
  };
}

interface BuiltFiles extends AsyncDisposable {
  readonly folder: string;
}

async function filesOf(kustomization: KubeObject, { flags, client }: DiffTarget): Promise<BuiltFiles> {
  const local = flags.text("path");
  if (local !== "") return { folder: local, [Symbol.asyncDispose]: async () => {} };
  const artifact = await artifactOf(kustomization, client);
  const tree = await fetchArtifact(artifact, { fetch, clock: systemClock }, { retries: 0 }).catch(
    (cause: unknown) => {
      const hint = "name a local folder with --path";
      throw new CommandError("NoArtifact", `cannot fetch what the source has (${hint})`, { cause });
    },
  );
  const root = await mkdtemp(join(tmpdir(), "weir-diff-"));
  await writeTree(tree, "", root);
  const { path = "" } = (kustomization["spec"] ?? {}) as { readonly path?: string };
  return {
    folder: join(root, `./${path}`),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

async function artifactOf(kustomization: KubeObject, client: KubeClient): Promise<Artifact> {
  const reference = sourceOf(fluxObjectOf(kustomization));
  const { kind = "", name = "", namespace = "" } = reference ?? {};
  const source = await client.get(findKind(kind).kind as Kind<KubeObject>, { namespace, name });
  const { artifact } = (source?.["status"] ?? {}) as { readonly artifact?: Artifact };
  if (artifact !== undefined) return artifact;
  throw new CommandError(
    "NoArtifact",
    `${kind} ${namespace}/${name} has no artifact: name a folder with --path`,
  );
}

async function writeTree(tree: Tree, path: string, root: string): Promise<void> {
  for (const { name, kind } of tree.list(path) ?? []) {
    const below = path === "" ? name : `${path}/${name}`;
    if (kind === "directory") {
      await writeTree(tree, below, root);
      continue;
    }
    const file = join(root, below);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, tree.read(below) ?? "");
  }
}

function buildFlags({ flags, namespace }: DiffTarget, path: string): BuildFlags {
  const file = flags.text("kustomization-file");
  const kubeconfig = flags.text("kubeconfig");
  return {
    showSecrets: false,
    loadRestrictor: "",
    enableManagedbyLabel: false,
    enableHelm: false,
    helmApiVersions: [],
    enableAlphaPlugins: false,
    enableExec: false,
    remoteBases: flags.bool("remote-bases"),
    lock: true,
    cache: true,
    updateLock: false,
    locked: false,
    remoteTimeout: 5 * 60_000,
    path,
    namespace,
    dryRun: false,
    strictSubstitute: flags.bool("strict-substitute"),
    recursive: false,
    localSources: [],
    ignorePaths: flags.all("ignore-paths"),
    ...(file === "" ? {} : { kustomizationFile: file }),
    ...(kubeconfig === "" ? {} : { kubeconfig }),
  };
}
