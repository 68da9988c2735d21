import type { JsonObject } from "@weir/core";
import { jsonEqual, unknownError } from "@weir/objects";
import { child, children, text } from "../../resources/draft-access.ts";
import type { FollowedObjects } from "./followed-objects.ts";
import { type AdmissionPlugin, creates, PODS, type PluginWrite, refuse } from "./plugin.ts";
import { amountsOf } from "./pod-resources.ts";
import { compareQuantities } from "@weir/text";

/** Gives Pods what their RuntimeClass costs and where it runs. */
export function runtimeClasses(classes: FollowedObjects): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    prefixes: [PODS],
    mutate(write) {
      if (!creates(write.request)) return;
      const found = classOf(write, classes);
      if (found === undefined) return;
      setOverhead(write, found);
      setScheduling(write, found);
    },
    validate(write) {
      if (!creates(write.request)) return;
      const fixed = child(child(classOf(write, classes), "overhead"), "podFixed");
      const own = child(child(write.object, "spec"), "overhead");
      if (fixed === undefined) {
        if (own === undefined) return;
        throw rejected(write, "Pod Overhead set without corresponding RuntimeClass defined Overhead");
      }
      if (!isSameOverhead(fixed, own ?? {})) throw rejected(write, UNLIKE);
    },
  };
}

const UNLIKE = "Pod's Overhead doesn't match RuntimeClass's defined Overhead";

function rejected({ request, object }: PluginWrite, why: string): Error {
  return refuse(request, object, `pod rejected: ${why}`);
}

function classOf(write: PluginWrite, classes: FollowedObjects): JsonObject | undefined {
  const spec = child(write.object, "spec") ?? {};
  if (typeof spec["runtimeClassName"] !== "string") return undefined;
  const name = text(spec, "runtimeClassName");
  // Upstream asks for a class without a name, and says what its client says of that.
  if (name === "") throw unknownError("resource name may not be empty");
  const found = classes.find(name);
  if (found === undefined) throw rejected(write, `RuntimeClass ${JSON.stringify(name)} not found`);
  return found;
}

function setOverhead(write: PluginWrite, found: JsonObject): void {
  const fixed = child(child(found, "overhead"), "podFixed");
  if (child(found, "overhead") === undefined) return;
  const spec = child(write.object, "spec") ?? {};
  const own = child(spec, "overhead") ?? {};
  if (Object.keys(own).length > 0 && !isSameOverhead(fixed ?? {}, own)) throw rejected(write, UNLIKE);
  if (fixed !== undefined) write.object["spec"] = { ...spec, overhead: fixed };
}

function isSameOverhead(left: JsonObject, right: JsonObject): boolean {
  const [ours, theirs] = [amountsOf(left), amountsOf(right)];
  return (
    ours.size === theirs.size &&
    [...ours].every(([name, amount]) => {
      const other = theirs.get(name);
      return other !== undefined && compareQuantities(amount, other) === 0;
    })
  );
}

function setScheduling(write: PluginWrite, found: JsonObject): void {
  const scheduling = child(found, "scheduling");
  if (scheduling === undefined) return;
  const spec = child(write.object, "spec") ?? {};
  const selector = child(spec, "nodeSelector") ?? {};
  for (const [key, value] of Object.entries(child(scheduling, "nodeSelector") ?? {})) {
    const own = Object.hasOwn(selector, key) ? selector[key] : undefined;
    if (own === undefined || own === value) continue;
    const conflict = `runtimeClass.scheduling.nodeSelector[${key}] = ${String(value)}; pod.spec.nodeSelector[${key}] = ${String(own)}`;
    throw refuse(write.request, write.object, `conflict: ${conflict}`);
  }
  const nodeSelector = { ...selector, ...child(scheduling, "nodeSelector") };
  const tolerations = merged(children(spec, "tolerations"), children(scheduling, "tolerations"));
  write.object["spec"] = {
    ...spec,
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations }),
  };
}

/** Tolerations that another one already covers are left out. */
function merged(own: readonly JsonObject[], added: readonly JsonObject[]): readonly JsonObject[] {
  const all = [...own, ...added];
  return all.filter((toleration, index) => {
    const isCovered = all.some((other, place) => {
      if (place === index || !covers(other, toleration)) return false;
      // Of two equal ones the first stays.
      return !covers(toleration, other) || place < index;
    });
    return !isCovered;
  });
}

/** Whether all that one toleration tolerates, another one does. */
function covers(wider: JsonObject, narrower: JsonObject): boolean {
  if (jsonEqual(wider, narrower)) return true;
  const key = text(wider, "key");
  const effect = text(wider, "effect");
  if (key !== "" && key !== text(narrower, "key")) return false;
  if (effect !== "" && effect !== text(narrower, "effect")) return false;
  if (effect === "NoExecute" && !outlasts(wider["tolerationSeconds"], narrower["tolerationSeconds"]))
    return false;
  if ((text(wider, "operator") || "Equal") === "Exists")
    return key !== "" || text(wider, "operator") === "Exists";
  return text(wider, "value") === text(narrower, "value") && text(narrower, "operator") !== "Exists";
}

function outlasts(wider: unknown, narrower: unknown): boolean {
  if (typeof wider !== "number") return true;
  return typeof narrower === "number" && wider >= narrower;
}
