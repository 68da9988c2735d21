import { Node } from "@weir/builtin/core-v1";
import { isApiError } from "@weir/client";
import { type Controller, createController } from "@weir/sdk";
import { NODE_LABELS, NODE_NAME, nodeStatus } from "./simulated-node.ts";
import { writeStatus } from "./write-status.ts";

const NOT_READY = "node.kubernetes.io/not-ready";

/** Keeps the one node there, and ready. */
export function nodeController(): Controller {
  return createController("node", { component: "kubelet" })
    .forKeys()
    .watches(Node, { map: (node) => [node] })
    .source((ctx) => ctx.add({ name: NODE_NAME }))
    .reconcile(async (key, ctx) => {
      if (key !== NODE_NAME) return;
      const present = await ctx.get(Node, { name: key });
      const isReady = present?.status?.conditions?.some(
        ({ type, status }) => type === "Ready" && status === "True",
      );
      const node = isReady === true ? undefined : (present ?? (await create()));
      if (node !== undefined) await writeStatus(ctx, Node, node, nodeStatus(ctx.clock.now()));
      // New nodes are tainted until somebody says that they are ready.
      const isTainted = (each: Node): boolean =>
        each.spec?.taints?.some(({ key }) => key === NOT_READY) === true;
      if ([present, node].some((each) => each !== undefined && isTainted(each))) {
        await ctx.update(Node, { name: key }, (current) => {
          const taints = current.spec?.taints?.filter((taint) => taint.key !== NOT_READY) ?? [];
          const { taints: _taints, ...spec } = current.spec ?? {};
          return { ...current, spec: taints.length === 0 ? spec : { ...spec, taints } };
        });
      }

      async function create(): Promise<Node | undefined> {
        const metadata = { name: NODE_NAME, labels: NODE_LABELS };
        try {
          return await ctx.client.create(Node, { apiVersion: "v1", kind: "Node", metadata });
        } catch (error) {
          if (isApiError(error, "AlreadyExists")) return undefined;
          throw error;
        }
      }
    });
}
