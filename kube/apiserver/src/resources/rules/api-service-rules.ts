import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField, requiredField, unsupportedField } from "@weir/schema";
import { dns1035Label, dns1123Subdomain } from "../../validation/names.ts";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, ensureChild, number, text } from "../draft-access.ts";

/** Who serves a version of a group; without a service it is the server itself, which is there at once. */
export const apiServiceRules: KindRules = {
  prepareForCreate(object, { now }) {
    if (child(child(object, "spec"), "service") !== undefined) return;
    ensureChild(object, "status")["conditions"] = [
      {
        type: "Available",
        status: "True",
        lastTransitionTime: now,
        reason: "Local",
        message: "Local APIServices are always available",
      },
    ];
  },
  validate: serviceErrors,
  updateChecks: ["changes", "whole", "object"],
  validateStatus: (object) =>
    children(child(object, "status"), "conditions").flatMap((condition, index) => {
      const status = text(condition, "status");
      if (STATUSES.includes(status)) return [];
      return [unsupportedField(`status.conditions[${index}].status`, status, STATUSES)];
    }),
};

const STATUSES = ["True", "False", "Unknown"];
const HIGHEST_GROUP = 20_000;
const HIGHEST_VERSION = 1000;

function serviceErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const [group, version] = [text(spec, "group"), text(spec, "version")];
  const name = text(child(object, "metadata"), "name");
  const wanted = `${version}.${group}`;
  const errors: FieldError[] = [];
  if (name !== "" && name !== wanted) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${JSON.stringify(wanted)}`;
    errors.push(invalidField("metadata.name", name, detail));
  }
  if (group === "" && version !== "v1")
    errors.push(requiredField("spec.group", "only v1 may have an empty group and it better be legacy kube"));
  if (group !== "")
    errors.push(...dns1123Subdomain(group, false).map((why) => invalidField("spec.group", group, why)));
  errors.push(...dns1035Label(version, false).map((why) => invalidField("spec.version", version, why)));
  return [
    ...errors,
    ...priorityErrors(spec, "groupPriorityMinimum", HIGHEST_GROUP),
    ...priorityErrors(spec, "versionPriority", HIGHEST_VERSION),
    ...backendErrors(spec, child(spec, "service")),
  ];
}

function priorityErrors(spec: JsonObject, field: string, highest: number): readonly FieldError[] {
  const value = number(spec, field) ?? 0;
  if (value > 0 && value <= highest) return [];
  return [invalidField(`spec.${field}`, value, `must be positive and less than ${highest}`)];
}

function backendErrors(spec: JsonObject, service: JsonObject | undefined): readonly FieldError[] {
  const bundle = Buffer.from(text(spec, "caBundle"), "base64").byteLength;
  const isInsecure = spec["insecureSkipTLSVerify"] === true;
  const refuseInsecure = (why: string): FieldError => invalidField("spec.insecureSkipTLSVerify", true, why);
  if (service === undefined)
    return [
      ...(bundle > 0
        ? [invalidField("spec.caBundle", `${bundle} bytes`, "local APIServices may not have a caBundle")]
        : []),
      ...(isInsecure ? [refuseInsecure("local APIServices may not have insecureSkipTLSVerify")] : []),
    ];
  const port = number(service, "port") ?? 0;
  const isPort = port >= 1 && port <= 65_535;
  return [
    ...["namespace", "name"]
      .filter((field) => text(service, field) === "")
      .map((field) => requiredField(`spec.service.${field}`)),
    ...(isPort
      ? []
      : [
          invalidField(
            "spec.service.port",
            port,
            "port is not valid: must be between 1 and 65535, inclusive",
          ),
        ]),
    ...(isInsecure && bundle > 0 ? [refuseInsecure("may not be true if caBundle is present")] : []),
  ];
}
