import type { AuthorizationAnswer, AuthorizationQuestion, Authorize } from "@weir/cel";
import { WeirError } from "@weir/core";
import type { AdmissionRequest } from "../admission/admission.ts";
import type { Attributes, Decision } from "../auth/rbac.ts";
import { serviceAccountGroups } from "../auth/service-account-names.ts";
import type { UserInfo } from "../auth/user-info.ts";

/** Who decides what somebody may do. */
export interface Decider {
  decide(attributes: Attributes): Promise<Decision>;
}

/** What expressions ask of an authorizer, and the resource that `authorizer.requestResource` is about. */
export interface ExpressionAuthorizer {
  readonly authorize: Authorize;
  readonly resource: Pick<AuthorizationQuestion, "group" | "resource" | "subresource" | "namespace" | "name">;
}

/** An expression asks what nobody has decided yet; its evaluation begins again when that is known. */
class UnansweredError extends WeirError {
  override readonly name = "UnansweredError";
  readonly reason = "Unanswered";
  readonly retry = "never";
  readonly question: AuthorizationQuestion;

  constructor(question: AuthorizationQuestion) {
    super("the authorizer was not asked yet");
    this.question = question;
  }
}

/** Lets the expressions that look at one request ask the authorizer, each question once. */
export class PolicyAuthorizer implements ExpressionAuthorizer {
  readonly resource: ExpressionAuthorizer["resource"];
  readonly authorize: Authorize;
  readonly #decider: Decider;
  readonly #user: UserInfo;
  readonly #answers = new Map<string, AuthorizationAnswer>();

  constructor(decider: Decider, { resource, subresource, namespace, name, context }: AdmissionRequest) {
    this.#decider = decider;
    this.#user = context.user;
    this.resource = { group: resource.group, resource: resource.plural, subresource, namespace, name };
    this.authorize = (question) => {
      const answer = this.#answers.get(JSON.stringify(question));
      if (answer === undefined) throw new UnansweredError(question);
      return answer;
    };
  }

  /**
   * Evaluates expressions, which cannot wait, as often as they ask something new: twice for a single check. `evaluate` must
   * change nothing before it comes to its end.
   */
  async settle<T>(evaluate: () => T): Promise<T> {
    for (;;) {
      try {
        return evaluate();
      } catch (error) {
        if (!(error instanceof UnansweredError)) throw error;
        await this.#ask(error.question);
      }
    }
  }

  /** Roles know no selectors, so these do not matter. */
  async #ask(question: AuthorizationQuestion): Promise<void> {
    const { serviceAccount, verb, path, group, resource, subresource, namespace, name } = question;
    const user = serviceAccount === undefined ? this.#user : userOf(serviceAccount);
    const { isAllowed, reason } = await this.#decider.decide({
      user,
      verb,
      ...(path === undefined ? {} : { path }),
      group,
      resource,
      subresource,
      namespace,
      name,
    });
    this.#answers.set(JSON.stringify(question), { isAllowed, reason, error: "" });
  }
}

/** Unlike one that authenticated itself, it is in no group of those that did. */
function userOf({ namespace, name }: { readonly namespace: string; readonly name: string }): UserInfo {
  return { name: `system:serviceaccount:${namespace}:${name}`, groups: serviceAccountGroups(namespace) };
}
