import type { ResolvedKind } from "@weir/client";
import type { JsonObject } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { emitYaml } from "@weir/yaml";
import type { ClusterEntry } from "./cluster-entry.ts";
import { changeOfChecks, entryObject, type SyncedKustomization } from "./synced-kustomization.ts";

/** A Secret or ConfigMap that a Kustomization takes its variables from. */
export interface VariableSource {
  readonly object: JsonObject;
  readonly namespace: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * The files that the fixture adds to a repository: the entry Kustomizations of a cluster, each with patches that take
 * from the Kustomizations below it what they would wait for in vain.
 */
export function fixtureFiles(
  entry: ClusterEntry,
  kustomizations: readonly SyncedKustomization[],
  served: readonly ResolvedKind[],
): Readonly<Record<string, string>> {
  const patches = kustomizations.flatMap((kustomization) => patchOf(kustomization, served));
  const files = entry.kustomizations.map((wanted) => {
    const object = entryObject(wanted);
    const spec = { ...(object as unknown as { readonly spec: JsonObject }).spec };
    const patched = patches.length === 0 ? object : { ...object, spec: { ...spec, patches } };
    return [`${entry.path}/${wanted.name}.yaml`, emitYaml(patched as unknown as JsonObject)];
  });
  return Object.fromEntries(files) as Record<string, string>;
}

function patchOf(kustomization: SyncedKustomization, served: readonly ResolvedKind[]): readonly JsonObject[] {
  const change = changeOfChecks(kustomization, served);
  if (change === undefined) return [];
  const { name, namespace } = kustomization;
  const patch = {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name },
    spec: change as JsonObject,
  };
  return [{ target: { kind: "Kustomization", name, namespace }, patch: emitYaml(patch) }];
}

/** What Kustomizations take variables from, with a value for each variable that has no other. */
export function variableSources(kustomizations: readonly SyncedKustomization[]): readonly VariableSource[] {
  return kustomizations.flatMap(({ namespace, spec, output }) => {
    const { substitute = {}, substituteFrom = [] } = spec.postBuild ?? {};
    const values = new Map(
      variablesOf(output ?? [])
        .filter((name) => !Object.hasOwn(substitute, name))
        .map((name) => [name, `value-of-${name.toLowerCase().replaceAll("_", "-")}`]),
    );
    return substituteFrom.map(({ kind, name }) => {
      const field = kind === "Secret" ? "stringData" : "data";
      const metadata = { name, namespace };
      const object = { apiVersion: "v1", kind, metadata, [field]: Object.fromEntries(values) };
      return { object, namespace, values };
    });
  });
}

function variablesOf(objects: readonly KubeObject[]): readonly string[] {
  const text = objects.map((object) => emitYaml(object as unknown as JsonObject)).join("");
  return [...new Set([...text.matchAll(/\$\{([A-Za-z_]\w*)/g)].map(([, name = ""]) => name))];
}
