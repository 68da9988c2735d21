import {
  type Clock,
  type JsonObject,
  type JsonValue,
  JsonSyntaxError,
  type Logger,
  parseJson,
  type Random,
  timeoutSignal,
  writeJson,
} from "@weir/core";
import {
  applyJsonPatch,
  failure,
  forbiddenError,
  internalError,
  jsonEqual,
  JsonPatchError,
  type KubeObject,
} from "@weir/objects";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Reinvocation } from "../admission/reinvocation.ts";
import { asJson } from "../resources/draft-access.ts";
import { evaluateConditions } from "../policies/evaluate-policy.ts";
import { type Decider, PolicyAuthorizer } from "../policies/policy-authorizer.ts";
import { type Draft, groupResource, type Resource } from "../resources/resource.ts";
import { newUid } from "../verbs/identity.ts";
import { askWebhook, type CallWebhook, readTarget } from "./call-webhook.ts";
import type { Hook, Hooks } from "./hooks.ts";
import { type HookTrace, hookTrace } from "./hook-trace.ts";
import { isReviewed, type MatchDeps, type MatchedWrite, matchHook } from "./match-hook.ts";
import {
  callFailed,
  dryRunUnsupported,
  readAnswer,
  rejection,
  requestOf,
  type ReviewAnswer,
  reviewOf,
} from "./review.ts";
import { matchedWrite, replaceContent, viewAs, viewFor } from "./seen-write.ts";

/** What admission by webhooks works with. */
export interface AdmissionWebhookDeps extends MatchDeps {
  readonly hooks: Hooks;
  readonly callWebhook: CallWebhook;
  /** Whom conditions ask. */
  readonly access: Decider;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Asks admission webhooks of writes: first those that change objects, one after the other, then all others at once. */
export class AdmissionWebhooks {
  readonly #deps: AdmissionWebhookDeps;

  constructor(deps: AdmissionWebhookDeps) {
    this.#deps = deps;
  }

  /** Whether no hook changes anything. */
  get isIdle(): boolean {
    return this.#deps.hooks.of("mutating").length === 0;
  }

  /** Lets hooks change the object in place. */
  async mutate(
    request: AdmissionRequest,
    object: Draft,
    old: KubeObject | undefined,
    rounds: Reinvocation,
  ): Promise<void> {
    const hooks = this.#deps.hooks.of("mutating");
    if (hooks.length === 0 || !isReviewed(request)) return;
    const round = rounds.begin("webhooks", object);
    for (const [index, hook] of hooks.entries()) {
      const write = matchedWrite(request, request.operation === "delete" ? undefined : object, old);
      const seenAs = await matchHook(hook, write, this.#deps);
      const key = `${hook.configuration}/${hook.name}`;
      if (seenAs === undefined || !round.isTurnOf(key)) continue;
      const trace = hookTrace(request, {
        hook,
        isMutating: true,
        place: `round_${round.number}_index_${index}`,
      });
      if (await this.#changeOnRecord(hook, { write, seenAs, trace }, object)) round.changed();
      if (hook.isReinvoked) round.invoked(key);
    }
    round.end(object);
  }

  /** Throws the refusal of the first hook, in their order, that refuses. */
  async validate(
    request: AdmissionRequest,
    object: KubeObject | undefined,
    old: KubeObject | undefined,
  ): Promise<void> {
    const hooks = this.#deps.hooks.of("validating");
    if (hooks.length === 0 || !isReviewed(request)) return;
    const write = matchedWrite(request, object === undefined ? undefined : asJson(object), old);
    const calls: Promise<unknown>[] = [];
    let index = 0;
    for (const hook of hooks) {
      const seenAs = await matchHook(hook, write, this.#deps);
      if (seenAs === undefined) continue;
      const trace = hookTrace(request, { hook, isMutating: false, place: `round_0_index_${index}` });
      calls.push(this.#review(hook, { write, seenAs, isMutating: false, trace }));
      index += 1;
    }
    const results = await Promise.allSettled(calls);
    const refused = results.find((result) => result.status === "rejected");
    if (refused !== undefined) throw refused.reason;
  }

  async #changeOnRecord(hook: Hook, turn: HookTurn, object: Draft): Promise<boolean> {
    let isChanged = false;
    try {
      isChanged = await this.#change(hook, turn, object);
      return isChanged;
    } finally {
      turn.trace?.ended(isChanged);
    }
  }

  async #change(hook: Hook, { write, seenAs, trace }: HookTurn, object: Draft): Promise<boolean> {
    const answer = await this.#review(hook, { write, seenAs, isMutating: true, trace });
    if (answer?.patch === undefined) return false;
    const operations = readPatch(answer.patch);
    if (typeof operations === "string") {
      return this.#failed(hook, `received undecodable patch in webhook response: ${operations}`, trace);
    }
    if (operations.length === 0) return false;
    if (answer.patchType !== "JSONPatch")
      return this.#failed(hook, `unsupported patch type ${JSON.stringify(answer.patchType)}`, trace);
    if (write.object === undefined) {
      throw internalError(
        `admission webhook ${JSON.stringify(hook.name)} attempted to modify the object, which is not supported for this operation`,
      );
    }
    const { resource } = write.request;
    const { part } = write.request;
    const before = await viewFor(write.request, seenAs, write.object);
    const patched = applyPatch(before, operations);
    trace?.patched(operations);
    const kind = part ?? seenAs;
    const read = kind.applyDefaults(kind.decode(patched).object);
    const after = part === undefined ? await viewAs(seenAs, resource, read) : read;
    if (jsonEqual(after, write.object)) return false;
    replaceContent(object, after);
    return true;
  }

  /** Asks one hook. `undefined` where it is left out: nobody is there, or its failure is to be ignored. */
  async #review(
    hook: Hook,
    about: HookTurn & { readonly isMutating: boolean },
  ): Promise<ReviewAnswer | undefined> {
    const { write, seenAs, trace } = about;
    const { request } = write;
    const see = (object: JsonObject | undefined): Promise<JsonObject> | undefined =>
      object === undefined ? undefined : viewFor(request, seenAs, object);
    const object = await see(write.object);
    const old = await see(write.old === undefined ? undefined : asJson(write.old));
    if (!(await this.#meetsConditions(hook, { write, seenAs, object, old }))) return undefined;
    if (request.context.isDryRun && hook.sideEffects !== "None" && hook.sideEffects !== "NoneOnDryRun")
      throw dryRunUnsupported(hook);
    const uid = newUid(this.#deps.random);
    const review = reviewOf(hook, { uid, request, namespace: write.namespace, seenAs, object, old });
    if (review === undefined) {
      this.#failed(
        hook,
        "could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)",
        trace,
      );
      return undefined;
    }
    return this.#ask(hook, about, { uid, review });
  }

  /** Whether a hook wants to be asked; throws a 403 where that cannot be told and the hook fails closed. */
  async #meetsConditions(hook: Hook, { write, seenAs, object, old }: SeenWrite): Promise<boolean> {
    const conditions = hook.conditions();
    if (conditions.length === 0) return true;
    const { request, namespace } = write;
    const authorizer = new PolicyAuthorizer(this.#deps.access, request);
    const input = {
      object,
      oldObject: old,
      request: requestOf({ request, seenAs, namespace }),
      namespaceObject: undefined,
      params: undefined,
      authorizer,
    };
    const policy = { conditions, variables: new Map() };
    const result = await authorizer.settle(() => evaluateConditions(policy, input));
    if (result.kind === "decided") return result.holds;
    if (hook.ignoresFailure) return false;
    throw forbiddenError(groupResource(request.resource), request.name, result.message);
  }

  // oxlint-disable-next-line max-params -- one hook and what it is asked
  async #ask(
    hook: Hook,
    { write: { request }, isMutating, trace }: HookTurn & { readonly isMutating: boolean },
    asked: { readonly uid: string; readonly review: JsonObject },
  ): Promise<ReviewAnswer | undefined> {
    const timeoutMs = hook.timeoutSeconds * 1000;
    using deadline = timeoutSignal(this.#deps.clock, timeoutMs, () =>
      failure({ reason: "Timeout", code: 504, message: "context deadline exceeded" }),
    );
    const outcome = await askWebhook(this.#deps.callWebhook, {
      target: readTarget(hook.clientConfig, hook.timeoutSeconds),
      body: writeJson(asked.review),
      signal: deadline.signal,
    });
    if (outcome.kind === "nobody") return undefined;
    trace?.called();
    if (outcome.kind === "failed") {
      this.#failed(hook, `failed to call webhook: ${outcome.problem}`, trace);
      return undefined;
    }
    const answer = readAnswer(hook, asked.uid, outcome.review, isMutating);
    if (typeof answer === "string") {
      this.#failed(hook, `received invalid webhook response: ${answer}`, trace);
      return undefined;
    }
    trace?.annotated(answer.auditAnnotations);
    for (const warning of answer.warnings) request.context.warn(warning);
    if (!answer.allowed) throw rejection(hook, answer.status);
    return answer;
  }

  /** Throws where a failure to ask fails the request; otherwise logs it. */
  #failed(hook: Hook, problem: string, trace: HookTrace | undefined): false {
    if (!hook.ignoresFailure) throw callFailed(hook, problem);
    trace?.failedOpen();
    this.#deps.logger.warn("failed calling webhook, failing open", { webhook: hook.name, error: problem });
    return false;
  }
}

/** A hook's turn at a write. */
interface HookTurn {
  readonly write: MatchedWrite;
  readonly seenAs: Resource;
  readonly trace: HookTrace | undefined;
}

/** A write as a hook sees it. */
interface SeenWrite {
  readonly write: MatchedWrite;
  readonly seenAs: Resource;
  readonly object: JsonObject | undefined;
  readonly old: JsonObject | undefined;
}

function readPatch(patch: string): readonly JsonValue[] | string {
  try {
    const value = parseJson(patch);
    return Array.isArray(value)
      ? (value as readonly JsonValue[])
      : "json: cannot unmarshal object into Go value of type jsonpatch.Patch";
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error.message;
    throw error;
  }
}

function applyPatch(object: JsonObject, operations: readonly JsonValue[]): JsonObject {
  try {
    const patched = applyJsonPatch(object, operations);
    if (patched !== null && typeof patched === "object" && !Array.isArray(patched))
      return patched as JsonObject;
    throw internalError("the patch of an admission webhook leaves no object");
  } catch (error) {
    if (error instanceof JsonPatchError) throw internalError(error.message);
    throw error;
  }
}
