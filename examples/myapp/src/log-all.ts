import { every, type Task } from "@weir/sdk";
import { MyApp } from "./my-app.ts";

/** Logs every MyApp at the start and every ten minutes, by the manager's clock. */
export const logAll: Task = every(
  "10m",
  "log-myapps",
  async (ctx) => {
    for (const { metadata, spec, status } of await ctx.list(MyApp)) {
      const { namespace, name } = metadata;
      const ready = status?.readyReplicas ?? 0;
      ctx.log.info("myapp", { namespace, name, image: spec.image, replicas: spec.replicas, ready });
    }
  },
  { reads: [MyApp] },
);
