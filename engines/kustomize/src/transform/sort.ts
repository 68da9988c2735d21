import { KustomizeError, withPrefix } from "../error.ts";
import type { SortOptions } from "../file/kustomization.ts";
import { LEGACY_ORDER } from "../file/transformer-config.ts";
import type { Resource } from "../resource/resource.ts";
import { describeGvk } from "../resource/resource-id.ts";
import type { Transformer } from "./transformer.ts";

/** Orders the output: `fifo` leaves it as it was loaded, `legacy` sorts by kind and then by name. */
export function sortTransformer(options: SortOptions): Transformer {
  const { order, legacySortOptions } = options;
  return (resources) => {
    if (order !== "fifo" && order !== "legacy") {
      throw new KustomizeError("the field 'sortOptions.order' must be one of [fifo, legacy]");
    }
    if (order === "fifo") {
      if (legacySortOptions === undefined) return;
      throw new KustomizeError(
        "the field 'sortOptions.legacySortOptions' is set but the selected sort order is 'fifo', not 'legacy'",
      );
    }
    resources.reorder(legacySorted(resources.resources, ranksOf(legacySortOptions)));
    withPrefix("SortOrderTransformer: Failed to append to resources", () => resources.refuseEqualIds());
  };
}

function ranksOf(options: SortOptions["legacySortOptions"]): ReadonlyMap<string, number> {
  const first = options === undefined ? LEGACY_ORDER.first : (options.orderFirst ?? []);
  const last = options === undefined ? LEGACY_ORDER.last : (options.orderLast ?? []);
  const ranks = new Map<string, number>();
  for (const [at, kind] of first.entries()) ranks.set(kind, at - first.length);
  for (const [at, kind] of last.entries()) ranks.set(kind, at + 1);
  return ranks;
}

interface Sortable {
  readonly resource: Resource;
  readonly rank: number;
  readonly isNamespace: boolean;
  readonly gvkText: string;
  readonly idText: string;
}

function sortable(resource: Resource, ranks: ReadonlyMap<string, number>): Sortable {
  const { gvk, name, namespace } = resource.id;
  const { group, version, kind } = gvk;
  return {
    resource,
    rank: ranks.get(kind) ?? 0,
    isNamespace: kind === "Namespace",
    gvkText: utf16Safe(`${group || "~G"}_${version || "~V"}_${kind || "~K"}`),
    idText: utf16Safe(`${describeGvk(gvk)}|${namespace || "~X"}|${name || "~N"}`),
  };
}

/** Go compares bytes; names of resources are nearly always ASCII, where UTF-16 units order the same. */
function utf16Safe(text: string): string {
  // oxlint-disable-next-line no-control-regex -- the range of ASCII
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text, "utf8").toString("latin1");
}

function legacySorted(
  resources: readonly Resource[],
  ranks: ReadonlyMap<string, number>,
): readonly Resource[] {
  const items = resources.map((resource) => sortable(resource, ranks));
  items.sort((a, b) => {
    if (a.gvkText === b.gvkText) return compare(a.idText, b.idText);
    if (a.rank !== b.rank) return a.rank - b.rank;
    const order = compare(a.gvkText, b.gvkText);
    // Upstream puts the core Namespace before those of other groups.
    return a.isNamespace && b.isNamespace && isCore(a, b) ? -order : order;
  });
  return items.map(({ resource }) => resource);
}

function isCore(a: Sortable, b: Sortable): boolean {
  return a.resource.gvk.group === "" || b.resource.gvk.group === "";
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
