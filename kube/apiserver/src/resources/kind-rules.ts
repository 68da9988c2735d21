import type { KindRules } from "./builtin-strategy.ts";
import { admissionBindingRules, admissionPolicyRules } from "./rules/admission-policy-rules.ts";
import { certificateRequestRules } from "./rules/certificate-rules.ts";
import { apiServiceRules } from "./rules/api-service-rules.ts";
import { flowSchemaRules } from "./rules/flow-schema-rules.ts";
import { nodeRules, runtimeClassRules } from "./rules/node-rules.ts";
import { priorityLevelRules } from "./rules/priority-level-rules.ts";
import { configMapRules, secretRules } from "./rules/data-rules.ts";
import { definitionRules } from "./rules/definition-rules.ts";
import { coreEventRules, eventRules } from "./rules/event-rules.ts";
import { namespaceRules } from "./rules/namespace-rules.ts";
import { podRules } from "./rules/pod-rules.ts";
import { serviceAccountRules } from "./rules/service-account-rules.ts";
import { serviceRules } from "./rules/service-rules.ts";
import { endpointsRules } from "./rules/endpoint-rules.ts";
import { endpointSliceRules } from "./rules/endpoint-slice-rules.ts";
import { ingressClassRules } from "./rules/ingress-class-rules.ts";
import { ingressRules } from "./rules/ingress-rules.ts";
import { ipAddressRules, serviceRangeRules } from "./rules/service-range-rules.ts";
import { leaseRules, priorityClassRules } from "./rules/policy-rules.ts";
import { autoscalerRules, olderAutoscalerRules } from "./rules/autoscaler-rules.ts";
import { disruptionBudgetRules } from "./rules/disruption-rules.ts";
import { networkPolicyRules } from "./rules/network-policy-rules.ts";
import { bindingRules, roleRules } from "./rules/rbac-rules.ts";
import { limitRangeRules } from "./rules/limit-range-rules.ts";
import { mutatingBindingRules, mutatingPolicyRules } from "./rules/mutating-policy-rules.ts";
import { resourceQuotaRules } from "./rules/quota-rules.ts";
import { webhookConfigurationRules } from "./rules/webhook-configuration-rules.ts";
import { statefulSetRules } from "./rules/stateful-set-rules.ts";
import {
  attachmentRules,
  attributesClassRules,
  storageCapacityRules,
  storageClassRules,
} from "./rules/storage-rules.ts";
import { volumeClaimRules } from "./rules/claim-rules.ts";
import { csiDriverRules, csiNodeRules } from "./rules/csi-rules.ts";
import { volumeRules } from "./rules/volume-rules.ts";
import { controllerRevisionRules } from "./rules/controller-revision-rules.ts";
import { cronJobRules } from "./rules/cron-job-rules.ts";
import { jobRules } from "./rules/job-rules.ts";
import { replicationControllerRules } from "./rules/replication-controller-rules.ts";
import {
  daemonSetRules,
  deploymentRules,
  podTemplateRules,
  replicaSetRules,
} from "./rules/workload-rules.ts";

const rules: Readonly<Record<string, KindRules>> = {
  "admissionregistration.v1.MutatingAdmissionPolicy": mutatingPolicyRules,
  "admissionregistration.v1.MutatingAdmissionPolicyBinding": mutatingBindingRules,
  "admissionregistration.v1.MutatingWebhookConfiguration": webhookConfigurationRules,
  "admissionregistration.v1.ValidatingWebhookConfiguration": webhookConfigurationRules,
  "admissionregistration.v1.ValidatingAdmissionPolicy": admissionPolicyRules,
  "admissionregistration.v1.ValidatingAdmissionPolicyBinding": admissionBindingRules,
  "apiextensions.v1.CustomResourceDefinition": definitionRules,
  "apps.v1.ControllerRevision": controllerRevisionRules,
  "apiregistration.v1.APIService": apiServiceRules,
  "apps.v1.DaemonSet": daemonSetRules,
  "apps.v1.Deployment": deploymentRules,
  "apps.v1.ReplicaSet": replicaSetRules,
  "apps.v1.StatefulSet": statefulSetRules,
  "autoscaling.v1.HorizontalPodAutoscaler": olderAutoscalerRules,
  "autoscaling.v2.HorizontalPodAutoscaler": autoscalerRules,
  "batch.v1.CronJob": cronJobRules,
  "batch.v1.Job": jobRules,
  "certificates.v1.CertificateSigningRequest": certificateRequestRules,
  "coordination.v1.Lease": leaseRules,
  "core.v1.ConfigMap": configMapRules,
  "core.v1.Endpoints": endpointsRules,
  "core.v1.Event": coreEventRules,
  "core.v1.LimitRange": limitRangeRules,
  "core.v1.Namespace": namespaceRules,
  "core.v1.Node": nodeRules,
  "core.v1.PersistentVolume": volumeRules,
  "core.v1.PersistentVolumeClaim": volumeClaimRules,
  "core.v1.Pod": podRules,
  "core.v1.PodTemplate": podTemplateRules,
  "core.v1.ReplicationController": replicationControllerRules,
  "core.v1.ResourceQuota": resourceQuotaRules,
  "core.v1.Secret": secretRules,
  "core.v1.Service": serviceRules,
  "core.v1.ServiceAccount": serviceAccountRules,
  "discovery.v1.EndpointSlice": endpointSliceRules,
  "events.v1.Event": eventRules,
  "networking.v1.IPAddress": ipAddressRules,
  "flowcontrol.v1.FlowSchema": flowSchemaRules,
  "flowcontrol.v1.PriorityLevelConfiguration": priorityLevelRules,
  "networking.v1.Ingress": ingressRules,
  "networking.v1.IngressClass": ingressClassRules,
  "networking.v1.NetworkPolicy": networkPolicyRules,
  "networking.v1.ServiceCIDR": serviceRangeRules,
  "node.v1.RuntimeClass": runtimeClassRules,
  "policy.v1.PodDisruptionBudget": disruptionBudgetRules,
  "rbac.v1.ClusterRole": roleRules,
  "rbac.v1.ClusterRoleBinding": bindingRules,
  "rbac.v1.Role": roleRules,
  "rbac.v1.RoleBinding": bindingRules,
  "scheduling.v1.PriorityClass": priorityClassRules,
  "storage.v1.CSIDriver": csiDriverRules,
  "storage.v1.CSINode": csiNodeRules,
  "storage.v1.CSIStorageCapacity": storageCapacityRules,
  "storage.v1.StorageClass": storageClassRules,
  "storage.v1.VolumeAttachment": attachmentRules,
  "storage.v1.VolumeAttributesClass": attributesClassRules,
};

const none: KindRules = {};

/** What one built-in kind does otherwise than the rest. */
export function kindRules(definition: string): KindRules {
  return rules[definition] ?? none;
}
