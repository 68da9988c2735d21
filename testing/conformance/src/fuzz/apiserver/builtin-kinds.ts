import type { Builtin } from "./builtin-kind.ts";
import { CLUSTER_KINDS } from "./cluster-kinds.ts";
import { NETWORK_KINDS } from "./network-kinds.ts";
import { OTHER_KINDS } from "./other-kinds.ts";
import { withRefused } from "./refused-values.ts";
import { STORAGE_KINDS } from "./storage-kinds.ts";
import { someValue } from "./schema-values.ts";
import { isFields, type Subject } from "./subject.ts";
import { WORKLOADS } from "./workload-kinds.ts";

/** Built-in kinds, by the name of each. */
export const BUILTIN_SUBJECTS: ReadonlyMap<string, Subject> = new Map(
  [...WORKLOADS, ...NETWORK_KINDS, ...OTHER_KINDS, ...STORAGE_KINDS, ...CLUSTER_KINDS].map((builtin) => [
    builtin.kind,
    subjectOf(builtin),
  ]),
);

function subjectOf(builtin: Builtin): Subject {
  const { apiVersion, kind, plural, content, scope, subresources = [], fieldSelectors = [] } = builtin;
  const root = apiVersion.includes("/") ? "/apis" : "/api";
  const isShared = scope === "Cluster";
  return {
    kind,
    collections: { [apiVersion]: `${root}/${apiVersion}/${isShared ? "" : "namespaces/$NS/"}${plural}` },
    subresources,
    isCustom: false,
    isShared,
    fieldSelectors: [...fieldSelectors, "nope=1"],
    content(dice, _apiVersion, { wrong, refused }) {
      const value = someValue(dice, content, wrong);
      const given = refused === 0 ? value : withRefused(dice, content, value, refused);
      return isFields(given) ? given : { spec: given };
    },
  };
}
