import type { JsonValue } from "@weir/core";
import {
  child,
  children,
  type Draft,
  ensureChild,
  isDraft,
  setDefault,
  setDefaultNumber,
  setMissing,
} from "./draft.ts";

const RBAC = "rbac.authorization.k8s.io";

/** RoleBinding and ClusterRoleBinding: groups of references follow their kind. */
export function defaultRoleBinding(object: Draft): void {
  setDefault(child(object, "roleRef"), "apiGroup", RBAC);
  for (const subject of children(object, "subjects")) {
    if (subject["kind"] === "User" || subject["kind"] === "Group") setDefault(subject, "apiGroup", RBAC);
  }
}

export function defaultIngressClass(object: Draft): void {
  const parameters = child(child(object, "spec"), "parameters");
  if (parameters !== undefined) parameters["scope"] ??= "Cluster";
}

/** Types follow the rules that are given; ingress always counts. */
export function defaultNetworkPolicy(object: Draft): void {
  const spec = ensureChild(object, "spec");
  for (const direction of ["ingress", "egress"]) {
    for (const rule of children(spec, direction)) {
      for (const port of children(rule, "ports")) port["protocol"] ??= "TCP";
    }
  }
  const types = spec["policyTypes"];
  if (Array.isArray(types) && types.length > 0) return;
  const egress = spec["egress"];
  spec["policyTypes"] = Array.isArray(egress) && egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

/** autoscaling/v2: the metric that everyone means, and the usual scaling behaviour where one is begun. */
export function defaultAutoscaler(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "minReplicas", 1);
  if (children(spec, "metrics").length === 0) {
    spec["metrics"] = [
      {
        type: "Resource",
        resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } },
      },
    ];
  }
  const behavior = child(spec, "behavior");
  if (behavior === undefined) return;
  defaultScaling(ensureChild(behavior, "scaleUp"), {
    stabilizationWindowSeconds: 0,
    policies: [
      { type: "Pods", value: 4, periodSeconds: 15 },
      { type: "Percent", value: 100, periodSeconds: 15 },
    ],
  });
  defaultScaling(ensureChild(behavior, "scaleDown"), {
    policies: [{ type: "Percent", value: 100, periodSeconds: 15 }],
  });
}

function defaultScaling(rules: Draft, usual: Draft): void {
  setMissing(rules, "selectPolicy", "Max");
  for (const [key, value] of Object.entries(usual)) setDefault(rules, key, value);
}

/** autoscaling/v1 has its own word for the one metric. */
export function defaultAutoscalerV1(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setDefault(spec, "minReplicas", 1);
  const annotations = child(child(object, "metadata"), "annotations");
  if (readsAsMetrics(annotations?.["autoscaling.alpha.kubernetes.io/metrics"])) return;
  setMissing(spec, "targetCPUUtilizationPercentage", 80);
}

/** Metrics that travel in an annotation; what is no JSON is no metric. */
function readsAsMetrics(value: JsonValue | undefined): boolean {
  if (typeof value !== "string") return false;
  try {
    const metrics: unknown = JSON.parse(value);
    return Array.isArray(metrics) && metrics.length > 0;
  } catch {
    return false;
  }
}

export function defaultWebhookConfiguration(object: Draft): void {
  const mutating = object["kind"] === "MutatingWebhookConfiguration";
  for (const webhook of children(object, "webhooks")) {
    setMissing(webhook, "failurePolicy", "Fail");
    setMissing(webhook, "matchPolicy", "Equivalent");
    ensureChild(webhook, "namespaceSelector");
    ensureChild(webhook, "objectSelector");
    setDefault(webhook, "timeoutSeconds", 10);
    if (mutating) setMissing(webhook, "reinvocationPolicy", "Never");
    const service = child(child(webhook, "clientConfig"), "service");
    if (service !== undefined) setDefault(service, "port", 443);
    for (const rule of children(webhook, "rules")) setMissing(rule, "scope", "*");
  }
}

/** ValidatingAdmissionPolicy and MutatingAdmissionPolicy. */
export function defaultAdmissionPolicy(object: Draft): void {
  const spec = ensureChild(object, "spec");
  setMissing(spec, "failurePolicy", "Fail");
  const constraints = child(spec, "matchConstraints");
  if (constraints !== undefined) defaultMatchResources(constraints);
}

/** Bindings of admission policies. */
export function defaultAdmissionPolicyBinding(object: Draft): void {
  const match = child(child(object, "spec"), "matchResources");
  if (match !== undefined) defaultMatchResources(match);
}

function defaultMatchResources(match: Draft): void {
  setMissing(match, "matchPolicy", "Equivalent");
  ensureChild(match, "namespaceSelector");
  ensureChild(match, "objectSelector");
  for (const list of ["resourceRules", "excludeResourceRules"]) {
    for (const rule of children(match, list)) setMissing(rule, "scope", "*");
  }
}

export function defaultPriorityClass(object: Draft): void {
  setMissing(object, "preemptionPolicy", "PreemptLowerPriority");
}

export function defaultStorageClass(object: Draft): void {
  setMissing(object, "reclaimPolicy", "Delete");
  setMissing(object, "volumeBindingMode", "Immediate");
}

export function defaultCsiDriver(object: Draft): void {
  const spec = ensureChild(object, "spec");
  const usual: Draft = {
    attachRequired: true,
    podInfoOnMount: false,
    storageCapacity: false,
    requiresRepublish: false,
    seLinuxMount: false,
  };
  for (const [key, value] of Object.entries(usual)) if (spec[key] === undefined) spec[key] = value;
  setMissing(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
  if (!Array.isArray(spec["volumeLifecycleModes"])) spec["volumeLifecycleModes"] = ["Persistent"];
}

/** A CRD's names, conversion and the versions' own words. */
export function defaultCustomResourceDefinition(object: Draft): void {
  const spec = ensureChild(object, "spec");
  const names = ensureChild(spec, "names");
  if (typeof names["kind"] === "string" && names["kind"] !== "") {
    setDefault(names, "singular", names["kind"].toLowerCase());
    setDefault(names, "listKind", `${names["kind"]}List`);
  }
  setDefault(ensureChild(spec, "conversion"), "strategy", "None");
  const service = child(child(child(child(spec, "conversion"), "webhook"), "clientConfig"), "service");
  if (service !== undefined) setDefault(service, "port", 443);
  const status = ensureChild(object, "status");
  if (!Array.isArray(status["storedVersions"]) || status["storedVersions"].length === 0) {
    const stored = children(spec, "versions").find((version) => version["storage"] === true);
    if (stored !== undefined && typeof stored["name"] === "string")
      status["storedVersions"] = [stored["name"]];
  }
}

export function defaultApiService(object: Draft): void {
  const service = child(child(object, "spec"), "service");
  if (isDraft(service)) setDefault(service, "port", 443);
}

export function defaultFlowSchema(object: Draft): void {
  const spec = ensureChild(object, "spec");
  if (spec["matchingPrecedence"] === undefined || spec["matchingPrecedence"] === 0)
    spec["matchingPrecedence"] = 1000;
}

export function defaultPriorityLevel(object: Draft): void {
  const spec = ensureChild(object, "spec");
  const exempt = child(spec, "exempt");
  setMissing(exempt, "nominalConcurrencyShares", 0);
  setMissing(exempt, "lendablePercent", 0);
  const limited = child(spec, "limited");
  setMissing(limited, "nominalConcurrencyShares", 30);
  setMissing(limited, "lendablePercent", 0);
  const queuing = child(child(limited, "limitResponse"), "queuing");
  setDefaultNumber(queuing, "handSize", 8);
  setDefaultNumber(queuing, "queues", 64);
  setDefaultNumber(queuing, "queueLengthLimit", 50);
}
