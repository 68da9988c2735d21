import type { Clock, Random } from "@weir/core";
import type { Access } from "../../auth/access.ts";
import type { ObjectStore } from "../../resources/object-store.ts";
import type { Registry } from "../../resources/registry.ts";
import { ResourceQuotas } from "../quota/resource-quotas.ts";
import { podSecurity } from "../pod-security/pod-security.ts";
import { BuiltinAdmission } from "./builtin-admission.ts";
import { certificateApproval, certificateSigning, certificateSubject } from "./certificates.ts";
import { defaultTolerations } from "./default-tolerations.ts";
import { FollowedObjects } from "./followed-objects.ts";
import { limitRanger } from "./limit-ranger.ts";
import { priorities } from "./priority.ts";
import { runtimeClasses } from "./runtime-class.ts";
import { serviceAccounts } from "./service-account.ts";
import { defaultIngressClass, nodeTaint } from "./small-plugins.ts";
import { claimResize, defaultStorageClass, storageProtection } from "./storage-admission.ts";
import { topologyLabels } from "./topology-labels.ts";

/** What the plugins of a usual cluster work with. */
export interface UsualAdmissionDeps {
  readonly store: ObjectStore;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly random: Random;
  readonly access: Access;
  /** Whether Pods need service accounts. */
  readonly hasServiceAccounts: boolean;
}

/** The admission plugins that kube-apiserver has on by default, in its order, and what they follow. */
export class UsualAdmission {
  readonly builtin: BuiltinAdmission;
  readonly quotas: ResourceQuotas;
  readonly #followed: readonly FollowedObjects[];

  constructor(deps: UsualAdmissionDeps) {
    const { store, registry, hasServiceAccounts } = deps;
    const follow = (group: string, plural: string): FollowedObjects =>
      new FollowedObjects(store, registry, group, plural);
    const ranges = follow("", "limitranges");
    const quotas = follow("", "resourcequotas");
    const priorityClasses = follow("scheduling.k8s.io", "priorityclasses");
    const runtimes = follow("node.k8s.io", "runtimeclasses");
    const storageClasses = follow("storage.k8s.io", "storageclasses");
    const ingressClasses = follow("networking.k8s.io", "ingressclasses");
    this.#followed = [ranges, quotas, priorityClasses, runtimes, storageClasses, ingressClasses];
    this.builtin = new BuiltinAdmission([
      limitRanger(ranges),
      ...(hasServiceAccounts ? [serviceAccounts(deps)] : []),
      nodeTaint,
      podSecurity(deps),
      priorities(priorityClasses),
      defaultTolerations,
      defaultStorageClass(storageClasses),
      storageProtection,
      claimResize(storageClasses),
      runtimeClasses(runtimes),
      certificateApproval(deps.access),
      certificateSigning(deps.access),
      certificateSubject,
      defaultIngressClass(ingressClasses),
      topologyLabels(deps),
    ]);
    this.quotas = new ResourceQuotas({ ...deps, quotas });
  }

  /** Reads what is there, and follows what is to come. */
  async start(): Promise<void> {
    for (const each of this.#followed) await each.start();
  }

  stop(): void {
    for (const each of this.#followed) each.stop();
  }
}
