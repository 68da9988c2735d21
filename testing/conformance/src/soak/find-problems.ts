import type { KubeObject } from "@weir/objects";
import type { TestEnv } from "@weir/testenv";
import { ConfigMap, Dial, sharedName } from "./soaked-resource.ts";

type Objects = ReadonlyMap<string, KubeObject>;

/** What is looked at. */
export type SoakedCluster = Pick<TestEnv, "client" | "manager" | "namespace">;

/** What every namespace has. */
const ROOT_CERTIFICATE = "kube-root-ca.crt";

/**
 * Compares what the server has with what somebody last wanted, and the controllers' cache with the server. What is still
 * under way is a problem, too, so this is asked again until all is at rest.
 */
export async function findProblems(
  env: SoakedCluster,
  wanted: ReadonlyMap<string, number>,
): Promise<readonly string[]> {
  const dials = await serverObjects(env, Dial);
  const maps = await serverObjects(env, ConfigMap);
  return [
    ...(await cacheProblems(env, Dial, dials)),
    ...(await cacheProblems(env, ConfigMap, maps)),
    ...[...wanted].flatMap(([name, value]) => dialProblems(name, value, dials.get(name))),
    ...[...wanted].flatMap(([name, value]) => mapProblems(name, String(value), maps)),
    ...leftovers(wanted, dials, maps),
  ];
}

async function serverObjects(
  { client, namespace }: SoakedCluster,
  kind: typeof ConfigMap | typeof Dial,
): Promise<Objects> {
  const { items } = await client.list(kind as typeof ConfigMap, { namespace });
  return byName(items);
}

function byName(objects: readonly KubeObject[]): Objects {
  const named = objects.map((object) => [object.metadata.name ?? "", object] as const);
  return new Map(named.filter(([name]) => name !== ROOT_CERTIFICATE));
}

async function cacheProblems(
  { manager, namespace }: SoakedCluster,
  kind: typeof ConfigMap | typeof Dial,
  served: Objects,
): Promise<readonly string[]> {
  const cached = byName(await manager.cache.list(kind as typeof ConfigMap, { namespace }));
  const problems: string[] = [];
  for (const [name, { metadata }] of served) {
    const version = cached.get(name)?.metadata.resourceVersion;
    if (version === metadata.resourceVersion) continue;
    problems.push(
      `the cache has ${kind.kind}/${name} at ${version}, the server at ${metadata.resourceVersion}`,
    );
  }
  for (const name of cached.keys()) {
    if (!served.has(name)) problems.push(`the cache has ${kind.kind}/${name}, which is gone`);
  }
  return problems;
}

function dialProblems(name: string, value: number, dial: KubeObject | undefined): readonly string[] {
  const { spec, status } = (dial ?? {}) as {
    readonly spec?: { readonly value?: number };
    readonly status?: { readonly value?: number };
  };
  if (spec?.value !== value)
    return [`Dial/${name} is at ${spec?.value} where somebody turned it to ${value}`];
  return status?.value === value ? [] : [`Dial/${name} reports ${status?.value} in place of ${value}`];
}

function mapProblems(name: string, value: string, maps: Objects): readonly string[] {
  const own = dataOf(maps, name)["value"];
  const shared = dataOf(maps, sharedName(name));
  const lost = ["first", "second"].filter((writer) => shared[writer] !== value);
  return [
    ...(own === value ? [] : [`ConfigMap/${name} is at ${own} in place of ${value}`]),
    ...lost.map((writer) => `the update of ${name} to ${value} by ${writer} is lost: ${shared[writer]}`),
  ];
}

function dataOf(maps: Objects, name: string): Readonly<Record<string, string>> {
  return (maps.get(name)?.["data"] ?? {}) as Readonly<Record<string, string>>;
}

function leftovers(wanted: ReadonlyMap<string, number>, dials: Objects, maps: Objects): readonly string[] {
  const expected = new Set([...wanted.keys()].flatMap((name) => [name, sharedName(name)]));
  return [
    ...[...dials.keys()].filter((name) => !wanted.has(name)).map((name) => `Dial/${name} is still there`),
    ...[...maps.keys()]
      .filter((name) => !expected.has(name))
      .map((name) => `ConfigMap/${name} was left behind`),
  ];
}
