import { Node } from "@weir/builtin/core-v1";
import { isApiError } from "@weir/client";
import { type Controller, createController } from "@weir/sdk";
import { NODE_LABELS, NODE_NAME, nodeStatus } from "./simulated-node.ts";
import { writeStatus } from "./write-status.ts";

/** Keeps the one node there, and ready. */
export function nodeController(): Controller {
  return createController("node", { component: "kubelet" })
    .forKeys()
    .watches(Node, { map: (node) => [node] })
    .source((ctx) => ctx.add({ name: NODE_NAME }))
    .reconcile(async (key, ctx) => {
      if (key !== NODE_NAME) return;
      const present = await ctx.get(Node, { name: key });
      if (present?.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True"))
        return;
      const node = present ?? (await create());
      if (node !== undefined) await writeStatus(ctx, Node, node, nodeStatus(ctx.clock.now()));

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
