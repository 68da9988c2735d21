import type { JsonObject } from "@weir/core";
import { formatQuantity, parseQuantity, quantityFromJson, quantityValue } from "@weir/text";
import { child, children, list, number, text } from "../../resources/draft-access.ts";
import { qualityOf } from "../../resources/rules/pod-quality.ts";
import { selects } from "../../validation/label-selector.ts";
import { type Amounts, podAmounts } from "../plugins/pod-resources.ts";

/** How objects of one kind count against quotas. */
export interface UsageKind {
  /** Whether a limit is about the kind. */
  readonly counts: (limit: string) => boolean;
  /** What an object uses, by the names of limits. */
  readonly usage: (object: JsonObject, now: number) => Amounts;
  /** Whether an object is in a scope; kinds without scopes are in none. */
  readonly isInScope: (object: JsonObject, scope: QuotaScope) => boolean;
  /** What an object must say to be counted at all; undefined where it does. */
  readonly problem: (object: JsonObject, limits: readonly string[]) => string | undefined;
}

/** Which objects a quota is about. */
export interface QuotaScope {
  readonly scopeName: string;
  readonly operator: string;
  readonly values: readonly string[];
}

const ONE = parseQuantity("1");
const ZERO = parseQuantity("0");

/** Kinds that older limits count by their plural alone. */
const PLAIN = new Set(["configmaps", "replicationcontrollers", "resourcequotas", "secrets"]);

/** How a kind counts; any kind is counted at least as `count/PLURAL.GROUP`. */
export function usageKindOf(group: string, plural: string): UsageKind {
  if (group === "" && plural === "pods") return podUsage;
  if (group === "" && plural === "services") return serviceUsage;
  if (group === "" && plural === "persistentvolumeclaims") return claimUsage;
  const counted = `count/${plural}${group === "" ? "" : `.${group}`}`;
  const names = group === "" && PLAIN.has(plural) ? [counted, plural] : [counted];
  const usage = new Map(names.map((name) => [name, ONE]));
  return plainKind(
    (limit) => names.includes(limit),
    () => usage,
  );
}

function plainKind(counts: UsageKind["counts"], usage: UsageKind["usage"]): UsageKind {
  return { counts, usage, isInScope: () => false, problem: () => undefined };
}

const SERVICE_LIMITS = ["count/services", "services", "services.nodeports", "services.loadbalancers"];

const serviceUsage = plainKind(
  (limit) => SERVICE_LIMITS.includes(limit),
  (service) => {
    const spec = child(service, "spec") ?? {};
    const type = text(spec, "type");
    const ports = children(spec, "ports");
    const onlyNamed = type === "LoadBalancer" && spec["allocateLoadBalancerNodePorts"] === false;
    const counted = onlyNamed ? ports.filter((port) => (number(port, "nodePort") ?? 0) !== 0) : ports;
    const hasPorts = type === "NodePort" || type === "LoadBalancer";
    return new Map([
      ["count/services", ONE],
      ["services", ONE],
      ["services.loadbalancers", type === "LoadBalancer" ? ONE : ZERO],
      ["services.nodeports", hasPorts ? parseQuantity(String(counted.length)) : ZERO],
    ]);
  },
);

const CLAIM_LIMITS = ["persistentvolumeclaims", "requests.storage"];
const BY_CLASS = ".storageclass.storage.k8s.io/";

const claimUsage: UsageKind = {
  ...plainKind(
    (limit) =>
      limit === "count/persistentvolumeclaims" ||
      CLAIM_LIMITS.some((name) => limit === name || limit.endsWith(`${BY_CLASS}${name}`)),
    (claim) => {
      const spec = child(claim, "spec") ?? {};
      const annotations = child(child(claim, "metadata"), "annotations");
      const storageClass =
        text(annotations, "volume.beta.kubernetes.io/storage-class") || text(spec, "storageClassName");
      const usage = new Map([
        ["persistentvolumeclaims", ONE],
        ["count/persistentvolumeclaims", ONE],
      ]);
      if (storageClass !== "") usage.set(`${storageClass}${BY_CLASS}persistentvolumeclaims`, ONE);
      const asked = child(child(spec, "resources"), "requests")?.["storage"];
      if (asked === undefined) return usage;
      const storage = quantityFromJson(asked);
      // Parts of a byte count as a whole one.
      const whole = formatQuantity(storage).endsWith("m")
        ? parseQuantity(String(quantityValue(storage)))
        : storage;
      usage.set("requests.storage", whole);
      if (storageClass !== "") usage.set(`${storageClass}${BY_CLASS}requests.storage`, whole);
      return usage;
    },
  ),
  isInScope: (claim, scope) =>
    scope.scopeName === "VolumeAttributesClass" &&
    hasValue(scope, text(child(claim, "spec"), "volumeAttributesClassName")),
};

const COMPUTE = ["cpu", "memory", "ephemeral-storage"];
const POD_LIMITS = new Set([
  "count/pods",
  "pods",
  ...COMPUTE,
  ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`]),
]);
/** What each container has to name where it is limited. */
const NAMED = ["cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory"];

const podUsage: UsageKind = {
  counts: (limit) =>
    POD_LIMITS.has(limit) ||
    limit.startsWith("hugepages-") ||
    limit.startsWith("requests.hugepages-") ||
    isExtended(limit),
  usage(pod, now) {
    const usage = new Map([["count/pods", ONE]]);
    if (isOver(pod, now)) return usage;
    const spec = child(pod, "spec") ?? {};
    const used = computeUsage(podAmounts(spec, "requests"), podAmounts(spec, "limits"));
    return new Map([...usage, ...used]);
  },
  isInScope: podIsInScope,
  problem(pod, limits) {
    const spec = child(pod, "spec") ?? {};
    if (child(spec, "resources") !== undefined) return undefined;
    const required = NAMED.filter((name) => limits.includes(name));
    const containers = [...children(spec, "containers"), ...children(spec, "initContainers")];
    const missing = required.flatMap((name) => {
      const lacking = containers.filter((container) => !names(container).has(name));
      const who = [...new Set(lacking.map((container) => text(container, "name")))].sort();
      return who.length === 0 ? [] : [`${name} for: ${who.join(",")}`];
    });
    return missing.length === 0 ? undefined : `must specify ${missing.join("; ")}`;
  },
};

function names(container: JsonObject): ReadonlySet<string> {
  const asked = podAmounts({ containers: [container] }, "requests");
  return new Set(computeUsage(asked, podAmounts({ containers: [container] }, "limits")).keys());
}

function computeUsage(requests: Amounts, limits: Amounts): Amounts {
  const usage = new Map([["pods", ONE]]);
  for (const [name, amount] of requests) {
    const isCompute = COMPUTE.includes(name) || name.startsWith("hugepages-");
    if (isCompute) usage.set(name, amount);
    if (isCompute || name.includes("/")) usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of limits) if (COMPUTE.includes(name)) usage.set(`limits.${name}`, amount);
  return usage;
}

/** Of resources that a vendor adds, only what is asked for can be limited. */
function isExtended(limit: string): boolean {
  if (!limit.startsWith("requests.")) return false;
  const [domain = "", ...rest] = limit.slice("requests.".length).split("/");
  return rest.length > 0 && !domain.endsWith("kubernetes.io");
}

/** A Pod that has ended, or should have by now, uses nothing. */
function isOver(pod: JsonObject, now: number): boolean {
  const phase = text(child(pod, "status"), "phase");
  if (phase === "Failed" || phase === "Succeeded") return true;
  const metadata = child(pod, "metadata");
  const grace = number(metadata, "deletionGracePeriodSeconds");
  const deletion = text(metadata, "deletionTimestamp");
  return deletion !== "" && grace !== undefined && now > Date.parse(deletion) + grace * 1000;
}

function podIsInScope(pod: JsonObject, scope: QuotaScope): boolean {
  const spec = child(pod, "spec") ?? {};
  switch (scope.scopeName) {
    case "Terminating":
      return (number(spec, "activeDeadlineSeconds") ?? -1) >= 0;
    case "NotTerminating":
      return (number(spec, "activeDeadlineSeconds") ?? -1) < 0;
    case "BestEffort":
      return qualityOf(spec) === "BestEffort";
    case "NotBestEffort":
      return qualityOf(spec) !== "BestEffort";
    case "PriorityClass":
      return hasValue(scope, text(spec, "priorityClassName"));
    case "CrossNamespacePodAffinity":
      return reachesOut(child(spec, "affinity"));
    default:
      return false;
  }
}

function hasValue({ scopeName, operator, values }: QuotaScope, value: string): boolean {
  if (operator === "Exists") return value !== "";
  const labels: JsonObject = value === "" ? {} : { [scopeName]: value };
  return selects({ matchExpressions: [{ key: scopeName, operator, values }] }, labels);
}

/** Whether Pods of other namespaces matter for where one runs. */
function reachesOut(affinity: JsonObject | undefined): boolean {
  return ["podAffinity", "podAntiAffinity"].some((kind) => {
    const terms = child(affinity, kind);
    const preferred = children(terms, "preferredDuringSchedulingIgnoredDuringExecution");
    const all: readonly JsonObject[] = [
      ...children(terms, "requiredDuringSchedulingIgnoredDuringExecution"),
      ...preferred.map((term) => child(term, "podAffinityTerm") ?? {}),
    ];
    return all.some(
      (term) => list(term, "namespaces").length > 0 || Object.hasOwn(term, "namespaceSelector"),
    );
  });
}
