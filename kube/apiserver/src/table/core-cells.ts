import type { JsonObject } from "@weir/core";
import { child, children, number, text } from "../resources/draft-access.ts";
import {
  accessModesText,
  ageOf,
  isTrueCondition,
  joined,
  nameOf,
  type RowPrinter,
  since,
} from "./cell-text.ts";

const entries = (map: JsonObject | undefined): number => Object.keys(map ?? {}).length;

const configMap: RowPrinter = (row) => {
  const { object } = row;
  return [nameOf(row), entries(child(object, "data")) + entries(child(object, "binaryData")), ageOf(row)];
};

const secret: RowPrinter = (row) => [
  nameOf(row),
  text(row.object, "type"),
  entries(child(row.object, "data")),
  ageOf(row),
];

const namespace: RowPrinter = (row) => [nameOf(row), text(row.status, "phase"), ageOf(row)];

const serviceAccount: RowPrinter = (row) => [nameOf(row), ageOf(row)];

/** The first of some fields that holds a text; the two views of an Event name them differently. */
function firstText(object: JsonObject | undefined, ...fields: readonly string[]): string {
  return fields.map((field) => text(object, field)).find((value) => value !== "") ?? "";
}

const event: RowPrinter = (row) => {
  const { object, now } = row;
  const about = child(object, "involvedObject") ?? child(object, "regarding");
  const series = child(object, "series");
  const first = firstText(object, "firstTimestamp", "deprecatedFirstTimestamp", "eventTime");
  const last =
    text(series, "lastObservedTime") ||
    firstText(object, "lastTimestamp", "deprecatedLastTimestamp") ||
    first;
  const kind = text(about, "kind").toLowerCase();
  return [
    since(last, now),
    text(object, "type"),
    text(object, "reason"),
    text(about, "name") === "" ? kind : `${kind}/${text(about, "name")}`,
    text(about, "fieldPath"),
    sourceText(object),
    firstText(object, "message", "note").trim(),
    since(first, now),
    number(series, "count") ?? number(object, "count") ?? number(object, "deprecatedCount") ?? 1,
    nameOf(row),
  ];
};

function sourceText(object: JsonObject): string {
  const source = child(object, "source") ?? child(object, "deprecatedSource");
  const component =
    text(source, "component") || firstText(object, "reportingComponent", "reportingController");
  const host = text(source, "host") || text(object, "reportingInstance");
  return host === "" ? component : `${component}, ${host}`;
}

const persistentVolume: RowPrinter = (row) => {
  const { object, spec, status } = row;
  const claim = child(spec, "claimRef");
  const phase =
    text(child(object, "metadata"), "deletionTimestamp") === "" ? text(status, "phase") : "Terminating";
  return [
    nameOf(row),
    text(child(spec, "capacity"), "storage"),
    accessModesText(spec),
    text(spec, "persistentVolumeReclaimPolicy"),
    phase,
    claim === undefined ? "" : `${text(claim, "namespace")}/${text(claim, "name")}`,
    text(spec, "storageClassName"),
    text(spec, "volumeAttributesClassName") || "<unset>",
    text(status, "reason"),
    ageOf(row),
    text(spec, "volumeMode") || "<unset>",
  ];
};

const persistentVolumeClaim: RowPrinter = (row) => {
  const { object, spec, status } = row;
  const phase =
    text(child(object, "metadata"), "deletionTimestamp") === "" ? text(status, "phase") : "Terminating";
  const isBound = text(spec, "volumeName") !== "";
  return [
    nameOf(row),
    phase,
    text(spec, "volumeName"),
    isBound ? text(child(status, "capacity"), "storage") || "0" : "",
    isBound ? accessModesText(status) : "",
    text(spec, "storageClassName"),
    text(spec, "volumeAttributesClassName") || "<unset>",
    ageOf(row),
    text(spec, "volumeMode") || "<unset>",
  ];
};

const node: RowPrinter = (row) => {
  const { object, spec, status } = row;
  const ready = children(status, "conditions").find((condition) => condition["type"] === "Ready");
  const state = ready === undefined ? "Unknown" : ready["status"] === "True" ? "Ready" : "NotReady";
  const labels = child(child(object, "metadata"), "labels") ?? {};
  const roles = Object.entries(labels).flatMap(([key, value]) => {
    if (key.startsWith("node-role.kubernetes.io/")) return [key.slice("node-role.kubernetes.io/".length)];
    return key === "kubernetes.io/role" ? [String(value)] : [];
  });
  const info = child(status, "nodeInfo");
  const address = (type: string): string =>
    text(
      children(status, "addresses").find((each) => each["type"] === type),
      "address",
    ) || "<none>";
  return [
    nameOf(row),
    spec["unschedulable"] === true ? `${state},SchedulingDisabled` : state,
    joined([...new Set(roles)].sort()),
    ageOf(row),
    text(info, "kubeletVersion"),
    address("InternalIP"),
    address("ExternalIP"),
    text(info, "osImage") || "<unknown>",
    text(info, "kernelVersion") || "<unknown>",
    text(info, "containerRuntimeVersion") || "<unknown>",
  ];
};

const resourceQuota: RowPrinter = (row) => {
  const hard = child(row.status, "hard") ?? {};
  const used = child(row.status, "used") ?? {};
  const line = (isLimit: boolean): string =>
    Object.keys(hard)
      .filter((name) => name.startsWith("limits") === isLimit)
      .sort()
      .map((name) => `${name}: ${String(used[name] ?? "0")}/${String(hard[name])}`)
      .join(", ");
  return [nameOf(row), line(false), line(true), ageOf(row)];
};

const componentStatus: RowPrinter = (row) => {
  const condition = children(row.object, "conditions").find((each) => each["type"] === "Healthy");
  const state =
    condition === undefined
      ? "Unknown"
      : isTrueCondition({ conditions: [condition] }, "Healthy")
        ? "Healthy"
        : "Unhealthy";
  return [nameOf(row), state, text(condition, "message"), text(condition, "error")];
};

/** Printers of the core group and of what belongs to it. */
export const coreCells: Readonly<Record<string, RowPrinter>> = {
  "core.v1.ComponentStatus": componentStatus,
  "core.v1.ConfigMap": configMap,
  "core.v1.Event": event,
  "core.v1.Namespace": namespace,
  "core.v1.Node": node,
  "core.v1.PersistentVolume": persistentVolume,
  "core.v1.PersistentVolumeClaim": persistentVolumeClaim,
  "core.v1.ResourceQuota": resourceQuota,
  "core.v1.Secret": secret,
  "core.v1.ServiceAccount": serviceAccount,
  "events.v1.Event": event,
};
