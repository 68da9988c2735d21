import type { KindRules } from "./builtin-strategy.ts";
import { configMapRules, secretRules } from "./rules/data-rules.ts";
import { definitionRules } from "./rules/definition-rules.ts";
import { namespaceRules } from "./rules/namespace-rules.ts";
import { podRules } from "./rules/pod-rules.ts";
import { serviceRules } from "./rules/service-rules.ts";
import { volumeClaimRules, volumeRules } from "./rules/storage-rules.ts";
import {
  cronJobRules,
  daemonSetRules,
  deploymentRules,
  jobRules,
  statefulSetRules,
} from "./rules/workload-rules.ts";

const rules: Readonly<Record<string, KindRules>> = {
  "apiextensions.v1.CustomResourceDefinition": definitionRules,
  "apps.v1.DaemonSet": daemonSetRules,
  "apps.v1.Deployment": deploymentRules,
  "apps.v1.ReplicaSet": deploymentRules,
  "apps.v1.StatefulSet": statefulSetRules,
  "batch.v1.CronJob": cronJobRules,
  "batch.v1.Job": jobRules,
  "core.v1.ConfigMap": configMapRules,
  "core.v1.Namespace": namespaceRules,
  "core.v1.PersistentVolume": volumeRules,
  "core.v1.PersistentVolumeClaim": volumeClaimRules,
  "core.v1.Pod": podRules,
  "core.v1.Secret": secretRules,
  "core.v1.Service": serviceRules,
};

const none: KindRules = {};

/** What one built-in kind does otherwise than the rest. */
export function kindRules(definition: string): KindRules {
  return rules[definition] ?? none;
}
