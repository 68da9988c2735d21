import { describeError, type JsonObject, type JsonValue, type Logger } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { Resource } from "../resource/define-resource.ts";
import { UnknownConversionError } from "./webhook-error.ts";

/** What a conversion is run with. */
export interface ConversionDeps {
  readonly log: Logger;
  /** Told of a conversion that threw. */
  readonly panicked: () => void;
}

/**
 * Answers a ConversionReview by the resources' own functions: all objects or, with what went wrong, none. `undefined`
 * for a body that is no review.
 */
export function handleConversion(
  resources: readonly Resource<unknown>[],
  body: JsonValue,
  deps: ConversionDeps,
): JsonObject | undefined {
  const review = asObject(body);
  const request = asObject(review["request"]);
  const { uid, desiredAPIVersion: desired, objects = [] } = request;
  const apiVersion = review["apiVersion"];
  const isReview =
    review["kind"] === "ConversionReview" &&
    typeof apiVersion === "string" &&
    apiVersion.startsWith("apiextensions.k8s.io/");
  if (!isReview || typeof uid !== "string" || typeof desired !== "string" || !Array.isArray(objects))
    return undefined;
  const answer = (response: JsonObject): JsonObject => ({
    kind: "ConversionReview",
    apiVersion,
    response: { uid, ...response },
  });
  try {
    const convertedObjects = (objects as readonly JsonValue[]).map((object) =>
      convertOne(resources, object as unknown as KubeObject, desired),
    );
    return answer({
      convertedObjects: convertedObjects as unknown as JsonValue,
      result: { status: "Success" },
    });
  } catch (error) {
    deps.panicked();
    const message = describeError(error);
    deps.log.error("conversion failed", { uid, to: desired, error: message });
    return answer({ convertedObjects: [], result: { status: "Failure", message } });
  }
}

function convertOne(
  resources: readonly Resource<unknown>[],
  object: KubeObject,
  desired: string,
): KubeObject {
  const [group = "", version = ""] = desired.split("/");
  const resource = resources.find((each) => each.group === group && each.kind === object.kind);
  if (resource === undefined)
    throw new UnknownConversionError(`${String(object.apiVersion)} ${String(object.kind)}`, desired);
  return resource.convert(object, version);
}

function asObject(value: JsonValue | undefined): JsonObject {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as JsonObject) : {};
}
