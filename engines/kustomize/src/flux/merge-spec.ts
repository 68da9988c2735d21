import { KustomizeError } from "../error.ts";
import type { Image, Kustomization, Patch, Selector } from "../file/kustomization.ts";

/** The fields of a Flux Kustomization's spec that shape its build. */
export interface FluxBuildSpec {
  readonly targetNamespace?: string;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly patches?: readonly { readonly patch: string; readonly target?: Selector }[];
  readonly images?: readonly Image[];
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly buildMetadata?: readonly string[];
}

/** What merging needs to know about the kustomization's surroundings. */
export interface MergeOptions {
  /** The kustomization was generated, and not found. */
  readonly isGenerated: boolean;
  /** Whether a path, relative to the kustomization, is there. */
  readonly exists: (path: string) => boolean;
}

const REMOTE_PREFIXES = [
  "git::",
  "gh:",
  "ssh://",
  "https://",
  "http://",
  "git@",
  "github.com:",
  "github.com/",
];

function isLocalRelative(path: string): boolean {
  const lower = path.toLowerCase();
  if (REMOTE_PREFIXES.some((prefix) => prefix.length < path.length && lower.startsWith(prefix))) return false;
  return !path.startsWith("/") && !lower.replace(/^file:\/\//, "").startsWith("/");
}

/**
 * Merges the spec of a Flux Kustomization into the kustomization that it builds.
 *
 * Names, namespace and build metadata replace, patches and components are added, images are merged by name with tag
 * and digest as one. A kustomization without resources gets origin annotations, as Flux gives them.
 */
export function mergeFluxSpec(
  kustomization: Kustomization,
  spec: FluxBuildSpec,
  { isGenerated, exists }: MergeOptions,
): Kustomization {
  const { resources = [], components = [], patches = [], images = [] } = kustomization;
  const allPatches: readonly Patch[] = [...patches, ...(spec.patches ?? [])];
  return withoutEmpty({
    ...kustomization,
    ...(isGenerated || resources.length > 0 ? {} : { buildMetadata: ["originAnnotations"] }),
    ...replacedFields(spec),
    patches: allPatches,
    components: [...components, ...addedComponents(spec, exists)],
    images: mergeImages(images, spec.images ?? []),
  });
}

/** The fields of the spec that take the place of the kustomization's own. */
function replacedFields(spec: FluxBuildSpec): Partial<Kustomization> {
  const { targetNamespace, namePrefix, nameSuffix, buildMetadata = [] } = spec;
  return {
    ...(targetNamespace === undefined ? {} : { namespace: targetNamespace }),
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(nameSuffix === undefined ? {} : { nameSuffix }),
    ...(buildMetadata.length === 0 ? {} : { buildMetadata }),
  };
}

function addedComponents(spec: FluxBuildSpec, exists: (path: string) => boolean): readonly string[] {
  return (spec.components ?? []).filter((component) => {
    if (!isLocalRelative(component)) {
      throw new KustomizeError(`component path '${component}' must be local and relative`, {
        field: "components",
      });
    }
    return spec.ignoreMissingComponents !== true || exists(component);
  });
}

function mergeImages(images: readonly Image[], added: readonly Image[]): readonly Image[] {
  const result = [...images];
  for (const { name = "", newName = "", newTag = "", digest = "" } of added) {
    const at = result.findIndex((image) => (image.name ?? "") === name);
    const known = result[at];
    if (known === undefined) {
      result.push({ name, newName, newTag, digest });
      continue;
    }
    const version = newTag === "" && digest === "" ? {} : { newTag, digest };
    result[at] = { ...known, ...(newName === "" ? {} : { newName }), ...version };
  }
  return result;
}

/** Leaves out what Go's `omitempty` does when Flux writes the file. */
function withoutEmpty(kustomization: Kustomization): Kustomization {
  const kept = Object.entries(kustomization).filter(([field, value]) => {
    if (value === "" || (Array.isArray(value) && value.length === 0)) return false;
    return !MAPS.has(field) || Object.keys(value as object).length > 0;
  });
  return Object.fromEntries(kept) as Kustomization;
}

const MAPS: ReadonlySet<string> = new Set(["openapi", "commonLabels", "commonAnnotations"]);
