import { type JsonObject, JsonSyntaxError, type JsonValue, parseJson, writeJson } from "@weir/core";
import { child, children, copyForMeta, ensureChild, isDraft, number, text } from "./draft-access.ts";
import type { Draft } from "./resource.ts";

/** Where v1 keeps the metrics and behaviour that it has no fields for. */
const METRICS = "autoscaling.alpha.kubernetes.io/metrics";
const BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior";

function isCpuUtilization(metric: JsonObject): boolean {
  const resource = child(metric, "resource");
  return (
    text(resource, "name") === "cpu" && number(child(resource, "target"), "averageUtilization") !== undefined
  );
}

/** autoscaling/v1 knows one metric, CPU utilization; the others travel in an annotation. */
export function autoscalerFromV2(object: JsonObject): JsonObject {
  const draft = copyForMeta(object);
  const { metrics: _metrics, behavior, ...spec } = child(object, "spec") ?? {};
  const metrics = children(child(object, "spec"), "metrics");
  const cpu = metrics.find(isCpuUtilization);
  const percentage = number(child(child(cpu, "resource"), "target"), "averageUtilization");
  draft["spec"] = percentage === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: percentage };
  const annotations: Draft = {};
  const others = metrics.filter((metric) => metric !== cpu);
  if (others.length > 0) annotations[METRICS] = writeJson(others.map(toV1Metric));
  if (behavior !== undefined) annotations[BEHAVIOR] = writeJson(behavior);
  if (Object.keys(annotations).length > 0) {
    const metadata = ensureChild(draft, "metadata");
    metadata["annotations"] = { ...child(metadata, "annotations"), ...annotations };
  }
  const { currentMetrics: _current, conditions: _conditions, ...status } = child(object, "status") ?? {};
  draft["status"] = { currentReplicas: 0, ...status };
  return draft;
}

/** The reverse: the annotations become fields again. */
export function autoscalerToV2(object: JsonObject): JsonObject {
  const draft = copyForMeta(object);
  const { targetCPUUtilizationPercentage: percentage, ...spec } = child(object, "spec") ?? {};
  const metadata = ensureChild(draft, "metadata");
  const { [METRICS]: kept, [BEHAVIOR]: behavior, ...annotations } = child(metadata, "annotations") ?? {};
  if (Object.keys(annotations).length > 0) metadata["annotations"] = annotations;
  else delete metadata["annotations"];
  const metrics = readList(kept).filter(isDraft).map(fromV1Metric);
  if (percentage !== undefined) {
    const target = { type: "Utilization", averageUtilization: percentage };
    metrics.push({ type: "Resource", resource: { name: "cpu", target } });
  }
  const { currentReplicas, ...status } = child(object, "status") ?? {};
  draft["spec"] = {
    ...spec,
    ...(metrics.length > 0 ? { metrics } : {}),
    ...behaviorIn(behavior),
  };
  draft["status"] = {
    ...(currentReplicas === undefined || currentReplicas === 0 ? {} : { currentReplicas }),
    desiredReplicas: 0,
    currentMetrics: null,
    ...status,
  };
  return draft;
}

function behaviorIn(value: JsonValue | undefined): { readonly behavior?: JsonObject } {
  const behavior = readText(value);
  return isDraft(behavior) ? { behavior } : {};
}

function readList(value: JsonValue | undefined): readonly JsonValue[] {
  const list = readText(value);
  return Array.isArray(list) ? list : [];
}

/** An annotation that is no JSON says nothing. */
function readText(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== "string") return undefined;
  try {
    return parseJson(value);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return undefined;
    throw error;
  }
}

/** v2 `{pods: {metric: {name}, target: {averageValue}}}` is v1 `{pods: {metricName, targetAverageValue}}`. */
function toV1Metric(metric: Draft): Draft {
  const kind = text(metric, "type").toLowerCase();
  const source = child(metric, kind);
  const target = child(source, "target");
  if (source === undefined || target === undefined) return metric;
  const { metric: identifier, target: _target, ...rest } = source;
  const v1: Draft = { ...rest };
  if (isDraft(identifier)) {
    v1["metricName"] = identifier["name"] ?? "";
    if (identifier["selector"] !== undefined) v1["selector"] = identifier["selector"];
  }
  if (target["averageValue"] !== undefined) v1["targetAverageValue"] = target["averageValue"];
  if (target["value"] !== undefined) v1["targetValue"] = target["value"];
  if (target["averageUtilization"] !== undefined)
    v1["targetAverageUtilization"] = target["averageUtilization"];
  return { type: metric["type"] ?? "", [kind]: v1 };
}

const targets: readonly (readonly [v1: string, type: string, v2: string])[] = [
  ["targetAverageValue", "AverageValue", "averageValue"],
  ["targetValue", "Value", "value"],
  ["targetAverageUtilization", "Utilization", "averageUtilization"],
];

function fromV1Metric(metric: Draft): Draft {
  const kind = text(metric, "type").toLowerCase();
  const source = child(metric, kind);
  if (source === undefined) return metric;
  const v2: Draft = { ...source };
  const found = targets.find(([name]) => source[name] !== undefined);
  if (found !== undefined) v2["target"] = { type: found[1], [found[2]]: source[found[0]] ?? null };
  for (const [name] of targets) delete v2[name];
  if (typeof source["metricName"] === "string") {
    v2["metric"] = {
      name: source["metricName"],
      ...(source["selector"] === undefined ? {} : { selector: source["selector"] }),
    };
    delete v2["metricName"];
    delete v2["selector"];
  }
  return { type: metric["type"] ?? "", [kind]: v2 };
}
