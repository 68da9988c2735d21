import type { JsonObject, JsonValue } from "@weir/core";
import { badRequestError, invalidError } from "@weir/objects";
import type { FieldError } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate, RESOURCE_VIEWS } from "../http/negotiate.ts";
import { readObject } from "../http/read-body.ts";
import { respond } from "../http/respond.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { child, children, strings, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { checkNamespace, decodeBody } from "../verbs/decode-body.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { authenticated } from "./authenticate.ts";
import type { Attributes } from "./rbac.ts";
import { localErrors, metadataErrors, selectorProblems, specErrors } from "./review-errors.ts";
import type { UserInfo } from "./user-info.ts";

type Review = (call: Call, object: Draft) => Promise<JsonObject>;

const reviews: Readonly<Record<string, Review>> = {
  tokenreviews: tokenReview,
  selfsubjectreviews: selfReview,
  subjectaccessreviews: subjectReview,
  localsubjectaccessreviews: localReview,
  selfsubjectaccessreviews: selfAccessReview,
  selfsubjectrulesreviews: rulesReview,
};

/** True of a resource whose objects are questions: they are answered and never stored. */
export function isReview(call: Call): boolean {
  const { group, plural } = call.resource;
  return (
    (group === "authorization.k8s.io" || group === "authentication.k8s.io") && Object.hasOwn(reviews, plural)
  );
}

/** Answers a review. */
export async function reviewVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "CreateOptions");
  const body = await readObject(call.request, {
    kind: call.resource.kind,
    isStrict: options.fieldValidation !== "Ignore",
  });
  const object = decodeBody(call, body, options);
  call.audit?.requestObject(object);
  checkNamespace(call, object);
  const review = reviews[call.resource.plural];
  const answer = review === undefined ? object : await review(call, withFields(call, object, options));
  const how = negotiate(call.request.header("accept"), {
    views: RESOURCE_VIEWS,
    isPretty: wantsPretty(call.request),
  });
  return respond(answer, how, { status: 201, warnings: call.warnings });
}

/** Reviews with a spec of their own carry managedFields, as everything that is created does. */
function withFields(call: Call, object: Draft, options: WriteOptions): Draft {
  if (call.resource.plural === "selfsubjectrulesreviews" || call.resource.plural === "selfsubjectreviews")
    return object;
  return trackUpdate(call, { object, live: undefined, options });
}

async function tokenReview(call: Call, object: Draft): Promise<JsonObject> {
  const spec = child(object, "spec");
  const token = text(spec, "token");
  if (token === "") throw badRequestError("token is required for TokenReview in authentication");
  const audiences = strings(spec, "audiences");
  return { ...object, status: await tokenStatus(call, token, audiences) };
}

async function tokenStatus(call: Call, token: string, audiences: readonly string[]): Promise<JsonObject> {
  const { access } = call.api;
  const verified = await access.tokens.verify(token, audiences.length === 0 ? undefined : audiences);
  if (verified.kind === "verified") {
    return { authenticated: true, user: userFields(verified.user), audiences: verified.audiences };
  }
  if (verified.kind === "refused") return { user: {}, error: `[invalid bearer token, ${verified.message}]` };
  const user = await access.authenticator.userOf(token);
  if (user === undefined) return { user: {}, error: "invalid bearer token" };
  return { authenticated: true, user: userFields(user), ...(audiences.length === 0 ? {} : { audiences }) };
}

function userFields(user: UserInfo): JsonObject {
  return {
    username: user.name,
    ...(user.uid === undefined ? {} : { uid: user.uid }),
    ...(user.groups.length === 0 ? {} : { groups: user.groups }),
    ...(user.extra === undefined ? {} : { extra: user.extra as JsonObject }),
  };
}

async function selfReview(call: Call, object: Draft): Promise<JsonObject> {
  const metadata = { creationTimestamp: timestamp(call.api.clock) };
  return {
    kind: object["kind"] ?? "",
    apiVersion: object["apiVersion"] ?? "",
    metadata,
    status: { userInfo: userFields(call.user) },
  };
}

function attributesOf(spec: JsonObject | undefined, user: UserInfo): Attributes {
  const path = child(spec, "nonResourceAttributes");
  if (path !== undefined) {
    const empty = { group: "", resource: "", subresource: "", namespace: "", name: "" };
    return { user, verb: text(path, "verb"), path: text(path, "path"), ...empty };
  }
  const about = child(spec, "resourceAttributes");
  return {
    user,
    verb: text(about, "verb"),
    group: text(about, "group"),
    resource: text(about, "resource"),
    subresource: text(about, "subresource"),
    namespace: text(about, "namespace"),
    name: text(about, "name"),
  };
}

async function decide(call: Call, object: Draft, user: UserInfo): Promise<JsonObject> {
  const spec = child(object, "spec");
  const decision = await call.api.access.decide(attributesOf(spec, user));
  const reason = decision.reason === "" ? {} : { reason: decision.reason };
  const evaluationError = selectorProblems(child(spec, "resourceAttributes"));
  const problem = evaluationError === "" ? {} : { evaluationError };
  return { ...object, status: { allowed: decision.isAllowed, ...reason, ...problem } };
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalidError({ group: "authorization.k8s.io", kind: "" }, "", errors);
}

async function selfAccessReview(call: Call, object: Draft): Promise<JsonObject> {
  refuse([...specErrors(child(object, "spec"), true), ...metadataErrors(object, "must be empty")]);
  return decide(call, object, call.user);
}

async function subjectReview(call: Call, object: Draft): Promise<JsonObject> {
  refuse([...specErrors(child(object, "spec"), false), ...metadataErrors(object, "must be empty")]);
  return decideFor(call, object);
}

function decideFor(call: Call, object: Draft): Promise<JsonObject> {
  const spec = child(object, "spec");
  return decide(call, object, { name: text(spec, "user"), groups: strings(spec, "groups") });
}

async function localReview(call: Call, object: Draft): Promise<JsonObject> {
  refuse(localErrors(object, call.info.namespace));
  return decideFor(call, object);
}

/** Every rule that holds for the user in a namespace, each once. */
async function rulesReview(call: Call, object: Draft): Promise<JsonObject> {
  const namespace = text(child(object, "spec"), "namespace");
  if (namespace === "") throw badRequestError("no namespace on request");
  const rules: JsonObject[] = [];
  for await (const { rule } of call.api.access.rbac.rulesFor(authenticated(call.user), namespace)) {
    for (const each of children({ rules: [rule] }, "rules")) rules.push(each);
  }
  const ofResources = rules.filter((rule) => strings(rule, "resources").length > 0);
  const ofPaths = rules.filter((rule) => strings(rule, "nonResourceURLs").length > 0);
  const { kind = "", apiVersion = "" } = object as { kind?: JsonValue; apiVersion?: JsonValue };
  return {
    kind,
    apiVersion,
    metadata: {},
    spec: {},
    status: { resourceRules: ofResources, nonResourceRules: ofPaths, incomplete: false },
  };
}
