import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { duplicateField, type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { invalidGoStruct } from "../../validation/go-struct.ts";
import { qualifiedNameErrors } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, integer, metaOf, number, strings, text } from "../draft-access.ts";
import type { Draft } from "../resource.ts";
import { csiDriverNameErrors } from "./csi-names.ts";

const IMMUTABLE = "field is immutable";
const TOKENS_IN_SECRETS =
  "spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes";

/** What a driver can do; how its volumes live and whether they are attached never changes. */
export const csiDriverRules: KindRules = {
  prepareForCreate: dropScaling,
  prepareForUpdate(object, old) {
    dropScaling(object);
    if (jsonEqual(object["spec"] ?? null, old["spec"] ?? null)) return;
    const { generation } = child(old, "metadata") ?? {};
    metaOf(object)["generation"] = typeof generation === "number" ? generation + 1 : 1;
  },
  validate: driverErrors,
  updateChecks: ["changes", "object", "update"],
  validateUpdate(object, old) {
    const [spec, before] = [child(object, "spec") ?? {}, child(old, "spec") ?? {}];
    return (
      [
        ["attachRequired", "attachedRequired"],
        ["volumeLifecycleModes", "volumeLifecycleModes"],
      ] as const
    )
      .filter(([name]) => !jsonEqual(spec[name] ?? null, before[name] ?? null))
      .map(([name, shown]) => invalidField(`spec.${shown}`, spec[name] ?? null, IMMUTABLE));
  },
  warnings(object, old) {
    const spec = child(object, "spec") ?? {};
    const requests = spec["tokenRequests"] ?? null;
    if (
      children(spec, "tokenRequests").length === 0 ||
      typeof spec["serviceAccountTokenInSecrets"] === "boolean"
    )
      return [];
    if (old !== undefined && jsonEqual(requests, child(old, "spec")?.["tokenRequests"] ?? null)) return [];
    return [TOKENS_IN_SECRETS];
  },
};

/** A field of a feature that is off. */
function dropScaling(object: Draft): void {
  const spec = child(object, "spec");
  if (spec !== undefined) delete spec["preventPodSchedulingIfMissing"];
}

const GROUP_POLICIES = ["File", "None", "ReadWriteOnceWithFSType"];
const LIVES = ["Persistent", "Ephemeral"];

function driverErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const errors: FieldError[] = [];
  const policy = spec["fsGroupPolicy"];
  if (typeof policy === "string" && !GROUP_POLICIES.includes(policy))
    errors.push(unsupportedField("spec.fsGroupPolicy", policy, GROUP_POLICIES));
  const requests = children(spec, "tokenRequests");
  errors.push(...tokenErrors(requests));
  for (const mode of strings(spec, "volumeLifecycleModes"))
    if (!LIVES.includes(mode)) errors.push(unsupportedField("spec.volumeLifecycleModes", mode, LIVES));
  const period = integer(spec, "nodeAllocatableUpdatePeriodSeconds");
  if (period !== undefined && period < 10) {
    const detail = "must be greater than or equal to 10 seconds";
    errors.push(invalidField("spec.nodeAllocatableUpdatePeriodSeconds", period, detail));
  }
  const inSecrets = spec["serviceAccountTokenInSecrets"];
  if (typeof inSecrets === "boolean" && requests.length === 0) {
    const detail = "serviceAccountTokenInSecrets is set but no tokenRequests are specified";
    errors.push(invalidField("spec.serviceAccountTokenInSecrets", inSecrets, detail));
  }
  return errors;
}

function tokenErrors(requests: readonly JsonObject[]): readonly FieldError[] {
  const audiences = new Set<string>();
  return requests.flatMap((request, index) => {
    const at = `spec.tokenRequests[${index}]`;
    const audience = text(request, "audience");
    if (audiences.has(audience)) return [duplicateField(`${at}.audience`, audience)];
    audiences.add(audience);
    const seconds = integer(request, "expirationSeconds");
    if (seconds === undefined) return [];
    const place = `${at}.expirationSeconds`;
    if (seconds < 600)
      return [invalidField(place, seconds, "may not specify a duration less than 10 minutes")];
    if (seconds > 2 ** 32)
      return [invalidField(place, seconds, "may not specify a duration larger than 2^32 seconds")];
    return [];
  });
}

/** Which drivers a node has: what it says of one only changes in how much it takes. */
export const csiNodeRules: KindRules = {
  validate: nodeErrors,
  updateChecks: ["whole", "object", "update"],
  validateUpdate(object, old) {
    const drivers = children(child(object, "spec"), "drivers");
    return children(child(old, "spec"), "drivers").flatMap((before) =>
      drivers
        .filter((driver) => text(driver, "name") === text(before, "name"))
        .flatMap((driver) => {
          const [now, then] = [fixedPart(driver), fixedPart(before)];
          if (jsonEqual(now, then)) return [];
          return [invalidGoStruct("spec.drivers", { type: "CSINodeDriver", value: now }, IMMUTABLE)];
        }),
    );
  },
};

function fixedPart({ allocatable: _allocatable, ...driver }: JsonObject): JsonObject {
  return driver;
}

const LONGEST_ID = 256;

function nodeErrors(object: JsonObject): readonly FieldError[] {
  const names = new Set<string>();
  return children(child(object, "spec"), "drivers").flatMap((driver, index) => {
    const at = `spec.drivers[${index}]`;
    const name = text(driver, "name");
    const id = text(driver, "nodeID");
    const errors = [...csiDriverNameErrors(name, `${at}.name`)];
    if (id === "") errors.push(requiredField(`${at}.nodeID`));
    if (Buffer.byteLength(id) > LONGEST_ID)
      errors.push(invalidField(`${at}.nodeID`, id, `must be ${LONGEST_ID} characters or less`));
    const count = number(child(driver, "allocatable"), "count");
    if (count !== undefined && count < 0)
      errors.push(invalidField(`${at}.allocatable.count`, count, "must be greater than or equal to 0"));
    if (names.has(name)) errors.push(duplicateField(`${at}.name`, name));
    names.add(name);
    return [...errors, ...topologyErrors(strings(driver, "topologyKeys"), at)];
  });
}

function topologyErrors(keys: readonly string[], at: string): readonly FieldError[] {
  return keys.flatMap((key, index) => [
    ...(key === "" ? [requiredField(at, key)] : []),
    ...(keys.indexOf(key) < index ? [duplicateField(at, key)] : []),
    ...qualifiedNameErrors(key).map((why) => invalidField(at, key, why)),
  ]);
}
