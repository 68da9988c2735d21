import { copyJson, type JsonObject } from "@weir/core";
import { jsonEqual, type KubeObject } from "@weir/objects";
import type { FieldError } from "@weir/schema";
import { kindRules } from "./kind-rules.ts";
import { asJson, child, metaOf } from "./draft-access.ts";
import type { BeginWrite, Draft, Strategy, WriteContext } from "./resource.ts";
import { checkUpdate, type UpdateCheck } from "./update-checks.ts";

/** What one kind does otherwise than the rest. */
export interface KindRules {
  readonly prepareForCreate?: (object: Draft, context: WriteContext) => void;
  readonly prepareForUpdate?: (object: Draft, old: JsonObject, context: WriteContext) => void;
  /** What of an update no generation counts. */
  readonly prepareAfterCount?: (object: Draft, old: JsonObject) => void;
  readonly validate?: (object: JsonObject, context: WriteContext) => readonly FieldError[];
  readonly validateUpdate?: (
    object: JsonObject,
    old: JsonObject,
    context: WriteContext,
  ) => readonly FieldError[];
  /**
   * The order in which upstream's rules of the kind look at an update. Where it is absent they look at the metadata, at what
   * changed of it and at the whole, before `validateUpdate`.
   */
  readonly updateChecks?: readonly UpdateCheck[];
  /** What a client should hear of an object that is valid. */
  readonly warnings?: (object: JsonObject, old?: JsonObject) => readonly string[];
  /** Paths of fields that writes of the object, or of its status, never set; by default the one leaves the other alone. */
  readonly resetFields?: readonly (readonly string[])[];
  readonly statusResetFields?: readonly (readonly string[])[];
  /** Changes a status that is written. */
  readonly prepareStatus?: (object: Draft, old: JsonObject, context: WriteContext) => void;
  /** What is wrong with a status that is written. */
  readonly validateStatus?: (object: JsonObject, old: JsonObject) => readonly FieldError[];
  /** What a client should hear of a status that is valid. */
  readonly statusWarnings?: (object: JsonObject) => readonly string[];
  /** Gives an object what only the server can give, before anything else is looked at. */
  readonly begin?: BeginWrite;
}

/** Kinds whose status is written through `/status` alone. */
const withStatus = new Set([
  "admissionregistration.v1.ValidatingAdmissionPolicy",
  "apiextensions.v1.CustomResourceDefinition",
  "apiregistration.v1.APIService",
  "apps.v1.DaemonSet",
  "apps.v1.Deployment",
  "apps.v1.ReplicaSet",
  "apps.v1.StatefulSet",
  "autoscaling.v1.HorizontalPodAutoscaler",
  "autoscaling.v2.HorizontalPodAutoscaler",
  "batch.v1.CronJob",
  "batch.v1.Job",
  "certificates.v1.CertificateSigningRequest",
  "core.v1.Namespace",
  "core.v1.Node",
  "core.v1.PersistentVolume",
  "core.v1.PersistentVolumeClaim",
  "core.v1.Pod",
  "core.v1.ReplicationController",
  "core.v1.ResourceQuota",
  "core.v1.Service",
  "flowcontrol.v1.FlowSchema",
  "flowcontrol.v1.PriorityLevelConfiguration",
  "networking.v1.Ingress",
  "networking.v1.ServiceCIDR",
  "policy.v1.PodDisruptionBudget",
  "resource.v1.ResourceClaim",
  "storage.v1.VolumeAttachment",
]);

/** Kinds that count generations. */
const withGeneration = new Set([
  "admissionregistration.v1.MutatingAdmissionPolicy",
  "admissionregistration.v1.MutatingAdmissionPolicyBinding",
  "admissionregistration.v1.MutatingWebhookConfiguration",
  "admissionregistration.v1.ValidatingAdmissionPolicy",
  "admissionregistration.v1.ValidatingAdmissionPolicyBinding",
  "admissionregistration.v1.ValidatingWebhookConfiguration",
  "apiextensions.v1.CustomResourceDefinition",
  "apps.v1.DaemonSet",
  "apps.v1.Deployment",
  "apps.v1.ReplicaSet",
  "apps.v1.StatefulSet",
  "batch.v1.CronJob",
  "batch.v1.Job",
  "core.v1.Pod",
  "core.v1.PodTemplate",
  "core.v1.ReplicationController",
  "discovery.v1.EndpointSlice",
  "flowcontrol.v1.FlowSchema",
  "flowcontrol.v1.PriorityLevelConfiguration",
  "networking.v1.Ingress",
  "networking.v1.IngressClass",
  "networking.v1.NetworkPolicy",
  "policy.v1.PodDisruptionBudget",
  "scheduling.v1.PriorityClass",
]);

/** Kinds whose generation also counts changes of annotations or labels. */
const alsoCounted: Readonly<Record<string, "annotations" | "labels">> = {
  "apps.v1.Deployment": "annotations",
  "discovery.v1.EndpointSlice": "labels",
};
/** Kinds whose generation counts a list or map below a field that comes without items where there is none. */
const emptinessCounts: Readonly<Record<string, string>> = {
  "admissionregistration.v1.MutatingWebhookConfiguration": "webhooks",
  "admissionregistration.v1.ValidatingWebhookConfiguration": "webhooks",
  "networking.v1.NetworkPolicy": "spec",
};
/** Lists that have usual items where they come without any. */
const usuallyFilled = new Set(["spec.policyTypes"]);
/** Kinds whose generation is set once. */
const fixedGeneration = new Set(["scheduling.v1.PriorityClass"]);

/** Kinds that PUT creates where they are missing. */
const createdByPut = new Set([
  "coordination.v1.Lease",
  "core.v1.Endpoints",
  "core.v1.Event",
  "core.v1.LimitRange",
  "core.v1.Service",
  "events.v1.Event",
  "rbac.v1.ClusterRole",
  "rbac.v1.ClusterRoleBinding",
  "rbac.v1.Role",
  "rbac.v1.RoleBinding",
  "node.v1.RuntimeClass",
]);

/** Kinds that PUT does not overwrite without a resourceVersion. */
const neverUnconditional = new Set([
  "apiregistration.v1.APIService",
  "apiextensions.v1.CustomResourceDefinition",
  "admissionregistration.v1.MutatingAdmissionPolicy",
  "admissionregistration.v1.MutatingAdmissionPolicyBinding",
  "admissionregistration.v1.MutatingWebhookConfiguration",
  "admissionregistration.v1.ValidatingAdmissionPolicy",
  "admissionregistration.v1.ValidatingAdmissionPolicyBinding",
  "admissionregistration.v1.ValidatingWebhookConfiguration",
  "coordination.v1.Lease",
  "node.v1.RuntimeClass",
  "policy.v1.PodDisruptionBudget",
  "storage.v1.CSIDriver",
  "storage.v1.CSINode",
  "storage.v1.CSIStorageCapacity",
  "storage.v1.VolumeAttachment",
]);

/** The kinds whose objects bring of their own status: a node tells of itself, a Pod of its quality. */
const SELF_MADE: ReadonlySet<string> = new Set(["core.v1.Node", "core.v1.Pod"]);

/** The rules of a built-in kind. */
export function builtinStrategy(definition: string): Strategy {
  const rules = kindRules(definition);
  const hasStatus = withStatus.has(definition);
  const hasGeneration = withGeneration.has(definition);
  const empty = emptyStatus[definition] ?? {};
  return {
    allowsCreateOnUpdate: createdByPut.has(definition),
    allowsUnconditionalUpdate: !neverUnconditional.has(definition),
    resetFields: rules.resetFields ?? (hasStatus ? [["status"]] : []),
    ...(rules.statusResetFields === undefined ? {} : { statusResetFields: rules.statusResetFields }),
    hasGeneration,
    ...(rules.updateChecks === undefined ? {} : { checksMetadata: true }),
    ...(rules.prepareStatus === undefined
      ? {}
      : { prepareStatus: (object, old, context) => rules.prepareStatus?.(object, asJson(old), context) }),
    prepareForCreate(object, context) {
      if (hasStatus && !SELF_MADE.has(definition)) object["status"] = copyJson(empty);
      if (hasGeneration) metaOf(object)["generation"] = 1;
      rules.prepareForCreate?.(object, context);
    },
    prepareForUpdate(object, old, context) {
      const before = asJson(old);
      if (hasStatus) keep(object, before, "status");
      rules.prepareForUpdate?.(object, before, context);
      if (hasGeneration && !fixedGeneration.has(definition)) {
        const part = emptinessCounts[definition];
        countGeneration(object, before, {
          also: alsoCounted[definition],
          isChanged: part !== undefined && context.emptied.some((path) => isBelow(path, part)),
        });
      }
      rules.prepareAfterCount?.(object, before);
    },
    ...(rules.begin === undefined ? {} : { begin: rules.begin }),
    validate(object, context) {
      const errors = rules.validate?.(asJson(object), context) ?? [];
      if (errors.length === 0) rules.warnings?.(asJson(object)).forEach(context.warn);
      return errors;
    },
    validateUpdate(object, old, context) {
      const errors =
        rules.updateChecks === undefined
          ? (rules.validateUpdate?.(asJson(object), asJson(old), context) ?? [])
          : checkUpdate(rules, asJson(object), asJson(old), context);
      if (errors.length === 0) rules.warnings?.(asJson(object), asJson(old)).forEach(context.warn);
      return errors;
    },
    validateStatus(object, old, context) {
      const errors = rules.validateStatus?.(asJson(object), asJson(old)) ?? [];
      if (errors.length === 0) rules.statusWarnings?.(asJson(object)).forEach(context.warn);
      return errors;
    },
  };
}

/** The status that a new object has, where it is not empty. */
const emptyStatus: Readonly<Record<string, JsonObject>> = {
  "core.v1.Namespace": { phase: "Active" },
  "core.v1.Pod": { phase: "Pending" },
  "core.v1.PersistentVolumeClaim": { phase: "Pending" },
  "core.v1.PersistentVolume": { phase: "Pending" },
  "core.v1.Service": { loadBalancer: {} },
  "networking.v1.Ingress": { loadBalancer: {} },
  "storage.v1.VolumeAttachment": { attached: false },
  "apps.v1.DaemonSet": {
    currentNumberScheduled: 0,
    numberMisscheduled: 0,
    desiredNumberScheduled: 0,
    numberReady: 0,
  },
  "apps.v1.ReplicaSet": { replicas: 0 },
  "apps.v1.StatefulSet": { replicas: 0, availableReplicas: 0 },
  "core.v1.ReplicationController": { replicas: 0 },
  "autoscaling.v2.HorizontalPodAutoscaler": { desiredReplicas: 0, currentMetrics: null },
  "autoscaling.v1.HorizontalPodAutoscaler": { currentReplicas: 0, desiredReplicas: 0 },
  "policy.v1.PodDisruptionBudget": {
    disruptionsAllowed: 0,
    currentHealthy: 0,
    desiredHealthy: 0,
    expectedPods: 0,
  },
};

/** Puts a field back to what it was. */
export function keep(object: Draft, old: JsonObject, field: string): void {
  const value = old[field];
  if (value === undefined) delete object[field];
  else object[field] = value;
}

/** The generation grows with every change outside metadata and status. */
export function countGeneration(
  object: Draft,
  old: JsonObject,
  { also, isChanged = false }: Counted = {},
): void {
  const metadata = metaOf(object);
  const before = child(old, "metadata");
  const generation = typeof before?.["generation"] === "number" ? before["generation"] : 0;
  const changed =
    isChanged ||
    !jsonEqual(contentOf(object), contentOf(old)) ||
    (also !== undefined && !jsonEqual(child(metadata, also) ?? {}, child(before, also) ?? {}));
  const next = changed ? generation + 1 : generation;
  if (next > 0) metadata["generation"] = next;
  else delete metadata["generation"];
}

interface Counted {
  /** A part of the metadata that counts as well. */
  readonly also?: "annotations" | "labels" | undefined;
  /** Whether it is changed, whatever it looks like. */
  readonly isChanged?: boolean;
}

function isBelow(path: string, part: string): boolean {
  return path.startsWith(part) && !usuallyFilled.has(path);
}

function contentOf(object: JsonObject): JsonObject {
  const { kind: _kind, apiVersion: _apiVersion, metadata: _metadata, status: _status, ...content } = object;
  return content;
}

/** The object that a status write stores: the old one with the new status. */
export function statusUpdate(object: Draft, old: KubeObject): Draft {
  const before = asJson(old);
  const result: Draft = { ...before, metadata: metaOf(object) };
  keep(result, object, "status");
  return result;
}
