import type { Clock, Logger, Random } from "@weir/core";
import type { Access } from "../auth/access.ts";
import { AdmissionPolicies } from "../policies/admission-policies.ts";
import { mutatingPolicies } from "../policies/mutating/compile-mutations.ts";
import { MutatingPolicies } from "../policies/mutating/mutating-policies.ts";
import { PolicySet, validatingPolicies } from "../policies/policy-set.ts";
import type { ObjectStore } from "../resources/object-store.ts";
import type { Registry } from "../resources/registry.ts";
import { AdmissionWebhooks } from "../webhooks/admission-webhooks.ts";
import type { CallWebhook } from "../webhooks/call-webhook.ts";
import { Hooks } from "../webhooks/hooks.ts";
import { AdmissionChain } from "./admission-chain.ts";
import { NamespaceLifecycle } from "./admission.ts";
import { UsualAdmission } from "./plugins/usual-admission.ts";

/** What admission is made of. */
export interface AdmissionParts {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly access: Access;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Absent where no webhook is asked. */
  readonly callWebhook: CallWebhook | undefined;
  /** Whether Pods need service accounts. */
  readonly hasServiceAccounts: boolean;
  /** Whether the CRD of a custom resource is being deleted. */
  readonly isTerminating: (group: string, plural: string) => boolean;
}

/** Admission, and what it follows of what is stored. */
export interface RunningAdmission {
  readonly chain: AdmissionChain;
  /** Reads what is there, and follows what is to come. */
  start(): Promise<void>;
  stop(): void;
}

/** Puts all admission together. */
export function createAdmission(parts: AdmissionParts): RunningAdmission {
  const { store, registry, access, isTerminating, callWebhook } = parts;
  const hooks = new Hooks(store, registry);
  const validating = new PolicySet(store, registry, validatingPolicies);
  const mutating = new PolicySet(store, registry, mutatingPolicies);
  const usual = new UsualAdmission(parts);
  const chain = new AdmissionChain({
    lifecycle: new NamespaceLifecycle(store, registry),
    access,
    isTerminating,
    usual,
    policies: new AdmissionPolicies({ store, registry, access, policies: validating }),
    mutatingPolicies: new MutatingPolicies({ store, registry, access, policies: mutating }),
    webhooks: callWebhook === undefined ? undefined : new AdmissionWebhooks({ ...parts, hooks, callWebhook }),
  });
  const followed = [hooks, validating, mutating, usual];
  return {
    chain,
    async start() {
      for (const each of followed) await each.start();
    },
    stop() {
      for (const each of followed) each.stop();
    },
  };
}
