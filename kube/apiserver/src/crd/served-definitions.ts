import type { ApiGroup, CustomResources } from "../resources/registry.ts";
import type { Resource } from "../resources/resource.ts";
import type { ConversionDeps } from "../webhooks/convert-objects.ts";
import { CustomServedResource } from "./custom-resource.ts";
import { compareVersions, type CustomDefinition, servedVersions } from "./definition.ts";

/** The custom resources of a set of CRDs; a new one is made whenever a CRD changes. */
export class ServedDefinitions implements CustomResources {
  readonly groups: readonly ApiGroup[];
  readonly #resources: ReadonlyMap<string, CustomServedResource>;
  readonly #byVersion: ReadonlyMap<string, readonly CustomServedResource[]>;

  constructor(
    definitions: readonly CustomDefinition[],
    conversion: ConversionDeps,
    previous?: ServedDefinitions,
  ) {
    const resources = new Map<string, CustomServedResource>();
    for (const definition of definitions.filter((each) => each.isEstablished)) {
      for (const version of definition.versions.filter((each) => each.isServed)) {
        const key = `${definition.group}/${version.name}/${definition.names.plural}`;
        const known = previous?.find(definition.group, version.name, definition.names.plural);
        resources.set(
          key,
          known?.definition === definition
            ? known
            : new CustomServedResource(definition, version, conversion),
        );
      }
    }
    this.#resources = resources;
    this.#byVersion = Map.groupBy(
      [...resources.values()].sort((a, b) => (a.plural < b.plural ? -1 : 1)),
      (resource) => `${resource.group}/${resource.version}`,
    );
    this.groups = groupsOf(definitions);
  }

  find(group: string, version: string, plural: string): CustomServedResource | undefined {
    return this.#resources.get(`${group}/${version}/${plural}`);
  }

  resources(group: string, version: string): readonly Resource[] {
    return this.#byVersion.get(`${group}/${version}`) ?? [];
  }
}

function groupsOf(definitions: readonly CustomDefinition[]): readonly ApiGroup[] {
  const versions = new Map<string, Set<string>>();
  for (const definition of definitions.filter((each) => each.isEstablished)) {
    const known = versions.get(definition.group) ?? new Set();
    for (const version of servedVersions(definition)) known.add(version);
    versions.set(definition.group, known);
  }
  return [...versions]
    .filter(([, names]) => names.size > 0)
    .map(([name, names]) => ({ name, versions: [...names].sort(compareVersions), isCustom: true }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
