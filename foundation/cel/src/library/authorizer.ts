import { dnsLabelProblems, dnsSubdomainProblems } from "@weir/text";
import { BOOL, type CelType, hidden, STRING } from "../cel-type.ts";
import { type CelFunction, memberFunction } from "../function-table.ts";
import { CelFailure, CelObject, type CelValue } from "../value.ts";

/** What an expression asks the authorizer. */
export interface AuthorizationQuestion {
  /** Who it is about: a service account, where it is not who makes the request. */
  readonly serviceAccount: { readonly namespace: string; readonly name: string } | undefined;
  readonly verb: string;
  /** Absent where a resource is asked for. */
  readonly path?: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** As they are written; what cannot be read is left out of the question. */
  readonly fieldSelector: string;
  readonly labelSelector: string;
}

/** What the authorizer answers. */
export interface AuthorizationAnswer {
  readonly isAllowed: boolean;
  readonly reason: string;
  /** Empty where it could decide. */
  readonly error: string;
}

/** Answers questions of expressions. What it throws ends the evaluation. */
export type Authorize = (question: AuthorizationQuestion) => AuthorizationAnswer;

type Question = Omit<AuthorizationQuestion, "verb">;

interface Asking {
  readonly authorize: Authorize;
  readonly question: Question;
}

type AskingValue = CelObject<Asking>;
type Decision = CelObject<AuthorizationAnswer>;

/** The type of `authorizer`. */
export const AUTHORIZER: CelType = hidden("kubernetes.authorization.Authorizer");
/** The type of `authorizer.requestResource`. */
export const RESOURCE_CHECK: CelType = hidden("kubernetes.authorization.ResourceCheck");
const PATH_CHECK = hidden("kubernetes.authorization.PathCheck");
const GROUP_CHECK = hidden("kubernetes.authorization.GroupCheck");
const DECISION = hidden("kubernetes.authorization.Decision");

const NOTHING: Question = {
  serviceAccount: undefined,
  group: "",
  resource: "",
  subresource: "",
  namespace: "",
  name: "",
  fieldSelector: "",
  labelSelector: "",
};

/** None of these values is equal to another one, nor to itself. */
function object<T>(type: CelType, content: T): CelObject<T> {
  return new CelObject(type.name, content, type.name, () => false, true);
}

/** What `authorizer` stands for. */
export function authorizerValue(authorize: Authorize): CelValue {
  return object(AUTHORIZER, { authorize, question: NOTHING });
}

/** What `authorizer.requestResource` stands for: a question for the resource of a request. */
export function resourceCheckValue(
  authorize: Authorize,
  resource: Pick<AuthorizationQuestion, "group" | "resource" | "subresource" | "namespace" | "name">,
): CelValue {
  return object(RESOURCE_CHECK, { authorize, question: { ...NOTHING, ...resource } });
}

function narrowed(to: CelType, { content }: AskingValue, more: Partial<Question>): AskingValue {
  return object(to, { authorize: content.authorize, question: { ...content.question, ...more } });
}

function serviceAccount(asking: AskingValue, namespace: string, name: string): CelValue {
  if (dnsSubdomainProblems(name).length > 0) return new CelFailure("Invalid service account name");
  if (dnsLabelProblems(namespace).length > 0) return new CelFailure("Invalid service account namespace");
  return narrowed(AUTHORIZER, asking, { serviceAccount: { namespace, name } });
}

function check({ content }: AskingValue, verb: string): Decision {
  return object(DECISION, content.authorize({ ...content.question, verb }));
}

type Detail = "subresource" | "namespace" | "name" | "fieldSelector" | "labelSelector";
const DETAILS: readonly Detail[] = ["subresource", "namespace", "name", "fieldSelector", "labelSelector"];

/** Kubernetes' functions that ask the authorizer. */
export const AUTHORIZATION: readonly CelFunction[] = [
  memberFunction("path", [
    [AUTHORIZER, STRING],
    PATH_CHECK,
    (asking: AskingValue, path: string) =>
      path.trim() === "" ? new CelFailure("path must not be empty") : narrowed(PATH_CHECK, asking, { path }),
  ]),
  memberFunction("group", [
    [AUTHORIZER, STRING],
    GROUP_CHECK,
    (asking: AskingValue, group: string) => narrowed(GROUP_CHECK, asking, { group }),
  ]),
  memberFunction("serviceAccount", [[AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount]),
  memberFunction("resource", [
    [GROUP_CHECK, STRING],
    RESOURCE_CHECK,
    (asking: AskingValue, resource: string) =>
      resource.trim() === ""
        ? new CelFailure("resource must not be empty")
        : narrowed(RESOURCE_CHECK, asking, { resource }),
  ]),
  ...DETAILS.map((detail) =>
    memberFunction(detail, [
      [RESOURCE_CHECK, STRING],
      RESOURCE_CHECK,
      (asking: AskingValue, value: string) => narrowed(RESOURCE_CHECK, asking, { [detail]: value }),
    ]),
  ),
  memberFunction(
    "check",
    [[PATH_CHECK, STRING], DECISION, check],
    [[RESOURCE_CHECK, STRING], DECISION, check],
  ),
  memberFunction("errored", [[DECISION], BOOL, ({ content }: Decision) => content.error !== ""]),
  memberFunction("error", [[DECISION], STRING, ({ content }: Decision) => content.error]),
  memberFunction("allowed", [[DECISION], BOOL, ({ content }: Decision) => content.isAllowed]),
  memberFunction("reason", [[DECISION], STRING, ({ content }: Decision) => content.reason]),
];
