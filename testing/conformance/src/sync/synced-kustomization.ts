import { posix } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Kustomization } from "@weir/api";
import type { ResolvedKind } from "@weir/client";
import { gvkOf, type KubeObject } from "@weir/objects";
import type { ClusterEntry, EntryKustomization } from "./cluster-entry.ts";
import { type CorpusRepository, outputOf } from "./corpus-repository.ts";

type Spec = Kustomization["spec"];

/** A Kustomization that is to be on the cluster, and what it is to apply, before namespaces and variables. */
export interface SyncedKustomization {
  readonly namespace: string;
  readonly name: string;
  readonly spec: Spec;
  /** `undefined` where the corpus does not have what it builds. */
  readonly output: readonly KubeObject[] | undefined;
}

/** What says of which kind it is, or names a kind. */
interface Typed {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/** The namespace and the name of what a bootstrap creates. */
export const ROOT = "flux-system";

/** What the fixture changes of a Kustomization. */
export type CheckChange = Partial<Pick<Spec, "healthChecks" | "healthCheckExprs" | "wait">>;

/** All Kustomizations of a cluster: the root, the entries and those that their outputs hold, from the top down. */
export function syncedKustomizations(
  repository: CorpusRepository,
  entry: ClusterEntry,
  served: readonly ResolvedKind[],
): readonly SyncedKustomization[] {
  const entries = entry.kustomizations.map((kustomization) => synced(repository, entryObject(kustomization)));
  const output = [...(outputOf(repository, entry.path) ?? []), ...entry.kustomizations.map(entryObject)];
  const root = { namespace: ROOT, name: ROOT, spec: entrySpec(entry.path), output };
  return [root, ...entries.flatMap((found) => withChildren(repository, found, served))];
}

function withChildren(
  repository: CorpusRepository,
  parent: SyncedKustomization,
  served: readonly ResolvedKind[],
): readonly SyncedKustomization[] {
  const children = (parent.output ?? []).filter(isKustomization).map((child) => synced(repository, child));
  const changed = new Map(
    children.map((child) => [`${child.namespace}/${child.name}`, changeOfChecks(child, served)]),
  );
  const output = parent.output?.map((object) => {
    const { namespace = ROOT, name = "" } = object.metadata;
    const change = isKustomization(object) ? changed.get(`${namespace}/${name}`) : undefined;
    return change === undefined ? object : { ...object, spec: { ...specOf(object), ...change } };
  });
  return [{ ...parent, output }, ...children.flatMap((child) => withChildren(repository, child, served))];
}

/** The Kustomization of an entry as the fixture writes it. */
export function entryObject({ name, path, dependsOn = [] }: EntryKustomization): KubeObject {
  const spec = { ...entrySpec(path), dependsOn: dependsOn.map((other) => ({ name: other })) };
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name, namespace: ROOT },
    spec: dependsOn.length === 0 ? entrySpec(path) : spec,
  };
}

function entrySpec(path: string): Spec {
  return {
    interval: "10m",
    path: `./${path}`,
    prune: true,
    force: false,
    sourceRef: { kind: "GitRepository", name: ROOT },
  };
}

function synced(repository: CorpusRepository, object: KubeObject): SyncedKustomization {
  const { name = "", namespace = ROOT } = object.metadata;
  const spec = specOf(object);
  const path = spec.path ?? ".";
  const parts = [path, ...(spec.components ?? []).map((component) => posix.join(path, component))];
  const outputs = parts.map((part) => outputOf(repository, part));
  const output = outputs.includes(undefined) ? undefined : outputs.flatMap((objects) => objects ?? []);
  return { namespace, name, spec, output };
}

/**
 * What a Kustomization waits for that nothing on this cluster brings about: health checks of kinds without
 * a controller, and `wait` where it applies Flux's kinds without one. `undefined` where there is nothing such.
 */
export function changeOfChecks(
  { spec, output }: SyncedKustomization,
  served: readonly ResolvedKind[],
): CheckChange | undefined {
  const known = new Set(served.map(({ group, kind }) => `${group}/${kind}`));
  const isRun = (object: Typed): boolean =>
    known.has(`${gvkOf(object).group}/${object.kind}`) && !isWithoutController(object);
  const { healthChecks, healthCheckExprs, wait } = spec;
  const change: CheckChange = {
    ...(healthChecks === undefined ? {} : { healthChecks: healthChecks.filter(isRun) }),
    ...(healthCheckExprs === undefined ? {} : { healthCheckExprs: healthCheckExprs.filter(isRun) }),
    ...(wait === true && output?.some(isWithoutController) ? { wait: false } : {}),
  };
  const same = Object.entries(change).every(([key, value]) =>
    isDeepStrictEqual(value, spec[key as keyof Spec]),
  );
  return same ? undefined : change;
}

/** Kinds of Flux that only later get a controller here. */
function isWithoutController({ apiVersion = "", kind = "" }: Typed): boolean {
  const isOfFlux = /^[a-z]+\.toolkit\.fluxcd\.io\//.test(apiVersion);
  return isOfFlux && !["GitRepository", "Kustomization"].includes(kind);
}

function isKustomization(object: KubeObject): boolean {
  return object.apiVersion.startsWith("kustomize.toolkit.fluxcd.io/") && object.kind === "Kustomization";
}

function specOf(object: KubeObject): Spec {
  return (object as unknown as { readonly spec: Spec }).spec;
}
