import { GitRepository, HelmChart, HelmRepository } from "@weir/api";
import type { Condition } from "@weir/objects";
import {
  gitRepositoryController,
  helmChartController,
  helmRepositoryController,
} from "@weir/source-controller";
import { chartArchive, chartRepositoryFiles, eventually, startToolkit, type Toolkit } from "@weir/testkit";
import { expect } from "vitest";

const BACKOFF = { baseMs: 100, maxMs: 60_000 };

/** An embedded cluster with the controllers of HelmRepositories, HelmCharts and GitRepositories. */
export function startHelmWorld(options: { readonly maxIndexBytes?: number } = {}): Promise<Toolkit> {
  return startToolkit({
    searchPath: process.env["PATH"] ?? "/usr/bin:/bin",
    controllers: ({ artifacts: storage, scratch, searchPath, workers, clock, random }) => {
      const shared = { storage, clock, random, concurrency: 8, backoff: BACKOFF };
      return [
        gitRepositoryController({ ...shared, scratch, searchPath }),
        helmRepositoryController({ ...shared, scratch, workers, ...options }),
        helmChartController({ ...shared, workers, ...options }),
      ];
    },
  });
}

/** The files of a repository below `main/` with versions of the chart `demo`. */
export function demoFiles(...versions: readonly string[]): ReadonlyMap<string, string | Uint8Array> {
  return chartRepositoryFiles(
    "main",
    versions.map((version) => chartArchive({ name: "demo", version, values: "a: 1\nb: {c: 2}\n" })),
  );
}

/** Applies a HelmRepository in the default namespace. */
export async function applyRepository(
  world: Toolkit,
  name: string,
  spec: Partial<HelmRepository["spec"]> & { readonly url: string },
): Promise<void> {
  await apply(world, HelmRepository, name, { interval: "10m", ...spec });
}

/** Applies a HelmChart in the default namespace, of the chart `demo` in a HelmRepository unless said otherwise. */
export async function applyChart(
  world: Toolkit,
  name: string,
  spec: Partial<HelmChart["spec"]> & { readonly sourceRef: HelmChart["spec"]["sourceRef"] },
): Promise<void> {
  await apply(world, HelmChart, name, { chart: "demo", interval: "10m", ...spec });
}

/** Applies a GitRepository in the default namespace. */
export async function applyGit(world: Toolkit, name: string, url: string): Promise<void> {
  await apply(world, GitRepository, name, { url, interval: "10m", ref: { branch: "main" } });
}

type SourceKind = typeof HelmRepository | typeof HelmChart | typeof GitRepository;

async function apply(world: Toolkit, kind: SourceKind, name: string, spec: object): Promise<void> {
  const object = {
    apiVersion: "source.toolkit.fluxcd.io/v1",
    kind: kind.kind,
    metadata: { name, namespace: "default" },
    spec,
  };
  await world.client.apply(kind as never, object as never, { fieldManager: "test", force: true });
}

/** Asks for a reconcile. */
export async function request(world: Toolkit, kind: SourceKind, name: string, value: string): Promise<void> {
  const patch = { metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": value } } };
  await world.client.patch(kind as never, { namespace: "default", name }, { type: "merge", patch });
}

/** What tests look at of a source. */
export type AnySource = HelmRepository | HelmChart;

/** Waits until the newest generation has a Ready condition of that status and reason; gives the object. */
export function untilReady<Source extends AnySource>(
  world: Toolkit,
  kind: { readonly kind: string },
  name: string,
  {
    status = "True",
    reason,
    handled,
    revision,
  }: {
    readonly status?: "True" | "False";
    readonly reason?: string;
    readonly handled?: string;
    readonly revision?: string;
  } = {},
): Promise<Source> {
  return eventually(async () => {
    const source = (await world.client.get(kind as never, { namespace: "default", name })) as
      | Source
      | undefined;
    if (source === undefined) throw new TypeError("there is none");
    const { generation } = source.metadata;
    const ready = conditionOf(source, "Ready");
    expect(ready).toMatchObject({ status, observedGeneration: generation, ...(reason && { reason }) });
    if (handled !== undefined) expect(source.status?.lastHandledReconcileAt).toBe(handled);
    if (revision !== undefined) expect(source.status?.artifact?.revision).toBe(revision);
    return source;
  });
}

/** The condition of that type. */
export function conditionOf(source: AnySource, type: string): Condition | undefined {
  const conditions = (source.status?.conditions ?? []) as readonly Condition[];
  return conditions.find((condition) => condition.type === type);
}
