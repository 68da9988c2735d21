import { forbiddenError, type KubeObject } from "@weir/objects";
import type { FieldError } from "@weir/schema";
import type { Access } from "../auth/access.ts";
import type { AdmissionPolicies } from "../policies/admission-policies.ts";
import { asJson } from "../resources/draft-access.ts";
import { type Draft, groupResource } from "../resources/resource.ts";
import type { AdmissionWebhooks } from "../webhooks/admission-webhooks.ts";
import type { MutatingPolicies } from "../policies/mutating/mutating-policies.ts";
import type { Admission, AdmissionRequest, NamespaceLifecycle } from "./admission.ts";
import type { UsualAdmission } from "./plugins/usual-admission.ts";
import { checkEscalation } from "./escalation.ts";
import { Reinvocation } from "./reinvocation.ts";

/** What the chain asks beyond the write itself. */
export interface AdmissionDeps {
  readonly lifecycle: NamespaceLifecycle;
  readonly access: Access;
  /** Whether the CRD of a custom resource is being deleted. */
  readonly isTerminating: (group: string, plural: string) => boolean;
  readonly usual: UsualAdmission;
  readonly policies: AdmissionPolicies;
  readonly mutatingPolicies: MutatingPolicies;
  /** Absent where nobody is asked. */
  readonly webhooks: AdmissionWebhooks | undefined;
}

/** All admission, one after the other. */
export class AdmissionChain implements Admission {
  readonly #deps: AdmissionDeps;

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  async mutate(request: AdmissionRequest, object: Draft, old: KubeObject | undefined): Promise<void> {
    const { lifecycle, access, isTerminating } = this.#deps;
    const { resource, operation, name } = request;
    await lifecycle.mutate(request);
    if (operation === "create" && resource.isCustom && isTerminating(resource.group, resource.plural)) {
      const because = "create not allowed while custom resource definition is terminating";
      throw forbiddenError(groupResource(resource), name, because);
    }
    await this.#change(request, object, old);
    await checkEscalation(access, request, object, old);
  }

  /** Plugins, policies, then webhooks; all once more where somebody changed what others want to see again. */
  async #change(request: AdmissionRequest, object: Draft, old: KubeObject | undefined): Promise<void> {
    const { usual, mutatingPolicies, webhooks } = this.#deps;
    const plugins = usual.builtin.mutate(request, object, old);
    if (plugins !== undefined) await plugins;
    if (mutatingPolicies.isIdle && (webhooks === undefined || webhooks.isIdle)) return;
    const rounds = new Reinvocation();
    await mutatingPolicies.mutate(request, object, old, rounds);
    await webhooks?.mutate(request, object, old, rounds);
    if (!rounds.isWanted) return;
    rounds.startSecond();
    await usual.builtin.mutate(request, object, old);
    await mutatingPolicies.mutate(request, object, old, rounds);
    await webhooks?.mutate(request, object, old, rounds);
  }

  async validate(
    request: AdmissionRequest,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
  ): Promise<readonly FieldError[]> {
    const { usual, policies, webhooks } = this.#deps;
    const draft = object === undefined ? undefined : asJson(object);
    const plugins = usual.builtin.validate(request, draft, old);
    if (plugins !== undefined) await plugins;
    await policies.validate(request, object, old);
    await webhooks?.validate(request, object, old);
    const charged = usual.quotas.check(request, draft, old);
    if (charged !== undefined) await charged;
    return [];
  }
}
