import { GitRepository, HelmRelease, Kustomization } from "@weir/api";
import {
  type BaseContext,
  type CacheReader,
  changed,
  type Condition,
  isConditionTrue,
  type Kind,
  type MapHandler,
  type ObjectMeta,
} from "@weir/sdk";
import { MyApp } from "./my-app.ts";

/** What the kinds that a MyApp may wait for have in common. */
export interface Dependency {
  readonly metadata: ObjectMeta;
  readonly status?: { readonly observedGeneration?: number; readonly conditions?: readonly Condition[] };
}

type DependencyName = NonNullable<MyApp["spec"]["dependsOn"]>["kind"];

/** Where the MyApps that wait for an object are found, as `kind/name`. */
export const DEPENDS_ON_INDEX = "dependsOn";

const KINDS: Readonly<Record<DependencyName, Kind<Dependency, unknown>>> = {
  GitRepository,
  HelmRelease,
  Kustomization,
};

/** Gives the reason why a MyApp has to wait, if it has to. */
export async function whatIsMissing(app: MyApp, ctx: BaseContext): Promise<string | undefined> {
  const { dependsOn } = app.spec;
  if (dependsOn === undefined) return undefined;
  const { namespace } = app.metadata;
  const key = namespace === undefined ? { name: dependsOn.name } : { namespace, name: dependsOn.name };
  const dependency = await ctx.get(KINDS[dependsOn.kind], key);
  const what = `${dependsOn.kind} ${dependsOn.name}`;
  if (dependency === undefined) return `${what} does not exist`;
  return isReady(dependency) ? undefined : `${what} is not Ready`;
}

/** Ready says nothing of a spec that its controller has not seen yet. */
export function isReady({ metadata, status }: Dependency): boolean {
  return status?.observedGeneration === metadata.generation && isConditionTrue(status?.conditions, "Ready");
}

/** The values of the index for one MyApp. */
export function dependencyOf({ spec }: MyApp): string | undefined {
  return spec.dependsOn === undefined ? undefined : `${spec.dependsOn.kind}/${spec.dependsOn.name}`;
}

/** Reconciles the MyApps that wait for an object, when it comes, goes, or becomes Ready or not. */
export function dependants(kind: DependencyName): MapHandler<Dependency> {
  return {
    map: ({ metadata: { namespace, name } }, cache: CacheReader) =>
      cache.list(MyApp, {
        ...(namespace === undefined ? {} : { namespace }),
        index: [DEPENDS_ON_INDEX, `${kind}/${name}`],
      }),
    when: changed.value(isReady),
  };
}
