import type { JsonObject } from "@weir/core";
import { asJson, child, ensureChild, number, text } from "../../resources/draft-access.ts";
import type { FollowedObjects } from "./followed-objects.ts";
import { type AdmissionPlugin, PODS, type PluginWrite, refuse } from "./plugin.ts";

const CLASSES = "/scheduling.k8s.io/priorityclasses/";

/** Gives Pods the priority of their class, and keeps the number of default classes at one. */
export function priorities(classes: FollowedObjects): AdmissionPlugin {
  return {
    name: "Priority",
    prefixes: [PODS, CLASSES],
    mutate(write) {
      const { request } = write;
      if (request.subresource !== "" || request.resource.plural !== "pods") return;
      if (request.operation === "create") setPriority(write, classes);
      else keepPriority(write);
    },
    validate({ request, object }) {
      if (request.resource.plural !== "priorityclasses" || object["globalDefault"] !== true) return;
      if (request.operation === "delete") return;
      const known = text(child(defaultClass(classes), "metadata"), "name");
      if (known === "" || (request.operation === "update" && known === request.name)) return;
      throw refuse(
        request,
        object,
        `PriorityClass ${known} is already marked as default. Only one default can exist`,
      );
    },
  };
}

/** Of several default classes the one of the lowest value. */
function defaultClass(classes: FollowedObjects): JsonObject | undefined {
  let lowest: JsonObject | undefined;
  for (const each of classes.in("")) {
    if (each["globalDefault"] !== true) continue;
    if (lowest === undefined || (number(each, "value") ?? 0) < (number(lowest, "value") ?? 0)) lowest = each;
  }
  return lowest;
}

const NO_CLASS: JsonObject = { value: 0, preemptionPolicy: "PreemptLowerPriority" };

function setPriority({ request, object }: PluginWrite, classes: FollowedObjects): void {
  const spec = ensureChild(object, "spec");
  const name = text(spec, "priorityClassName");
  const found = name === "" ? defaultClass(classes) : classes.find(name);
  if (name !== "" && found === undefined)
    throw refuse(request, object, `no PriorityClass with name ${name} was found`);
  const from = found ?? NO_CLASS;
  const value = number(from, "value") ?? 0;
  const policy = text(from, "preemptionPolicy");
  const problem = priorityProblem(spec, value, policy);
  if (problem !== undefined) throw refuse(request, object, problem);
  const className = text(child(found, "metadata"), "name");
  object["spec"] = {
    ...spec,
    ...(className === "" ? {} : { priorityClassName: className }),
    priority: value,
    ...(policy === "" ? {} : { preemptionPolicy: policy }),
  };
}

/** A Pod may say what its class says, and nothing else. */
function priorityProblem(spec: JsonObject, value: number, policy: string): string | undefined {
  const given = number(spec, "priority");
  if (given !== undefined && given !== value)
    return `the integer value of priority (${given}) must not be provided in pod spec; ${computed(String(value))}`;
  const givenPolicy = spec["preemptionPolicy"];
  if (policy === "" || typeof givenPolicy !== "string" || givenPolicy === policy) return undefined;
  return `the string value of PreemptionPolicy (${givenPolicy}) must not be provided in pod spec; ${computed(policy)}`;
}

function computed(value: string): string {
  return `priority admission controller computed ${value} from the given PriorityClass name`;
}

function keepPriority({ object, old }: PluginWrite): void {
  const before = old === undefined ? undefined : child(asJson(old), "spec");
  const spec = child(object, "spec");
  if (before === undefined || spec === undefined) return;
  const missing = ["priority", "preemptionPolicy"].filter(
    (field) => spec[field] === undefined && before[field] !== undefined,
  );
  if (missing.length === 0) return;
  object["spec"] = { ...spec, ...Object.fromEntries(missing.map((field) => [field, before[field] ?? null])) };
}
