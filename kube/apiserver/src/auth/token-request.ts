import type { JsonObject } from "@weir/core";
import { badRequestError, failure, invalidError, notFoundError } from "@weir/objects";
import { type FieldError, invalidField } from "@weir/schema";
import type { ApiResponse } from "../http/api-request.ts";
import { negotiate } from "../http/negotiate.ts";
import { respond } from "../http/respond.ts";
import { readWriteOptions } from "../http/write-options.ts";
import { trackUpdate } from "../patch/field-tracking.ts";
import { type Call, timestamp } from "../resources/call.ts";
import {
  asJson,
  child,
  ensureChild,
  metaOf,
  number,
  parseVersion,
  strings,
  text,
} from "../resources/draft-access.ts";
import { groupResource, storageKey } from "../resources/resource.ts";
import { reviewPart } from "../verbs/review-part.ts";
import { wantsPretty } from "../verbs/respond-object.ts";
import { ISSUER, type TokenClaims, type TokenReference } from "./service-account-tokens.ts";
import { decodeAs, readAs } from "../verbs/decode-as.ts";

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
  const object = await readAs(call, ["authentication.v1.TokenRequest", GVK], options);
  if (stored === undefined) throw notFoundError(groupResource(resource), info.name);
  const account = asJson(api.store.parse(resource, stored));
  call.audit?.requestObject(object);
  const spec = ensureChild(object, "spec");
  checkMeta(object, info);
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

function checkMeta(object: JsonObject, { name, namespace }: Call["info"]): void {
  const metadata = child(object, "metadata");
  const [givenName, givenNamespace] = [text(metadata, "name"), text(metadata, "namespace")];
  if (givenNamespace !== "" && givenNamespace !== namespace) {
    throw badRequestError(
      "the namespace of the provided object does not match the namespace sent on the request",
    );
  }
  if (givenName === "" || givenName === name) return;
  throw invalidError(KIND, name, [
    invalidField("metadata.name", givenName, "must match the service account name if specified"),
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
  const name = text(metadata, "name");
  return {
    namespace: call.info.namespace,
    serviceAccount: { name, uid: text(metadata, "uid") },
    ...(await boundObjects(call, child(spec, "boundObjectRef"), name)),
    audiences: audiences.length === 0 ? [ISSUER] : audiences,
    expirationSeconds: number(spec, "expirationSeconds") ?? DEFAULT_SECONDS,
  };
}

type Bound = Pick<TokenClaims, "pod" | "secret" | "node">;

/** What a token is to be bound to; throws where that is not there, is another one, or runs as another account. */
async function boundObjects(call: Call, reference: JsonObject | undefined, account: string): Promise<Bound> {
  if (reference === undefined) return {};
  const name = text(reference, "name");
  const { group, version } = parseVersion(text(reference, "apiVersion"));
  const kind = text(reference, "kind");
  const claim = group === "" ? claims.get(kind) : undefined;
  if (claim === undefined)
    throw badRequestError(`cannot bind token to object of type ${group}/${version}, Kind=${kind}`);
  const object = await find(call, `${claim}s`, name);
  const bound: { -readonly [Key in keyof Bound]: Bound[Key] } = {
    [claim]: { name, uid: text(child(object, "metadata"), "uid") },
  };
  if (claim === "pod") {
    const spec = child(object, "spec");
    if (text(spec, "serviceAccountName") !== account) {
      throw badRequestError(
        `cannot bind token for serviceaccount ${JSON.stringify(account)} to pod running with different serviceaccount name.`,
      );
    }
    const node = await nodeOf(call, text(spec, "nodeName"));
    if (node !== undefined) bound.node = node;
  }
  checkUid(reference, { group, kind, name, uid: bound[claim]?.uid ?? "" });
  return bound;
}

const claims = new Map([
  ["Pod", "pod"],
  ["Secret", "secret"],
  ["Node", "node"],
] as const) as ReadonlyMap<string, "pod" | "secret" | "node">;

async function find(call: Call, plural: string, name: string): Promise<JsonObject> {
  const resource = call.api.registry.find("", "v1", plural);
  if (resource === undefined) throw notFoundError({ group: "", resource: plural }, name);
  const namespace = resource.isNamespaced ? call.info.namespace : "";
  const stored = await call.api.store.get(storageKey(resource, namespace, name));
  if (stored === undefined) throw notFoundError(groupResource(resource), name);
  return asJson(call.api.store.parse(resource, stored));
}

/** A Pod's Node is named even where it is gone. */
async function nodeOf(call: Call, name: string): Promise<TokenReference | undefined> {
  if (name === "") return undefined;
  const resource = call.api.registry.find("", "v1", "nodes");
  const stored = resource && (await call.api.store.get(storageKey(resource, "", name)));
  if (resource === undefined || stored === undefined) return { name, uid: "" };
  return { name, uid: text(child(asJson(call.api.store.parse(resource, stored)), "metadata"), "uid") };
}

function checkUid(
  reference: JsonObject,
  object: { readonly group: string; readonly kind: string; readonly name: string; readonly uid: string },
): void {
  const wanted = text(reference, "uid");
  if (wanted === "" || wanted === object.uid) return;
  const { group, kind, name } = object;
  const message = `Operation cannot be fulfilled on ${kind} ${JSON.stringify(name)}: the UID in the bound object reference (${wanted}) does not match the UID in record. The object might have been deleted and then recreated`;
  const details = { name, ...(group === "" ? {} : { group }), kind };
  throw failure({ reason: "Conflict", code: 409, message, details });
}
