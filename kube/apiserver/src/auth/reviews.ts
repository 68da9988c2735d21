import type { JsonObject, JsonValue } from "@weir/core";
import { badRequestError, invalidError } from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate, RESOURCE_VIEWS } from "../http/negotiate.ts";
import { readObject } from "../http/read-body.ts";
import { respond } from "../http/respond.ts";
import { readWriteOptions, type WriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { child, children, metaOf, strings, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { decodeBody } from "../verbs/decode-body.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { authenticated } from "./authenticate.ts";
import type { Attributes } from "./rbac.ts";
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
  const metadata = metaOf(object);
  if (call.resource.isNamespaced) metadata["namespace"] = call.info.namespace;
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

function invalid(errors: readonly FieldError[]): Error {
  return invalidError({ group: "authorization.k8s.io", kind: "" }, "", errors);
}

/** A review asks about a resource or about a path, never about both. */
function checkSpec(spec: JsonObject | undefined): void {
  const path = child(spec, "nonResourceAttributes");
  const resource = child(spec, "resourceAttributes");
  if (path !== undefined && resource !== undefined) {
    const shown = { Path: text(path, "path"), Verb: text(path, "verb") };
    throw invalid([
      invalidField(
        "spec.nonResourceAttributes",
        shown,
        "cannot be specified in combination with resourceAttributes",
      ),
    ]);
  }
  if (path === undefined && resource === undefined) {
    const detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
    throw invalid([invalidField("spec.resourceAttributes", null, detail)]);
  }
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
  const decision = await call.api.access.decide(attributesOf(child(object, "spec"), user));
  const reason = decision.reason === "" ? {} : { reason: decision.reason };
  return { ...object, status: { allowed: decision.isAllowed, ...reason } };
}

async function selfAccessReview(call: Call, object: Draft): Promise<JsonObject> {
  checkSpec(child(object, "spec"));
  return decide(call, object, call.user);
}

async function subjectReview(call: Call, object: Draft): Promise<JsonObject> {
  const spec = child(object, "spec");
  checkSpec(spec);
  const name = text(spec, "user");
  const groups = strings(spec, "groups");
  if (name === "" && groups.length === 0) {
    throw invalid([invalidField("spec.user", "", "at least one of user or group must be specified")]);
  }
  return decide(call, object, { name, groups });
}

async function localReview(call: Call, object: Draft): Promise<JsonObject> {
  const about = child(child(object, "spec"), "resourceAttributes");
  const namespace = text(about, "namespace");
  if (about !== undefined && namespace !== call.info.namespace) {
    throw invalid([
      invalidField("spec.resourceAttributes.namespace", namespace, "must match metadata.namespace"),
    ]);
  }
  return subjectReview(call, object);
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
