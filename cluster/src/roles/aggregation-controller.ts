import { ClusterRole } from "@weir/builtin/rbac-v1";
import { jsonEqual } from "@weir/objects";
import { type Controller, createController } from "@weir/sdk";
import { joinRules } from "./join-rules.ts";

const COMPONENT = "kube-controller-manager";
const MANAGER = "clusterrole-aggregation-controller";

/** Gives ClusterRoles that join others (`view`, `edit`, `admin`) the rules of the roles that they select. */
export function roleAggregationController(): Controller {
  return createController("clusterrole-aggregation", { concurrency: 1, component: COMPONENT })
    .for(ClusterRole)
    .watches(ClusterRole, {
      map: (_changed, cache) =>
        cache
          .list(ClusterRole)
          .filter(isAggregated)
          .map(({ metadata }) => ({ name: metadata.name ?? "" })),
    })
    .reconcile(async (role, ctx) => {
      if (!isAggregated(role)) return;
      const { items } = await ctx.live.list(ClusterRole);
      const rules = joinRules(role, items);
      if (jsonEqual(rules as never, (role.rules ?? []) as never)) return;
      await ctx.client.apply(
        ClusterRole,
        {
          apiVersion: "rbac.authorization.k8s.io/v1",
          kind: "ClusterRole",
          metadata: { name: role.metadata.name ?? "" },
          rules,
        },
        { fieldManager: MANAGER, force: true },
      );
    });
}

function isAggregated(role: ClusterRole): boolean {
  return role.aggregationRule !== undefined && role.aggregationRule !== null;
}
