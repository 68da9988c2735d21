import { HelmChart, HelmRepository, OCIRepository, ReconcileAnnotation } from "@weir/api";
import type { Kind, KubeClient } from "@weir/client";
import type { Clock } from "@weir/core";
import { formatKey, type KubeObject, type ObjectKey } from "@weir/objects";

const FIELD_MANAGER = "weir";

/** Asks for a reconcile now, as `flux reconcile` does. */
export async function requestReconcile(
  client: KubeClient,
  kind: Kind<unknown, unknown>,
  key: ObjectKey,
  clock: Clock,
): Promise<void> {
  const annotations = { [ReconcileAnnotation.requestedAt]: new Date(clock.now()).toISOString() };
  const patch = { type: "merge" as const, patch: { metadata: { annotations } } };
  await client.patch(kind as Kind<KubeObject>, key, patch, { fieldManager: FIELD_MANAGER });
}

/** Where charts come from. */
export interface ChartAddresses {
  readonly url: string;
  readonly registryUrl: string;
}

interface ChartSpec {
  readonly url?: string;
  readonly sourceRef?: { readonly kind: string; readonly name: string };
}

/** Asks the sources of charts from an address, and the charts of its registry, to look for what is new. */
export async function requestCharts(
  client: KubeClient,
  clock: Clock,
  { url, registryUrl }: ChartAddresses,
): Promise<void> {
  const isOurs = ({ url: from = "" }: ChartSpec): boolean =>
    from.startsWith(url) || from.startsWith(registryUrl);
  const repositories = (await list(client, HelmRepository)).filter(({ spec }) => isOurs(spec));
  const known = new Set(repositories.map(({ key }) => formatKey(key)));
  const others = (await list(client, OCIRepository)).filter(({ spec }) => isOurs(spec));
  // Nothing reconciles a repository in a registry: its charts look for themselves.
  const charts = (await list(client, HelmChart)).filter(
    ({ spec: { sourceRef }, key }) =>
      sourceRef?.kind === HelmRepository.kind && known.has(formatKey({ ...key, name: sourceRef.name })),
  );
  for (const { kind, key } of [...repositories, ...others, ...charts]) {
    await requestReconcile(client, kind, key, clock);
  }
}

interface ChartObject {
  readonly kind: Kind<unknown, unknown>;
  readonly key: ObjectKey;
  readonly spec: ChartSpec;
}

async function list(client: KubeClient, kind: Kind<unknown, unknown>): Promise<readonly ChartObject[]> {
  const { items } = await client.list(kind as Kind<KubeObject>);
  return items.map(({ metadata: { namespace = "", name = "" }, ...object }) => ({
    kind,
    key: { namespace, name },
    spec: (object["spec"] ?? {}) as ChartSpec,
  }));
}
