import type { JsonObject } from "@weir/core";
import { child, children, list, number, strings, text } from "../resources/draft-access.ts";
import { ageOf, count, joined, nameOf, type RowInput, type RowPrinter } from "./cell-text.ts";

const named: RowPrinter = (row) => [nameOf(row), ageOf(row)];

const lease: RowPrinter = (row) => [nameOf(row), text(row.spec, "holderIdentity"), ageOf(row)];

const binding: RowPrinter = (row) => {
  const role = child(row.object, "roleRef");
  const subjects = children(row.object, "subjects");
  const of = (kind: string, print: (subject: JsonObject) => string): string =>
    subjects
      .filter((subject) => subject["kind"] === kind)
      .map(print)
      .join(", ");
  return [
    nameOf(row),
    `${text(role, "kind")}/${text(role, "name")}`,
    ageOf(row),
    of("User", (subject) => text(subject, "name")),
    of("Group", (subject) => text(subject, "name")),
    of("ServiceAccount", (subject) => `${text(subject, "namespace")}/${text(subject, "name")}`),
  ];
};

const webhooks: RowPrinter = (row) => [nameOf(row), list(row.object, "webhooks").length, ageOf(row)];

const policy =
  (field: string): RowPrinter =>
  (row) => {
    const kind = child(row.spec, "paramKind");
    const shown = kind === undefined ? "<unset>" : `${text(kind, "apiVersion")}/${text(kind, "kind")}`;
    return [nameOf(row), list(row.spec, field).length, shown, ageOf(row)];
  };

const policyBinding: RowPrinter = (row) => {
  const reference = child(row.spec, "paramRef");
  const namespace = text(reference, "namespace");
  const name = text(reference, "name") || "*";
  const shown = reference === undefined ? "<unset>" : `${namespace || "*"}/${name}`;
  return [nameOf(row), text(row.spec, "policyName"), shown, ageOf(row)];
};

const apiService: RowPrinter = (row) => {
  const service = child(row.spec, "service");
  const available = children(row.status, "conditions").find((condition) => condition["type"] === "Available");
  const isGood = available?.["status"] === "True";
  const state =
    available === undefined ? "Unknown" : isGood ? "True" : `False (${text(available, "reason")})`;
  return [
    nameOf(row),
    service === undefined ? "Local" : `${text(service, "namespace")}/${text(service, "name")}`,
    state,
    ageOf(row),
  ];
};

const signingRequest: RowPrinter = (row) => {
  const seconds = number(row.spec, "expirationSeconds");
  const conditions = children(row.status, "conditions").map((condition) => text(condition, "type"));
  const issued = text(row.status, "certificate") === "" ? [] : ["Issued"];
  const denied = conditions.includes("Denied") ? ["Denied"] : [];
  const approved = conditions.includes("Approved") ? ["Approved"] : [];
  const failed = conditions.includes("Failed") ? ["Failed"] : [];
  return [
    nameOf(row),
    ageOf(row),
    text(row.spec, "signerName") || "<none>",
    text(row.spec, "username"),
    seconds === undefined ? "<none>" : `${seconds}s`,
    joined([...approved, ...denied, ...failed, ...issued], "Pending"),
  ];
};

const flowSchema: RowPrinter = (row) => {
  const { spec, status } = row;
  const dangling = children(status, "conditions").find((condition) => condition["type"] === "Dangling");
  return [
    nameOf(row),
    text(child(spec, "priorityLevelConfiguration"), "name"),
    count(spec["matchingPrecedence"]),
    text(child(spec, "distinguisherMethod"), "type") || "<none>",
    ageOf(row),
    dangling === undefined ? "?" : text(dangling, "status"),
  ];
};

const priorityLevel: RowPrinter = (row) => {
  const limited = child(row.spec, "limited");
  const queuing = child(child(limited, "limitResponse"), "queuing");
  const field = (name: string): number | string => number(queuing, name) ?? "<none>";
  return [
    nameOf(row),
    text(row.spec, "type"),
    number(limited, "nominalConcurrencyShares") ?? "<none>",
    field("queues"),
    field("handSize"),
    field("queueLengthLimit"),
    ageOf(row),
  ];
};

const storageClass: RowPrinter = (row) => {
  const { object } = row;
  const annotations = child(child(object, "metadata"), "annotations");
  const isDefault = text(annotations, "storageclass.kubernetes.io/is-default-class") === "true";
  return [
    `${nameOf(row)}${isDefault ? " (default)" : ""}`,
    text(object, "provisioner"),
    text(object, "reclaimPolicy"),
    text(object, "volumeBindingMode"),
    object["allowVolumeExpansion"] === true,
    ageOf(row),
  ];
};

const csiDriver: RowPrinter = (row) => {
  const { spec } = row;
  const audiences = children(spec, "tokenRequests").map((request) => text(request, "audience"));
  return [
    nameOf(row),
    spec["attachRequired"] !== false,
    spec["podInfoOnMount"] === true,
    spec["storageCapacity"] === true,
    joined(audiences, "<unset>"),
    spec["requiresRepublish"] === true,
    joined(strings(spec, "volumeLifecycleModes"), "Persistent"),
    ageOf(row),
  ];
};

const volumeAttachment: RowPrinter = (row) => [
  nameOf(row),
  text(row.spec, "attacher"),
  text(child(row.spec, "source"), "persistentVolumeName"),
  text(row.spec, "nodeName"),
  row.status["attached"] === true,
  ageOf(row),
];

const resourceClaim: RowPrinter = (row) => {
  const states: string[] = [];
  if (text(child(row.object, "metadata"), "deletionTimestamp") !== "") states.push("deleted");
  if (child(row.status, "allocation") === undefined) {
    if (states.length === 0) states.push("pending");
  } else states.push("allocated", ...(list(row.status, "reservedFor").length > 0 ? ["reserved"] : []));
  return [nameOf(row), states.join(","), ageOf(row)];
};

const created: RowPrinter = (row) => [nameOf(row), text(child(row.object, "metadata"), "creationTimestamp")];

const fieldCells =
  (read: (row: RowInput) => readonly string[]): RowPrinter =>
  (row) => [nameOf(row), ...read(row), ageOf(row)];

/** Printers of the other groups. */
export const otherCells: Readonly<Record<string, RowPrinter>> = {
  "admissionregistration.v1.MutatingAdmissionPolicy": policy("mutations"),
  "admissionregistration.v1.MutatingAdmissionPolicyBinding": policyBinding,
  "admissionregistration.v1.MutatingWebhookConfiguration": webhooks,
  "admissionregistration.v1.ValidatingAdmissionPolicy": policy("validations"),
  "admissionregistration.v1.ValidatingAdmissionPolicyBinding": policyBinding,
  "admissionregistration.v1.ValidatingWebhookConfiguration": webhooks,
  "apiextensions.v1.CustomResourceDefinition": created,
  "apiregistration.v1.APIService": apiService,
  "certificates.v1.CertificateSigningRequest": signingRequest,
  "coordination.v1.Lease": lease,
  "core.v1.LimitRange": created,
  "flowcontrol.v1.FlowSchema": flowSchema,
  "flowcontrol.v1.PriorityLevelConfiguration": priorityLevel,
  "node.v1.RuntimeClass": fieldCells(({ object }) => [text(object, "handler")]),
  "rbac.v1.ClusterRole": created,
  "rbac.v1.ClusterRoleBinding": binding,
  "rbac.v1.Role": created,
  "rbac.v1.RoleBinding": binding,
  "resource.v1.DeviceClass": named,
  "resource.v1.ResourceClaim": resourceClaim,
  "resource.v1.ResourceClaimTemplate": named,
  "resource.v1.ResourceSlice": fieldCells(({ spec }) => [
    text(spec, "nodeName"),
    text(spec, "driver"),
    text(child(spec, "pool"), "name"),
  ]),
  "storage.v1.CSIDriver": csiDriver,
  "storage.v1.CSINode": (row) => [nameOf(row), list(row.spec, "drivers").length, ageOf(row)],
  "storage.v1.CSIStorageCapacity": created,
  "storage.v1.StorageClass": storageClass,
  "storage.v1.VolumeAttachment": volumeAttachment,
  "storage.v1.VolumeAttributesClass": fieldCells(({ object }) => [text(object, "driverName")]),
};
