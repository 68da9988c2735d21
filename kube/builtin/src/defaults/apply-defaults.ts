import type { JsonObject } from "@weir/core";
import { once } from "../read-table.ts";
import * as core from "./core-defaults.ts";
import { cloneDraft, type Draft } from "./draft.ts";
import * as other from "./other-defaults.ts";
import { defaultPod, defaultPodTemplate } from "./pod-defaults.ts";
import * as workloads from "./workload-defaults.ts";

type Defaulter = (object: Draft) => void;

const defaulters = once(
  (): ReadonlyMap<string, Defaulter> =>
    new Map<string, Defaulter>([
      ["core.v1.Namespace", core.defaultNamespace],
      ["core.v1.Secret", core.defaultSecret],
      ["core.v1.Service", core.defaultService],
      ["core.v1.Endpoints", core.defaultEndpoints],
      ["core.v1.PersistentVolumeClaim", core.defaultVolumeClaim],
      ["core.v1.PersistentVolume", core.defaultPersistentVolume],
      ["core.v1.LimitRange", core.defaultLimitRange],
      ["core.v1.Node", core.defaultNode],
      ["core.v1.ResourceQuota", core.defaultResourceQuota],
      ["core.v1.Event", core.defaultEvent],
      ["core.v1.Pod", defaultPod],
      ["core.v1.PodTemplate", defaultPodTemplate],
      ["core.v1.ReplicationController", workloads.defaultReplicationController],
      ["apps.v1.Deployment", workloads.defaultDeployment],
      ["apps.v1.ReplicaSet", workloads.defaultReplicaSet],
      ["apps.v1.StatefulSet", workloads.defaultStatefulSet],
      ["apps.v1.DaemonSet", workloads.defaultDaemonSet],
      ["batch.v1.Job", workloads.defaultJob],
      ["batch.v1.CronJob", workloads.defaultCronJob],
      ["discovery.v1.EndpointSlice", core.defaultEndpointSlice],
      ["rbac.v1.RoleBinding", other.defaultRoleBinding],
      ["rbac.v1.ClusterRoleBinding", other.defaultRoleBinding],
      ["networking.v1.IngressClass", other.defaultIngressClass],
      ["networking.v1.NetworkPolicy", other.defaultNetworkPolicy],
      ["autoscaling.v1.HorizontalPodAutoscaler", other.defaultAutoscalerV1],
      ["autoscaling.v2.HorizontalPodAutoscaler", other.defaultAutoscaler],
      ["admissionregistration.v1.MutatingWebhookConfiguration", other.defaultWebhookConfiguration],
      ["admissionregistration.v1.ValidatingWebhookConfiguration", other.defaultWebhookConfiguration],
      ["admissionregistration.v1.ValidatingAdmissionPolicy", other.defaultAdmissionPolicy],
      ["admissionregistration.v1.MutatingAdmissionPolicy", other.defaultAdmissionPolicy],
      ["admissionregistration.v1.ValidatingAdmissionPolicyBinding", other.defaultAdmissionPolicyBinding],
      ["admissionregistration.v1.MutatingAdmissionPolicyBinding", other.defaultAdmissionPolicyBinding],
      ["scheduling.v1.PriorityClass", other.defaultPriorityClass],
      ["storage.v1.StorageClass", other.defaultStorageClass],
      ["storage.v1.CSIDriver", other.defaultCsiDriver],
      ["apiextensions.v1.CustomResourceDefinition", other.defaultCustomResourceDefinition],
      ["apiregistration.v1.APIService", other.defaultApiService],
      ["flowcontrol.v1.FlowSchema", other.defaultFlowSchema],
      ["flowcontrol.v1.PriorityLevelConfiguration", other.defaultPriorityLevel],
    ]),
);

/**
 * Writes the defaults that Kubernetes sets on a kind when it reads an object, into a copy.
 *
 * Kinds without defaults come back as they are. The definition is the one that `findKind` gives.
 */
export function defaultObject(definition: string, object: JsonObject): JsonObject {
  const defaulter = defaulters().get(definition);
  if (defaulter === undefined) return object;
  const draft = cloneDraft(object);
  defaulter(draft);
  return draft;
}
