import type { JsonObject, JsonValue } from "@weir/core";
import { child, children, list, number, text } from "../resources/draft-access.ts";
import { humanDuration } from "./age.ts";
import {
  ageOf,
  boolText,
  containersOf,
  count,
  isTrueCondition,
  labelsText,
  nameOf,
  type RowPrinter,
  selectorText,
  since,
} from "./cell-text.ts";
import { pod } from "./pod-cells.ts";

const deployment: RowPrinter = (row) => {
  const { spec, status } = row;
  const ready = `${count(status["readyReplicas"])}/${count(spec["replicas"])}`;
  const updated = count(status["updatedReplicas"]);
  const available = count(status["availableReplicas"]);
  return [
    nameOf(row),
    ready,
    updated,
    available,
    ageOf(row),
    ...containersOf(spec),
    selectorText(child(spec, "selector")),
  ];
};

const replicaSet: RowPrinter = (row) => {
  const { spec, status } = row;
  const counts = [count(spec["replicas"]), count(status["replicas"]), count(status["readyReplicas"])];
  return [nameOf(row), ...counts, ageOf(row), ...containersOf(spec), selectorText(child(spec, "selector"))];
};

const replicationController: RowPrinter = (row) => {
  const { spec, status } = row;
  const counts = [count(spec["replicas"]), count(status["replicas"]), count(status["readyReplicas"])];
  return [nameOf(row), ...counts, ageOf(row), ...containersOf(spec), labelsText(child(spec, "selector"))];
};

const statefulSet: RowPrinter = (row) => {
  const ready = `${count(row.status["readyReplicas"])}/${count(row.spec["replicas"])}`;
  return [nameOf(row), ready, ageOf(row), ...containersOf(row.spec)];
};

const daemonSet: RowPrinter = (row) => {
  const { spec, status } = row;
  const counts = [
    "desiredNumberScheduled",
    "currentNumberScheduled",
    "numberReady",
    "updatedNumberScheduled",
    "numberAvailable",
  ];
  return [
    nameOf(row),
    ...counts.map((field) => count(status[field])),
    labelsText(child(child(child(spec, "template"), "spec"), "nodeSelector")),
    ageOf(row),
    ...containersOf(spec),
    selectorText(child(spec, "selector")),
  ];
};

const job: RowPrinter = (row) => {
  const { spec, status } = row;
  return [
    nameOf(row),
    jobState(row.object, status),
    completions(spec, status),
    jobDuration(status, row.now),
    ageOf(row),
    ...containersOf(spec),
    selectorText(child(spec, "selector")),
  ];
};

function jobState(object: JsonObject, status: JsonObject): string {
  if (isTrueCondition(status, "Complete")) return "Complete";
  if (isTrueCondition(status, "Failed")) return "Failed";
  if (text(child(object, "metadata"), "deletionTimestamp") !== "") return "Terminating";
  if (isTrueCondition(status, "Suspended")) return "Suspended";
  if (isTrueCondition(status, "FailureTarget")) return "FailureTarget";
  if (isTrueCondition(status, "SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

function completions(spec: JsonObject, status: JsonObject): string {
  const succeeded = count(status["succeeded"]);
  const wanted = number(spec, "completions");
  if (wanted !== undefined) return `${succeeded}/${wanted}`;
  const parallelism = number(spec, "parallelism") ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(status: JsonObject, now: number): string {
  const start = text(status, "startTime");
  if (start === "") return "";
  const end = text(status, "completionTime");
  return humanDuration((end === "" ? now : Date.parse(end)) - Date.parse(start));
}

const cronJob: RowPrinter = (row) => {
  const { spec, status } = row;
  const last = text(status, "lastScheduleTime");
  const template = child(child(spec, "jobTemplate"), "spec") ?? {};
  return [
    nameOf(row),
    text(spec, "schedule"),
    text(spec, "timeZone") || "<none>",
    boolText(spec["suspend"]),
    list(status, "active").length,
    last === "" ? "<none>" : since(last, row.now),
    ageOf(row),
    ...containersOf(template),
    selectorText(child(template, "selector")),
  ];
};

const podTemplate: RowPrinter = (row) => {
  const labels = child(child(child(row.object, "template"), "metadata"), "labels");
  return [nameOf(row), ...containersOf(row.object), labelsText(labels)];
};

const autoscaler: RowPrinter = (row) => {
  const { spec, status } = row;
  const target = child(spec, "scaleTargetRef");
  return [
    nameOf(row),
    `${text(target, "kind")}/${text(target, "name")}`,
    targetsText(spec, status),
    spec["minReplicas"] === undefined ? "<unset>" : String(spec["minReplicas"]),
    count(spec["maxReplicas"]),
    count(status["currentReplicas"]),
    ageOf(row),
  ];
};

function targetsText(spec: JsonObject, status: JsonObject): string {
  const metrics = children(spec, "metrics");
  const current = children(status, "currentMetrics");
  const percentage = spec["targetCPUUtilizationPercentage"];
  if (typeof percentage === "number") {
    const now = status["currentCPUUtilizationPercentage"];
    return `cpu: ${typeof now === "number" ? `${now}%` : "<unknown>"}/${percentage}%`;
  }
  const shown = metrics.slice(0, 2).map((metric, index) => metricText(metric, current[index]));
  const more = metrics.length > 2 ? ` + ${metrics.length - 2} more...` : "";
  return shown.length === 0 ? "<none>" : `${shown.join(", ")}${more}`;
}

function metricText(metric: JsonObject, current: JsonObject | undefined): string {
  const key = text(metric, "type").replace(/^./, (first) => first.toLowerCase());
  const source = child(metric, key);
  const target = child(source, "target") ?? {};
  const now = child(child(current, key), "current") ?? {};
  const isOfContainers = key === "resource" || key === "containerResource";
  const prefix = isOfContainers ? `${text(source, "name")}: ` : "";
  const utilization = target["averageUtilization"];
  if (typeof utilization === "number")
    return `${prefix}${percentText(now["averageUtilization"])}/${utilization}%`;
  const isAverage = target["averageValue"] !== undefined;
  const suffix = isAverage && !isOfContainers && key !== "pods" ? " (avg)" : "";
  return `${prefix}${valueText(now, "<unknown>")}/${valueText(target, "<auto>")}${suffix}`;
}

function percentText(value: JsonValue | undefined): string {
  return typeof value === "number" ? `${value}%` : "<unknown>";
}

function valueText(values: JsonObject, none: string): string {
  return String(values["averageValue"] ?? values["value"] ?? none);
}

const disruptionBudget: RowPrinter = (row) => [
  nameOf(row),
  row.spec["minAvailable"] === undefined ? "N/A" : String(row.spec["minAvailable"]),
  row.spec["maxUnavailable"] === undefined ? "N/A" : String(row.spec["maxUnavailable"]),
  count(row.status["disruptionsAllowed"]),
  ageOf(row),
];

const controllerRevision: RowPrinter = (row) => {
  const owner = children(child(row.object, "metadata"), "ownerReferences").find(
    (each) => each["controller"] === true,
  );
  const group = text(owner, "apiVersion").split("/").slice(0, -1)[0] ?? "";
  const kind = text(owner, "kind").toLowerCase();
  const controller =
    owner === undefined ? "<none>" : `${kind}${group === "" ? "" : `.${group}`}/${text(owner, "name")}`;
  return [nameOf(row), controller, count(row.object["revision"]), ageOf(row)];
};

const priorityClass: RowPrinter = (row) => [
  nameOf(row),
  count(row.object["value"]),
  row.object["globalDefault"] === true,
  ageOf(row),
  text(row.object, "preemptionPolicy"),
];

/** Printers of what runs. */
export const workloadCells: Readonly<Record<string, RowPrinter>> = {
  "apps.v1.ControllerRevision": controllerRevision,
  "apps.v1.DaemonSet": daemonSet,
  "apps.v1.Deployment": deployment,
  "apps.v1.ReplicaSet": replicaSet,
  "apps.v1.StatefulSet": statefulSet,
  "autoscaling.v1.HorizontalPodAutoscaler": autoscaler,
  "autoscaling.v2.HorizontalPodAutoscaler": autoscaler,
  "batch.v1.CronJob": cronJob,
  "batch.v1.Job": job,
  "core.v1.Pod": pod,
  "core.v1.PodTemplate": podTemplate,
  "core.v1.ReplicationController": replicationController,
  "policy.v1.PodDisruptionBudget": disruptionBudget,
  "scheduling.v1.PriorityClass": priorityClass,
};
