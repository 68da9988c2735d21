import { Deployment, type DeploymentStatus, ReplicaSet } from "@weir/builtin/apps-v1";
import { isApiError } from "@weir/client";
import type { Outcome } from "@weir/core";
import { changed, type Controller, createController, type ReconcileContext, keyOf } from "@weir/sdk";
import { isNamespaceGoing } from "../namespaces/create-content.ts";
import { claim, Strays } from "./adoption.ts";
import {
  decideDeployment,
  type DeploymentAct,
  type DeploymentObservation,
  deploymentRevision,
  newReplicaSet,
  REVISION_ANNOTATION,
  replicaSetRoles,
} from "./deployment.ts";
import { deploymentStatus } from "./deployment-status.ts";
import { simulatedStatus } from "./simulated-status.ts";
import { CONTROLLER_MANAGER, type WorkloadOptions } from "./workload-options.ts";
import { sameStatus, writeStatus } from "./write-status.ts";

/** A step may allow another one; beyond so many, the watch brings the Deployment back. */
const MOST_STEPS = 6;

/** Rolls Deployments out by ReplicaSets and reports how that goes. */
export function deploymentController({ statusAnnotation }: WorkloadOptions): Controller {
  const strays = new Strays(Deployment);
  return createController("deployment", { concurrency: 8, component: CONTROLLER_MANAGER })
    .for(Deployment, {
      when: changed.any(
        changed.generation,
        changed.value(({ metadata }: Deployment) => ({ ...metadata.annotations })),
      ),
      suspended: () => false,
    })
    .owns(ReplicaSet)
    .watches(ReplicaSet, strays.handler())
    .reconcile(async (deployment, ctx): Promise<Outcome> => {
      await claim(ctx, {
        kind: ReplicaSet,
        owner: { ...deployment, apiVersion: "apps/v1", kind: "Deployment" },
        strays,
      });
      let observation = observe(deployment, ctx);
      for (let step = 0; step < MOST_STEPS; step++) {
        const acts = decideDeployment(observation);
        if (acts.length === 0) break;
        for (const act of acts) await perform(act, observation.deployment, ctx);
        observation = observe((await ctx.get(Deployment, keyOf(deployment))) ?? deployment, ctx);
      }
      const wanted = simulatedStatus(
        statusAnnotation,
        deployment.metadata,
        deployment.spec?.template?.metadata,
      );
      const nowMs = ctx.clock.now();
      const { status, deadlineMs } = deploymentStatus({ ...observation, wanted, nowMs });
      await report(observation, status, ctx);
      return deadlineMs === undefined
        ? { kind: "settled" }
        : { kind: "settled", recheckAfterMs: Math.max(0, deadlineMs - nowMs) };
    });
}

/** The revision goes along with the status: written by itself, it would count as a new generation. */
async function report(
  observation: DeploymentObservation,
  status: DeploymentStatus,
  ctx: ReconcileContext<Deployment>,
): Promise<void> {
  const revision = deploymentRevision(observation);
  const { metadata, status: previous } = observation.deployment;
  const isNumbered = revision === undefined || metadata.annotations?.[REVISION_ANNOTATION] === revision;
  if (isNumbered && sameStatus(previous, status)) return;
  const numbered = revision === undefined ? {} : { [REVISION_ANNOTATION]: revision };
  await ctx.update(
    Deployment,
    keyOf(observation.deployment),
    (current) => {
      const annotations = { ...current.metadata.annotations, ...numbered };
      return { ...current, metadata: { ...current.metadata, annotations }, status };
    },
    { subresource: "status" },
  );
}

function observe(deployment: Deployment, ctx: ReconcileContext<Deployment>): DeploymentObservation {
  return { deployment, replicaSets: ctx.owned(ReplicaSet) };
}

async function perform(
  act: DeploymentAct,
  deployment: Deployment,
  ctx: ReconcileContext<Deployment>,
): Promise<void> {
  switch (act.kind) {
    case "create":
      return create(act.replicaSet, deployment, ctx);
    case "scale": {
      const patch = { spec: { replicas: act.replicas } };
      await ctx.patch(ReplicaSet, keyOf(act.replicaSet), { type: "merge", patch });
      return;
    }
    case "annotate": {
      const patch = {
        metadata: { annotations: act.annotations },
        spec: { minReadySeconds: act.minReadySeconds },
      };
      await ctx.patch(ReplicaSet, keyOf(act.replicaSet), { type: "merge", patch });
      return;
    }
    case "forget":
      await ctx.delete(ReplicaSet, keyOf(act.replicaSet), { propagationPolicy: "Background" });
      return;
  }
}

/** Where the name is taken by a ReplicaSet of another template, counting the collision gives another name. */
async function create(
  made: Extract<DeploymentAct, { kind: "create" }>["replicaSet"],
  deployment: Deployment,
  ctx: ReconcileContext<Deployment>,
): Promise<void> {
  try {
    await ctx.client.create(ReplicaSet, newReplicaSet(deployment, made) as ReplicaSet);
  } catch (error) {
    if (isNamespaceGoing(error)) return;
    if (!isApiError(error, "AlreadyExists")) throw error;
    await countCollision(made.name, deployment, ctx);
  }
}

/** The ReplicaSet of this Deployment and template may be there unseen; then its name is no collision. */
async function countCollision(
  name: string,
  deployment: Deployment,
  ctx: ReconcileContext<Deployment>,
): Promise<void> {
  const found = await ctx.live.get(ReplicaSet, { ...keyOf(deployment), name });
  if (found === undefined) return;
  const isOurs = found.metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid) === true;
  if (isOurs && replicaSetRoles({ deployment, replicaSets: [found] }).current !== undefined) return;
  const collisionCount = (deployment.status?.collisionCount ?? 0) + 1;
  await writeStatus(ctx, Deployment, deployment, { ...deployment.status, collisionCount });
}
