import type { JsonValue, Tree } from "@weir/core";
import { loadYaml } from "@weir/yaml";
import { KustomizeError, messageOf, prefixed } from "../error.ts";
import { goDecodeYaml } from "../file/go-decode.ts";
import { KUSTOMIZATION_FILES } from "../file/kustomization-files.ts";
import { type Kustomization, kustomizationType } from "../file/kustomization.ts";
import { parseResources } from "../node/parse.ts";

/** Says which paths of a tree are left out; the artifact's ignore rules, handed in. */
export type IgnorePath = (path: string, isDirectory: boolean) => boolean;

/** The kustomization that Flux builds from, before the spec is merged into it. */
export interface FoundKustomization {
  readonly kustomization: Kustomization;
  /** Where it stands, or would stand, in the tree. */
  readonly file: string;
  /** Made from the manifests because the directory has none. */
  readonly isGenerated: boolean;
}

const API_VERSION = "kustomize.config.k8s.io/v1beta1";

function join(directory: string, name: string): string {
  return directory === "" || directory === "." ? name : `${directory}/${name}`;
}

/**
 * Finds the kustomization of a directory, or generates one from its manifests as Flux does.
 *
 * A generated one names every `.yaml` and `.yml` file below the directory in order, and every directory that has a
 * kustomization of its own, which is not searched further. Each file must hold Kubernetes objects. Unknown fields of
 * an existing file are dropped, because Flux writes the file anew.
 */
export function generateKustomization(
  tree: Tree,
  path: string,
  isIgnored: IgnorePath = () => false,
  root = "$ROOT",
): FoundKustomization {
  for (const name of KUSTOMIZATION_FILES) {
    const file = join(path, name);
    const content = tree.read(file);
    if (content !== undefined) return { kustomization: decode(content), file, isGenerated: false };
  }
  const found: string[] = [];
  scan({ tree, isIgnored, root, base: path }, path, found);
  const target = found.length === 0 ? { namespace: "_placeholder" } : { resources: found };
  const kustomization: Kustomization = { apiVersion: API_VERSION, kind: "Kustomization", ...target };
  return { kustomization, file: join(path, "kustomization.yaml"), isGenerated: true };
}

function decode(content: Uint8Array): Kustomization {
  let json: JsonValue;
  try {
    json = loadYaml(content);
  } catch (error) {
    throw new KustomizeError(`error converting YAML to JSON: ${messageOf(error)}`, { cause: error });
  }
  try {
    const decoded = (goDecodeYaml(json, kustomizationType, false) ?? {}) as Kustomization;
    return { apiVersion: API_VERSION, kind: "Kustomization", ...decoded };
  } catch (error) {
    throw prefixed(error, "error unmarshaling JSON: while decoding JSON");
  }
}

interface Scan {
  readonly tree: Tree;
  readonly isIgnored: IgnorePath;
  readonly root: string;
  readonly base: string;
}

function scan(scanned: Scan, directory: string, found: string[]): void {
  const { tree, isIgnored } = scanned;
  for (const entry of tree.list(directory) ?? []) {
    const path = join(directory, entry.name);
    if (entry.kind === "directory") {
      if (hasKustomization(tree, path)) found.push(relative(scanned.base, path));
      else scan(scanned, path, found);
    } else if (/\.ya?ml$/.test(entry.name) && !isIgnored(path, false)) {
      checkManifest(scanned, path);
      found.push(relative(scanned.base, path));
    }
  }
}

function relative(base: string, path: string): string {
  return `./${base === "" || base === "." ? path : path.slice(base.length + 1)}`;
}

function hasKustomization(tree: Tree, directory: string): boolean {
  return KUSTOMIZATION_FILES.some((name) => tree.read(join(directory, name)) !== undefined);
}

function checkManifest({ tree, root }: Scan, path: string): void {
  try {
    parseResources(tree.read(path) ?? "");
  } catch (error) {
    throw prefixed(error, `failed to decode Kubernetes YAML from ${root}/${path}`);
  }
}
