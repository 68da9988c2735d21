import type { ExpressionWarning } from "@weir/apiserver";
import { ValidatingAdmissionPolicy } from "@weir/builtin/admissionregistration-v1";
import type { JsonObject } from "@weir/core";
import { type Controller, createController } from "@weir/sdk";

const COMPONENT = "kube-controller-manager";
const MANAGER = "validatingadmissionpolicy-status";

/** Tells what is wrong with the expressions of a policy's spec. */
export type CheckPolicy = (spec: JsonObject) => readonly ExpressionWarning[];

/** Puts into the status of each ValidatingAdmissionPolicy where its expressions do not fit the kinds that it names. */
export function policyStatusController(check: CheckPolicy): Controller {
  return createController("validatingadmissionpolicy-status", { concurrency: 1, component: COMPONENT })
    .for(ValidatingAdmissionPolicy)
    .reconcile(async (policy, ctx) => {
      const { generation = 0, name = "" } = policy.metadata;
      if (generation <= (policy.status?.observedGeneration ?? 0)) return;
      const expressionWarnings = check((policy.spec ?? {}) as JsonObject);
      const typeChecking = expressionWarnings.length === 0 ? {} : { expressionWarnings };
      await ctx.client.apply(
        ValidatingAdmissionPolicy,
        {
          apiVersion: "admissionregistration.k8s.io/v1",
          kind: "ValidatingAdmissionPolicy",
          metadata: { name },
          status: { observedGeneration: generation, typeChecking },
        },
        { subresource: "status", fieldManager: MANAGER, force: true },
      );
    });
}
