import type { JsonObject } from "@weir/core";
import { bootstrapRules } from "./bootstrap-rules.ts";

/** A rule out of its line. */
function ruleOf(line: string): JsonObject {
  const [verbs = [], first = [], resources, resourceNames] = line.split(" | ").map((list) => list.split(","));
  if (resources === undefined) return { verbs, nonResourceURLs: first };
  const rule = { verbs, apiGroups: first, resources };
  return resourceNames === undefined ? rule : { ...rule, resourceNames };
}

/** Roles whose rules are those of others: who grants more marks a role for it. Each is part of the one before. */
const aggregated = ["admin", "edit", "view"];

/** Whom each role is bound to that is named after its binding: groups, users by `user:`, accounts by `account:`. */
const subjectsOf: Readonly<Record<string, readonly string[]>> = {
  "cluster-admin": ["system:masters"],
  "system:basic-user": ["system:authenticated"],
  "system:discovery": ["system:authenticated"],
  "system:kube-controller-manager": ["user:system:kube-controller-manager"],
  "system:kube-dns": ["account:kube-system/kube-dns"],
  "system:kube-scheduler": ["user:system:kube-scheduler"],
  "system:monitoring": ["system:monitoring"],
  "system:node": [],
  "system:node-proxier": ["user:system:kube-proxy"],
  "system:public-info-viewer": ["system:authenticated", "system:unauthenticated"],
  "system:service-account-issuer-discovery": ["system:serviceaccounts"],
  "system:volume-scheduler": ["user:system:kube-scheduler"],
};

const RBAC = "rbac.authorization.k8s.io";
const labels = { "kubernetes.io/bootstrapping": "rbac-defaults" };
const annotations = { "rbac.authorization.kubernetes.io/autoupdate": "true" };

function mark(role: string): Readonly<Record<string, string>> {
  return { [`${RBAC}/aggregate-to-${role}`]: "true" };
}

/**
 * The ClusterRoles that every cluster has, but for those of kube-controller-manager's own loops. `admin`, `edit` and `view`
 * have no rules of their own: a loop of the cluster gives them those of the roles that are marked for them.
 */
export function bootstrapRoles(): readonly JsonObject[] {
  const own = Object.entries(bootstrapRules).map(([name, lines]): JsonObject => {
    const role = /^system:aggregate-to-(.+)$/.exec(name)?.[1];
    return {
      metadata: { name, labels: { ...labels, ...(role === undefined ? {} : mark(role)) }, annotations },
      rules: lines.map(ruleOf),
    };
  });
  const joined = aggregated.map((name, index): JsonObject => {
    const whole = aggregated[index - 1];
    return {
      metadata: { name, labels: { ...labels, ...(whole === undefined ? {} : mark(whole)) }, annotations },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: mark(name) }] },
    };
  });
  return [...own, ...joined];
}

/** The ClusterRoleBindings that every cluster has. */
export function bootstrapBindings(): readonly JsonObject[] {
  return Object.entries(subjectsOf).map(([name, subjects]) => ({
    metadata: { name, labels, annotations },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name },
    ...(subjects.length === 0 ? {} : { subjects: subjects.map(subjectOf) }),
  }));
}

function subjectOf(text: string): JsonObject {
  if (text.startsWith("user:")) return { kind: "User", apiGroup: RBAC, name: text.slice("user:".length) };
  if (!text.startsWith("account:")) return { kind: "Group", apiGroup: RBAC, name: text };
  const [namespace = "", name = ""] = text.slice("account:".length).split("/");
  return { kind: "ServiceAccount", name, namespace };
}
