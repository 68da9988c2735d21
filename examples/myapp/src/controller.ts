import { GitRepository, HelmRelease, Kustomization } from "@weir/api";
import { Pod } from "@weir/builtin/core-v1";
import {
  type BaseContext,
  type Controller,
  createController,
  type Enqueue,
  type EventHandler,
  type ReconcileContext,
} from "@weir/sdk";
import { updateBoard } from "./board.ts";
import { appOf, countReady, decidePods, podOf, withImage } from "./decide-pods.ts";
import { dependants, dependencyOf, DEPENDS_ON_INDEX, whatIsMissing } from "./dependency.ts";
import { MyApp } from "./my-app.ts";

const POD_INDEX = "app";

/** Asks for a reconcile of the MyApp that a Pod belongs to. */
const podHandler: EventHandler<Pod> = {
  create: enqueueOwner,
  update: (before, pod, queue) => {
    // A Pod that got another label leaves one MyApp and joins another: both have to look.
    enqueueOwner(before, queue);
    enqueueOwner(pod, queue);
  },
  delete: enqueueOwner,
};

function enqueueOwner(pod: Pod, queue: Enqueue): void {
  const app = appOf(pod);
  if (app !== undefined) queue.add(app);
}

/** Keeps the Pods of every MyApp. */
export const myapps: Controller = createController("myapp", { concurrency: 4, timeout: "1m" })
  .for(MyApp)
  .watches(Pod, podHandler)
  .index(Pod, POD_INDEX, (pod) => appOf(pod)?.name)
  .index(MyApp, DEPENDS_ON_INDEX, dependencyOf)
  .watches(GitRepository, dependants("GitRepository"))
  .watches(HelmRelease, dependants("HelmRelease"))
  .watches(Kustomization, dependants("Kustomization"))
  .finalizer("myapp.example.com/pods", async (app, ctx) => {
    for (const pod of await podsOf(app, ctx)) await removePod(pod.metadata?.name, app, ctx);
    const left = (await podsOf(app, ctx)).length;
    // Each Pod that goes wakes this controller, so there is nothing to look for in between.
    if (left > 0) return { kind: "waiting", reason: "PodsTerminating", message: `${left} Pods are going` };
    return updateBoard(app, undefined, ctx);
  })
  .reconcile(async (app, ctx) => {
    const missing = await whatIsMissing(app, ctx);
    if (missing === undefined) await alignPods(app, ctx);

    const readyReplicas = countReady(await podsOf(app, ctx));
    ctx.status.patch({ readyReplicas });
    const progress = `${readyReplicas} of ${app.spec.replicas} Pods are ready`;
    await updateBoard(app, `${app.spec.image}: ${progress}`, ctx);

    if (missing !== undefined) return { kind: "waiting", reason: "DependencyNotReady", message: missing };
    if (readyReplicas < app.spec.replicas)
      return { kind: "waiting", reason: "Progressing", message: progress };
    return ctx.status.ready("Available", progress);
  });

/** Creates what is missing, changes what runs another image, and deletes the surplus. */
async function alignPods(app: MyApp, ctx: ReconcileContext<MyApp>): Promise<void> {
  const { create, update, remove } = decidePods(app, await podsOf(app, ctx));
  for (const name of create) await ctx.create(Pod, podOf(app, name), { owner: true });
  for (const name of update) await ctx.update(Pod, keyOf(app, name), (pod) => withImage(pod, app.spec.image));
  for (const name of remove) await removePod(name, app, ctx);
  const count = create.length + update.length + remove.length;
  if (count === 0) return;
  const message = `created ${create.length}, updated ${update.length}, deleted ${remove.length} Pods`;
  ctx.event({ reason: "PodsChanged", message });
}

/** From the cache, by the index; what this process wrote a moment ago is in it. */
function podsOf({ metadata: { namespace, name } }: MyApp, ctx: BaseContext): Promise<readonly Pod[]> {
  return ctx.list(Pod, { ...(namespace === undefined ? {} : { namespace }), index: [POD_INDEX, name] });
}

async function removePod(name: string | undefined, app: MyApp, ctx: BaseContext): Promise<void> {
  if (name !== undefined) await ctx.delete(Pod, keyOf(app, name));
}

function keyOf({ metadata: { namespace } }: MyApp, name: string): { namespace?: string; name: string } {
  return namespace === undefined ? { name } : { namespace, name };
}
