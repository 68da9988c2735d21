import { forbiddenError, type KubeObject, StatusError, type StatusReason } from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import { asJson } from "../resources/draft-access.ts";
import { groupResource, type Resource } from "../resources/resource.ts";
import { isReviewed, type MatchedWrite, matchHook } from "../webhooks/match-hook.ts";
import { matchedWrite } from "../webhooks/seen-write.ts";
import { type Annotate, evaluatePolicy, type PolicyDenial } from "./evaluate-policy.ts";
import { type Decider, PolicyAuthorizer } from "./policy-authorizer.ts";
import { policyInput } from "./policy-input.ts";
import { findParams, type ParamDeps } from "./policy-params.ts";
import type { CompiledPolicy } from "./compile-policy.ts";
import type { Binding, Policy, PolicySet } from "./policy-set.ts";

/** What admission by policies works with. */
export interface AdmissionPolicyDeps extends ParamDeps {
  readonly policies: PolicySet<CompiledPolicy>;
  /** Whom expressions ask. */
  readonly access: Decider;
}

interface Refusal {
  readonly policy: Policy;
  /** Absent where the policy itself cannot be used. */
  readonly binding: Binding | undefined;
  readonly denial: PolicyDenial;
}

/** Holds writes against the ValidatingAdmissionPolicies that are bound. */
export class AdmissionPolicies {
  readonly #deps: AdmissionPolicyDeps;

  constructor(deps: AdmissionPolicyDeps) {
    this.#deps = deps;
  }

  /** Throws the first refusal, by the names of policies and bindings; warns of what a binding only warns of. */
  async validate(
    request: AdmissionRequest,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
  ): Promise<void> {
    const bound = this.#deps.policies.bound();
    if (bound.length === 0 || !isReviewed(request)) return;
    const write = matchedWrite(request, object === undefined ? undefined : asJson(object), old);
    const authorizer = new PolicyAuthorizer(this.#deps.access, request);
    const refusals: Refusal[] = [];
    for (const [policy, bindings] of bound) {
      const seenAs = await matchHook(policy.matching, write, this.#deps);
      if (seenAs === undefined) continue;
      const annotations = new Map<string, Set<string>>();
      for (const binding of bindings)
        refusals.push(...(await this.#apply({ policy, binding, annotations, authorizer }, write, seenAs)));
      for (const [key, values] of annotations)
        request.context.audit?.annotate(`${policy.name}/${key}`, [...values].join(", "));
    }
    const [first] = refusals;
    if (first !== undefined) throw refusalError(request, first);
  }

  async #apply(
    { policy, binding, annotations, authorizer }: BoundPolicy,
    write: MatchedWrite,
    seenAs: Resource,
  ): Promise<readonly Refusal[]> {
    const { matching } = binding;
    if (matching !== undefined && (await matchHook(matching, write, this.#deps)) === undefined) return [];
    const found = await findParams(this.#deps, policy, binding, write.request.namespace);
    if (found.kind !== "found") {
      if (!policy.failsClosed) return [];
      const what = found.kind === "failed" ? "binding" : "policy";
      const message = `failed to configure ${what}: ${found.problem}`;
      const denial = { message, reason: "", expressionIndex: 0 };
      return [{ policy, binding: found.kind === "failed" ? binding : undefined, denial }];
    }
    const input = await policyInput(this.#deps, write, seenAs);
    const annotate: Annotate = (key, value) => {
      const values = annotations.get(key);
      if (values === undefined) annotations.set(key, new Set([value]));
      else values.add(value);
    };
    const denials: PolicyDenial[] = [];
    for (const params of found.params) {
      const seen = { ...input, params, authorizer };
      const evaluate = (): readonly PolicyDenial[] =>
        evaluatePolicy(policy.compiled(), seen, policy.failsClosed, annotate);
      denials.push(...(await authorizer.settle(evaluate)));
    }
    return denials.flatMap((denial) => decide({ policy, binding, denial }, binding, write.request));
  }
}

interface BoundPolicy {
  readonly authorizer: PolicyAuthorizer;
  readonly policy: Policy<CompiledPolicy>;
  readonly binding: Binding;
  /** What the policy has said so far to an audit log; several values come from several parameters. */
  readonly annotations: Map<string, Set<string>>;
}

/** What a binding makes of a denial. */
function decide(refusal: Refusal, binding: Binding, { context }: AdmissionRequest): readonly Refusal[] {
  const { policy, denial } = refusal;
  const refusals: Refusal[] = [];
  for (const action of binding.actions) {
    if (action === "Deny") refusals.push(refusal);
    if (action === "Audit") {
      const failure = {
        message: denial.message,
        policy: policy.name,
        binding: binding.name,
        expressionIndex: denial.expressionIndex,
        validationActions: binding.actions,
      };
      context.audit?.annotate(
        "validation.policy.admission.k8s.io/validation_failure",
        JSON.stringify([failure]),
      );
    }
    if (action === "Warn") {
      const where = `ValidatingAdmissionPolicy '${policy.name}' with binding '${binding.name}'`;
      context.warn(`Validation failed for ${where}: ${denial.message}`);
    }
  }
  return refusals;
}

const codes: Readonly<Record<string, number>> = {
  Unauthorized: 401,
  Forbidden: 403,
  RequestEntityTooLarge: 413,
};

function refusalError(request: AdmissionRequest, { policy, binding, denial }: Refusal): StatusError {
  const bound = binding === undefined ? "" : ` with binding '${binding.name}'`;
  const message = `ValidatingAdmissionPolicy '${policy.name}'${bound} denied request: ${denial.message}`;
  const { status } = forbiddenError(groupResource(request.resource), request.name, message);
  const reason = denial.reason === "" ? "Invalid" : denial.reason;
  return new StatusError({
    ...status,
    reason: reason as StatusReason,
    code: codes[reason] ?? 422,
    details: { ...status.details, causes: [{ message }] },
  });
}
