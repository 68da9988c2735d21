import { GoMap, type GoValue } from "@weir/text";

import type { ChartDependency, ChartMetadata, ImportValue } from "../chart/chart.ts";

/** `.Chart`: the metadata under Go's names of the fields, as a map, so that a field that there is not is nothing. */
export function chartMap(metadata: ChartMetadata, isRoot: boolean): Map<string, GoValue> {
  const annotations = new Map<string, GoValue>(metadata.annotations);
  return new Map<string, GoValue>([
    ["Name", metadata.name],
    ["Home", metadata.home],
    ["Sources", metadata.sources],
    ["Version", metadata.version],
    ["Description", metadata.description],
    ["Keywords", metadata.keywords],
    [
      "Maintainers",
      metadata.maintainers.map(({ name, email, url }) => textMap({ Name: name, Email: email, URL: url })),
    ],
    ["Icon", metadata.icon],
    ["APIVersion", metadata.apiVersion],
    ["Condition", metadata.condition],
    ["Tags", metadata.tags],
    ["AppVersion", metadata.appVersion],
    ["Deprecated", metadata.deprecated],
    ["Annotations", new GoMap("map[string]string", "string", annotations, annotations.size === 0)],
    ["KubeVersion", metadata.kubeVersion],
    ["Dependencies", (metadata.dependencies ?? []).map(dependencyMap)],
    ["Type", metadata.type],
    ["IsRoot", isRoot],
  ]);
}

function dependencyMap(dependency: ChartDependency): Map<string, GoValue> {
  const { name, version, repository, condition, tags, enabled, importValues, alias } = dependency;
  return new Map<string, GoValue>([
    ["Name", name],
    ["Version", version],
    ["Repository", repository],
    ["Condition", condition],
    ["Tags", tags],
    ["Enabled", enabled],
    ["ImportValues", importValues.map(importMap)],
    ["Alias", alias],
  ]);
}

function importMap(imported: ImportValue): GoValue {
  if (typeof imported === "string") return imported;
  return textMap({ child: imported.child, parent: imported.parent });
}

function textMap(texts: Readonly<Record<string, string>>): Map<string, GoValue> {
  return new Map<string, GoValue>(Object.entries(texts));
}
