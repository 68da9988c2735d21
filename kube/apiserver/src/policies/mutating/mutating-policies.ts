import type { JsonObject } from "@weir/core";
import { failure, forbiddenError, jsonEqual, type KubeObject } from "@weir/objects";
import type { AdmissionRequest } from "../../admission/admission.ts";
import type { Reinvocation } from "../../admission/reinvocation.ts";
import { child, text } from "../../resources/draft-access.ts";
import { type Draft, groupResource, type Resource } from "../../resources/resource.ts";
import { isReviewed, type MatchedWrite, matchHook } from "../../webhooks/match-hook.ts";
import { matchedWrite, replaceContent, viewAs } from "../../webhooks/seen-write.ts";
import { evaluateConditions, type PolicyInput } from "../evaluate-policy.ts";
import { type Decider, PolicyAuthorizer } from "../policy-authorizer.ts";
import { policyInput } from "../policy-input.ts";
import { findParams, type ParamDeps } from "../policy-params.ts";
import type { Binding, Policy, PolicySet } from "../policy-set.ts";
import type { CompiledMutations } from "./compile-mutations.ts";
import { makeMutation } from "./make-mutation.ts";

/** What mutating policies work with. */
export interface MutatingPolicyDeps extends ParamDeps {
  readonly policies: PolicySet<CompiledMutations>;
  /** Whom expressions ask. */
  readonly access: Decider;
}

/** A policy that is to look at a write, with one of its parameters. */
interface Invocation {
  readonly policy: Policy<CompiledMutations>;
  readonly binding: Binding;
  readonly seenAs: Resource;
  readonly params: JsonObject | undefined;
}

interface Problem {
  readonly policy: Policy<CompiledMutations>;
  /** Absent where the policy itself cannot be used. */
  readonly binding: Binding | undefined;
  readonly message: string;
  readonly reason: "Forbidden" | "Invalid";
}

/** Changes writes as the MutatingAdmissionPolicies say that are bound, by the names of policies and bindings. */
export class MutatingPolicies {
  readonly #deps: MutatingPolicyDeps;

  constructor(deps: MutatingPolicyDeps) {
    this.#deps = deps;
  }

  /** Whether there is anything to ask. */
  get isIdle(): boolean {
    return this.#deps.policies.bound().length === 0;
  }

  /** Changes the object in place. Throws one refusal that lists every policy which could not be evaluated. */
  async mutate(
    request: AdmissionRequest,
    object: Draft,
    old: KubeObject | undefined,
    rounds: Reinvocation,
  ): Promise<void> {
    if (this.isIdle || request.operation === "delete" || !isReviewed(request)) return;
    const problems: Problem[] = [];
    const write = matchedWrite(request, object, old);
    const invocations = await this.#matching(write, problems);
    const round = rounds.begin("policies", object);
    const authorizer = new PolicyAuthorizer(this.#deps.access, request);
    for (const invocation of invocations)
      await this.#invoke(invocation, { write, object, old, problems, round, authorizer });
    if (invocations.length > 0) round.end(object);
    const refusals = problems.filter(({ policy }) => policy.failsClosed);
    if (refusals.length > 0) throw refusalOf(request, object, refusals);
  }

  /** Who looks at a write is decided before anybody changes it. */
  async #matching(write: MatchedWrite, problems: Problem[]): Promise<readonly Invocation[]> {
    const invocations: Invocation[] = [];
    for (const [policy, bindings] of this.#deps.policies.bound()) {
      const seenAs = await matchHook(policy.matching, write, this.#deps);
      if (seenAs === undefined) continue;
      for (const binding of bindings) {
        if (
          binding.matching !== undefined &&
          (await matchHook(binding.matching, write, this.#deps)) === undefined
        )
          continue;
        const found = await findParams(this.#deps, policy, binding, write.request.namespace);
        if (found.kind === "unknown") {
          problems.push(unconfigured(policy, undefined, found.problem));
          break;
        }
        if (found.kind === "failed") problems.push(unconfigured(policy, binding, found.problem));
        else invocations.push(...found.params.map((params) => ({ policy, binding, seenAs, params })));
      }
    }
    return invocations;
  }

  async #invoke(invocation: Invocation, turn: Turn): Promise<void> {
    const { policy, seenAs, params } = invocation;
    const { authorizer } = turn;
    const { request } = turn.write;
    const now = { ...turn.write, object: matchedWrite(request, turn.object, turn.old).object };
    const seen = { ...(await policyInput(this.#deps, now, seenAs)), params, authorizer };
    if (!(await authorizer.settle(() => meetsConditions(invocation, seen, turn)))) return;
    const key = keyOf(invocation);
    if (!turn.round.isTurnOf(key)) return;
    const made = await this.#mutated(invocation, { ...seen, object: seen.object ?? {} }, turn);
    if (made !== undefined && !jsonEqual(made, seen.object ?? {})) {
      const view = request.part === undefined ? await viewAs(seenAs, request.resource, made) : made;
      replaceContent(turn.object, view);
      turn.round.changed();
    }
    if (policy.compiled().isReinvoked) turn.round.invoked(key);
    // A policy that was evaluated counts as a change for all before it, itself included, even where nothing changed.
    if (made !== undefined) turn.round.touched();
  }

  /** What all mutations of a policy make, one after the other; `undefined` where each of them failed. */
  async #mutated(
    { policy, binding, seenAs }: Invocation,
    seen: PolicyInput & { readonly object: JsonObject },
    { problems, write, authorizer }: Turn,
  ): Promise<JsonObject | undefined> {
    const compiled = policy.compiled();
    const about = {
      policy: compiled,
      seenAs: write.request.part ?? seenAs,
      isConverted: write.request.part === undefined && seenAs.version !== write.request.resource.version,
      resource: write.request.resource,
      registry: this.#deps.registry,
    };
    let made: JsonObject | undefined;
    for (const mutation of compiled.mutations) {
      if (mutation === undefined) continue;
      const object = made ?? seen.object;
      const target = { ...about, input: { ...seen, object } };
      const mutated = await authorizer.settle(() => makeMutation(mutation, target));
      if (mutated.kind === "failed")
        problems.push({ policy, binding, message: mutated.problem, reason: "Invalid" });
      else made = mutated.kind === "changed" ? mutated.object : object;
    }
    return made;
  }
}

/** Whether a policy wants to look at a write; what cannot be told is a problem. */
function meetsConditions({ policy, binding }: Invocation, seen: PolicyInput, { problems }: Turn): boolean {
  const compiled = policy.compiled();
  if (compiled.conditions.length === 0) return true;
  const result = evaluateConditions(compiled, seen);
  if (result.kind === "decided") return result.holds;
  problems.push({ policy, binding, message: result.message, reason: "Invalid" });
  return false;
}

/** One write on its way through all policies. */
interface Turn {
  readonly write: MatchedWrite;
  readonly object: Draft;
  readonly old: KubeObject | undefined;
  readonly problems: Problem[];
  readonly round: ReturnType<Reinvocation["begin"]>;
  readonly authorizer: PolicyAuthorizer;
}

function unconfigured(
  policy: Policy<CompiledMutations>,
  binding: Binding | undefined,
  problem: string,
): Problem {
  const what = binding === undefined ? "policy" : "binding";
  return { policy, binding, message: `failed to configure ${what}: ${problem}`, reason: "Forbidden" };
}

function keyOf({ policy, binding, params }: Invocation): string {
  const metadata = child(params, "metadata");
  return JSON.stringify([policy.name, binding.name, text(metadata, "namespace"), text(metadata, "name")]);
}

function refusalOf(request: AdmissionRequest, object: Draft, problems: readonly Problem[]): Error {
  const messages = problems.map(({ policy, binding, message }) =>
    binding === undefined
      ? `policy ${JSON.stringify(policy.name)} denied request: ${message}`
      : `policy '${policy.name}' with binding '${binding.name}' denied request: ${message}`,
  );
  const metadata = child(object, "metadata");
  const name = request.name || text(metadata, "name") || text(metadata, "generateName");
  const { status } = forbiddenError(groupResource(request.resource), name, "");
  return failure({
    reason: problems[0]?.reason ?? "Forbidden",
    code: 403,
    message: messages[0] ?? "",
    details: { ...status.details, causes: messages.map((message) => ({ message })) },
  });
}
