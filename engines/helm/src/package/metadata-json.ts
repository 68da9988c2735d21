import type { JsonObject, JsonValue } from "@weir/core";
import type { ChartDependency, ChartLock, ChartMetadata } from "../chart/chart.ts";

/** Go's `omitempty`: what is empty is left out. */
function withoutEmpty(fields: { readonly [key: string]: JsonValue | undefined }): JsonObject {
  const kept = Object.entries(fields).filter(
    (entry): entry is [string, JsonValue] =>
      entry[1] !== undefined && entry[1] !== "" && entry[1] !== false && !isEmptyList(entry[1]),
  );
  return Object.fromEntries(kept);
}

function isEmptyList(value: JsonValue): boolean {
  return Array.isArray(value) && value.length === 0;
}

/** A dependency with its fields in helm's order, which the digest of a lock file depends on. */
export function dependencyJson(dependency: ChartDependency): JsonObject {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  return {
    name,
    ...withoutEmpty({ version }),
    repository,
    ...withoutEmpty({ condition, tags, enabled, "import-values": importValues, alias }),
  };
}

/** What goes into Chart.yaml. In apiVersion v1, dependencies stand in requirements.yaml. */
export function metadataJson(metadata: ChartMetadata): JsonObject {
  const { maintainers, annotations, dependencies = [], ...fields } = metadata;
  return withoutEmpty({
    ...fields,
    maintainers: maintainers.map((maintainer) => withoutEmpty({ ...maintainer })),
    annotations:
      annotations === undefined || annotations.size === 0 ? undefined : Object.fromEntries(annotations),
    dependencies: metadata.apiVersion === "v1" ? [] : dependencies.map(dependencyJson),
  });
}

/** What goes into Chart.lock. */
export function lockJson({ generated, digest, dependencies }: ChartLock): JsonObject {
  const locked = dependencies.map(dependencyJson);
  return { generated: generated === "" ? "0001-01-01T00:00:00Z" : generated, digest, dependencies: locked };
}
