import type { ClusterRole } from "@weir/builtin/rbac-v1";
import { jsonEqual } from "@weir/objects";
import { labelSelectorFrom, type LabelSelectorSpec } from "@weir/text";

type Rules = NonNullable<ClusterRole["rules"]>;

/** The rules of every role that an aggregated one selects: by name, each rule once, and never its own. */
export function joinRules(role: ClusterRole, all: readonly ClusterRole[]): Rules {
  const selectors = (role.aggregationRule?.clusterRoleSelectors ?? []).map((selector) =>
    labelSelectorFrom(selector as LabelSelectorSpec),
  );
  const joined: Rules[number][] = [];
  for (const selector of selectors) {
    const selected = all
      .filter(
        ({ metadata }) => metadata.name !== role.metadata.name && selector.matches(metadata.labels ?? {}),
      )
      .toSorted((left, right) => ((left.metadata.name ?? "") < (right.metadata.name ?? "") ? -1 : 1));
    for (const rule of selected.flatMap(({ rules }) => rules ?? []))
      if (!joined.some((known) => jsonEqual(known as never, rule as never))) joined.push(rule);
  }
  return joined;
}
