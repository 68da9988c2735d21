import type { HorizontalPodAutoscaler } from "@weir/builtin/autoscaling-v2";

type Metric = NonNullable<NonNullable<HorizontalPodAutoscaler["spec"]>["metrics"]>[number];

/** Why a metric cannot be told, as a condition says it. */
export interface MetricsProblem {
  readonly reason: string;
  readonly message: string;
}

const FETCHING = "unable to fetch metrics from";
const NO_RESOURCE = `${FETCHING} resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)`;
const NO_CUSTOM = `${FETCHING} custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered`;
const NO_EXTERNAL = `${FETCHING} external metrics API: no external metrics API (external.metrics.k8s.io) registered`;

/** Where no API serves metrics, each kind of them fails in its own words; without any, the usual one is the processor. */
export function metricsProblem(metric: Metric | undefined, namespace: string): MetricsProblem {
  switch (metric?.type) {
    case "Pods":
      return problem("Pods", `unable to get metric ${nameOf(metric.pods)}: ${NO_CUSTOM}`);
    case "Object": {
      const object = describedObject(metric, namespace);
      return problem("Object", `unable to get metric ${nameOf(metric.object)}: ${object} ${NO_CUSTOM}`);
    }
    case "External": {
      const name = `${namespace}/${nameOf(metric.external)}/nil`;
      return problem("External", `unable to get external metric ${name}: ${NO_EXTERNAL}`);
    }
    case "ContainerResource":
      return problem("ContainerResource", resourceMessage(metric.containerResource));
    default:
      return problem("Resource", resourceMessage(metric?.resource));
  }
}

function problem(type: string, message: string): MetricsProblem {
  return { reason: `FailedGet${type}Metric`, message };
}

function nameOf(about: { readonly metric?: { readonly name?: string } } | undefined): string {
  return about?.metric?.name ?? "";
}

function describedObject({ object }: Metric, namespace: string): string {
  const { kind = "", name = "" } = object?.describedObject ?? {};
  return `${kind} ${namespace}/${name}`;
}

function resourceMessage(
  about: { readonly name?: string; readonly target?: { readonly type?: string } } | undefined,
): string {
  const name = about?.name ?? "cpu";
  const what = about?.target?.type === "AverageValue" ? "resource metric value" : "utilization";
  return `failed to get ${name} ${what}: unable to get metrics for resource ${name}: ${NO_RESOURCE}`;
}
