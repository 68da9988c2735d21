import {
  type Clock,
  type JsonObject,
  type JsonValue,
  type Random,
  timeoutSignal,
  writeJson,
} from "@weir/core";
import { failure, type KubeObject, unknownError } from "@weir/objects";
import { asJson, child, isDraft, list, text } from "../resources/draft-access.ts";
import type { Draft } from "../resources/resource.ts";
import { newUid } from "../verbs/identity.ts";
import { askWebhook, type CallWebhook, gvkText, readTarget } from "./call-webhook.ts";

/** What a conversion asks with. */
export interface ConversionDeps {
  readonly callWebhook: CallWebhook | undefined;
  readonly clock: Clock;
  readonly random: Random;
}

/** The conversion webhook of a CRD. */
export interface ConversionWebhook {
  readonly clientConfig: JsonObject | undefined;
  readonly reviewVersions: readonly string[];
}

/** How long a conversion may take, as upstream's client. */
const TIMEOUT_SECONDS = 30;

/**
 * Converts objects to a version by a CRD's webhook, all in one review; those that are of the version already stay.
 *
 * Throws a 500 in upstream's words. Where nobody serves the webhook's Service, only the version is changed, as the
 * strategy None does.
 */
export async function convertObjects(
  webhook: ConversionWebhook,
  objects: readonly KubeObject[],
  apiVersion: string,
  deps: ConversionDeps,
): Promise<readonly KubeObject[]> {
  const wanted = objects.filter((object) => object.apiVersion !== apiVersion);
  const [first] = wanted;
  if (first === undefined) return objects;
  const converted = await ask(webhook, wanted, apiVersion, deps);
  const renamed = (object: KubeObject): KubeObject => ({ ...object, apiVersion });
  if (converted === undefined) return objects.map(renamed);
  let next = 0;
  return objects.map((object) => {
    if (object.apiVersion === apiVersion) return object;
    const index = next;
    next += 1;
    return checkConverted(object, converted[index], apiVersion, { index, isSingle: wanted.length === 1 });
  });
}

async function ask(
  webhook: ConversionWebhook,
  objects: readonly KubeObject[],
  apiVersion: string,
  deps: ConversionDeps,
): Promise<readonly JsonValue[] | undefined> {
  const subject = subjectOf(objects[0]);
  const version = webhook.reviewVersions.find((each) => each === "v1" || each === "v1beta1");
  if (version === undefined) throw unknownError("no supported conversion review versions");
  if (deps.callWebhook === undefined) return undefined;
  const uid = newUid(deps.random);
  const review = {
    kind: "ConversionReview",
    apiVersion: `apiextensions.k8s.io/${version}`,
    request: { uid, desiredAPIVersion: apiVersion, objects: objects as unknown as JsonValue },
  };
  const timeoutMs = TIMEOUT_SECONDS * 1000;
  using deadline = timeoutSignal(deps.clock, timeoutMs, () =>
    failure({ reason: "Timeout", code: 504, message: "context deadline exceeded" }),
  );
  const outcome = await askWebhook(deps.callWebhook, {
    target: readTarget(webhook.clientConfig, TIMEOUT_SECONDS),
    body: writeJson(review),
    signal: deadline.signal,
  });
  if (outcome.kind === "nobody") return undefined;
  const fail = (problem: string): Error =>
    unknownError(`conversion webhook for ${subject} failed: ${problem}`);
  if (outcome.kind === "failed") throw fail(outcome.problem);
  const found = readResponse(outcome.review, version, uid);
  if (typeof found === "string") throw fail(found);
  if (found.length !== objects.length) {
    throw unknownError(
      `conversion webhook for ${subject} returned ${found.length} objects, expected ${objects.length}`,
    );
  }
  return found;
}

function subjectOf(object: KubeObject | undefined): string {
  return gvkText(object?.apiVersion ?? "", object?.kind ?? "");
}

/** The converted objects, or what is wrong with the answer; v1beta1 did not look at kind and uid. */
function readResponse(review: JsonObject, version: string, uid: string): readonly JsonValue[] | string {
  const response = child(review, "response");
  if (version === "v1") {
    const got = gvkText(text(review, "apiVersion"), text(review, "kind"));
    const want = "apiextensions.k8s.io/v1, Kind=ConversionReview";
    if (got !== want) return `expected webhook response of ${want}, got ${got}`;
  }
  if (response === undefined) return "no response provided";
  if (version === "v1" && text(response, "uid") !== uid)
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(text(response, "uid"))}`;
  const result = child(response, "result");
  const status = text(result, "status");
  if (status !== "Success") {
    const message = text(result, "message");
    return message === "" ? `response.result.status was '${status}', not 'Success'` : message;
  }
  return list(response, "convertedObjects");
}

/** A webhook may change labels and annotations; the rest of the metadata is the object's own. */
function checkConverted(
  original: KubeObject,
  converted: JsonValue | undefined,
  apiVersion: string,
  at: { readonly index: number; readonly isSingle: boolean },
): KubeObject {
  const subject = `conversion webhook for ${subjectOf(original)} returned`;
  const where = at.isSingle ? "object at index 0" : `converted object at index ${at.index}`;
  if (!isDraft(converted)) throw unknownError(`${subject} invalid ${where}: not an object`);
  const got = text(converted, "apiVersion");
  if (got !== apiVersion)
    throw unknownError(
      `${subject} invalid ${where}: invalid groupVersion (expected ${apiVersion}, received ${got})`,
    );
  const kind = text(converted, "kind");
  if (kind !== original.kind)
    throw unknownError(
      `${subject} invalid ${where}: invalid kind (expected ${original.kind}, received ${kind})`,
    );
  const general = at.isSingle ? "object" : where;
  const mismatch = identityMismatch(asJson(original), converted);
  if (mismatch !== undefined) throw unknownError(`${subject} invalid ${general}: ${mismatch}`);
  const metadata = restoredMetadata(asJson(original), converted);
  if (typeof metadata === "string") {
    const place = at.isSingle ? "metadata" : `metadata in object at index ${at.index}`;
    throw unknownError(`${subject} invalid ${place}: ${metadata}`);
  }
  return { ...converted, metadata } as unknown as KubeObject;
}

function identityMismatch(original: JsonObject, converted: JsonObject): string | undefined {
  const before = child(original, "metadata");
  const after = child(converted, "metadata");
  for (const [field, name] of [
    ["name", "name"],
    ["namespace", "namespace"],
    ["uid", "UID"],
  ] as const) {
    if (text(before, field) !== text(after, field))
      return `must have the same ${name}: ${text(before, field)} != ${text(after, field)}`;
  }
  return undefined;
}

function restoredMetadata(original: JsonObject, converted: JsonObject): JsonObject | string {
  if (converted["metadata"] === undefined) return "missing metadata in converted object";
  const answered = child(converted, "metadata") ?? {};
  const metadata: Draft = { ...child(original, "metadata") };
  for (const field of ["labels", "annotations"]) {
    const value = answered[field];
    delete metadata[field];
    if (value === undefined || value === null) continue;
    if (!isDraft(value)) return `invalid metadata.${field} of type ${typeof value} in converted object`;
    const wrong = Object.keys(value).find((key) => typeof value[key] !== "string");
    if (wrong !== undefined)
      return `metadata.${field}[${wrong}] must be a string, but is ${typeof value[wrong]} in converted object`;
    metadata[field] = value;
  }
  return metadata;
}
