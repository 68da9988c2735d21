import type { JsonObject } from "@weir/core";
import { invalidError, notFoundError } from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate } from "../http/negotiate.ts";
import { readObject } from "../http/read-body.ts";
import { respond } from "../http/respond.ts";
import { readWriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import { type Call, timestamp } from "../resources/call.ts";
import { asJson, child, ensureChild, metaOf, number, strings, text } from "../resources/draft-access.ts";
import { groupResource, storageKey } from "../resources/resource.ts";
import { reviewPart } from "../verbs/review-part.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { ISSUER, type TokenClaims } from "./service-account-tokens.ts";
import { decodeAs } from "../verbs/decode-as.ts";

const KIND = { group: "authentication.k8s.io", kind: "TokenRequest" };
const GVK = { ...KIND, version: "v1" };
const MIN_SECONDS = 600;
const DEFAULT_SECONDS = 3600;
const MAX_SECONDS = 2 ** 32;

/** POST of `serviceaccounts/token`: a new token of the account. */
export async function tokenRequestVerb(call: Call): Promise<ApiResponse> {
  const options = readWriteOptions(call.request, "CreateOptions");
  const { api, resource, info } = call;
  const stored = await api.store.get(storageKey(resource, info.namespace, info.name));
  const body = await readObject(call.request, { kind: KIND.kind, isStrict: false });
  if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
  const account = asJson(api.store.parse(resource, stored));
  const object = decodeAs("authentication.v1.TokenRequest", GVK, body.value);
  call.audit?.requestObject(object);
  const spec = ensureChild(object, "spec");
  checkName(object, info.name);
  if (spec["expirationSeconds"] === undefined || spec["expirationSeconds"] === null)
    spec["expirationSeconds"] = DEFAULT_SECONDS;
  const tracked = trackUpdate(
    { ...call, resource: tokenResource(call) },
    { object, live: undefined, options },
  );
  await reviewPart(call, { kind: KIND.kind, operation: "create", options }, tracked);
  checkSeconds(number(child(tracked, "spec"), "expirationSeconds") ?? 0);
  const claims = await claimsOf(call, account, child(tracked, "spec") ?? {});
  const token = await api.access.tokens.sign(claims);
  call.audit?.annotate("authentication.kubernetes.io/issued-credential-id", `JTI=${credentialId(token)}`);
  const uid = text(child(account, "metadata"), "uid");
  Object.assign(metaOf(tracked), {
    name: info.name,
    namespace: info.namespace,
    uid,
    creationTimestamp: timestamp(api.clock),
  });
  const expires = new Date(api.clock.now() + claims.expirationSeconds * 1000).toISOString().slice(0, 19);
  const answer = {
    ...tracked,
    spec: {
      audiences: claims.audiences,
      expirationSeconds: claims.expirationSeconds,
      boundObjectRef: spec["boundObjectRef"] ?? null,
    },
    status: { token, expirationTimestamp: `${expires}Z` },
  };
  const how = negotiate(call.request.header("accept"), { views: [], isPretty: wantsPretty(call.request) });
  return respond(answer, how, { status: 201, warnings: call.warnings });
}

/** What a token is called in logs. */
function credentialId(token: string): string {
  const payload = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  return text(JSON.parse(payload) as JsonObject, "jti");
}

/** Field ownership is told in the words of the TokenRequest, whose schema is deduced. */
function tokenResource({ resource }: Call): Call["resource"] {
  return Object.freeze({
    group: KIND.group,
    version: "v1",
    kind: KIND.kind,
    plural: "tokenrequests",
    isCustom: false,
    schema: undefined,
    decode: () => ({ object: decodeAs("authentication.v1.TokenRequest", GVK, {}), unknownFields: [] }),
    strategy: resource.strategy,
  }) as unknown as Call["resource"];
}

function checkName(object: JsonObject, name: string): void {
  const given = text(child(object, "metadata"), "name");
  if (given === "" || given === name) return;
  throw invalidError(KIND, name, [
    invalidField("metadata.name", given, "must match the service account name if specified"),
  ]);
}

function checkSeconds(seconds: number): void {
  const errors: FieldError[] = [];
  const field = "spec.expirationSeconds";
  if (seconds < MIN_SECONDS)
    errors.push(invalidField(field, seconds, "may not specify a duration less than 10 minutes"));
  if (seconds > MAX_SECONDS)
    errors.push(invalidField(field, seconds, "may not specify a duration larger than 2^32 seconds"));
  if (errors.length > 0) throw invalidError(KIND, "", errors);
}

async function claimsOf(call: Call, account: JsonObject, spec: JsonObject): Promise<TokenClaims> {
  const metadata = child(account, "metadata");
  const audiences = strings(spec, "audiences");
  const bound = await boundObject(call, child(spec, "boundObjectRef"));
  return {
    namespace: call.info.namespace,
    serviceAccount: { name: text(metadata, "name"), uid: text(metadata, "uid") },
    ...(bound === undefined ? {} : { bound }),
    audiences: audiences.length === 0 ? [ISSUER] : audiences,
    expirationSeconds: number(spec, "expirationSeconds") ?? DEFAULT_SECONDS,
  };
}

async function boundObject(call: Call, reference: JsonObject | undefined): Promise<TokenClaims["bound"]> {
  if (reference === undefined) return undefined;
  const kind = text(reference, "kind") === "Secret" ? "Secret" : "Pod";
  const name = text(reference, "name");
  const resource = call.api.registry.find("", "v1", kind === "Pod" ? "pods" : "secrets");
  if (resource === undefined) return undefined;
  const stored = await call.api.store.get(storageKey(resource, call.info.namespace, name));
  if (stored === undefined) throw notFoundError(groupResource(resource), name);
  return { kind, name, uid: text(child(asJson(call.api.store.parse(resource, stored)), "metadata"), "uid") };
}
