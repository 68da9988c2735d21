import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { formatQuantity, quantityFromJson, quantityMilliValue } from "@weir/text";
import { child, children, text } from "../resources/draft-access.ts";
import { containersOf, portWarnings } from "./pod/port-warnings.ts";
import { dns1123Label } from "./names.ts";
import { overlapWarnings } from "./pod/volume-warnings.ts";

const oldLabels: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  "beta.kubernetes.io/os": 'deprecated since v1.14; use "kubernetes.io/os" instead',
  "failure-domain.beta.kubernetes.io/region":
    'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  "failure-domain.beta.kubernetes.io/zone":
    'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  "beta.kubernetes.io/instance-type":
    'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

const oldAnnotations: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod":
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  "security.alpha.kubernetes.io/sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
  "security.alpha.kubernetes.io/unsafe-sysctls": 'non-functional in v1.11+; use the "sysctls" field instead',
};

const oldVolumes: Readonly<Record<string, string>> = {
  photonPersistentDisk: "deprecated in v1.11, non-functional in v1.16+",
  gitRepo: "deprecated in v1.11, and disabled by default in v1.33+",
  scaleIO: "deprecated in v1.16, non-functional in v1.22+",
  flocker: "deprecated in v1.22, non-functional in v1.25+",
  storageos: "deprecated in v1.22, non-functional in v1.25+",
  quobyte: "deprecated in v1.22, non-functional in v1.25+",
  glusterfs: "deprecated in v1.25, non-functional in v1.26+",
  cephfs: "deprecated in v1.28, non-functional in v1.31+",
  rbd: "deprecated in v1.28, non-functional in v1.31+",
};

const SECCOMP = "seccomp.security.alpha.kubernetes.io/pod";
const CONTAINER_SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const USE_SECCOMP = 'non-functional in v1.27+; use the "seccompProfile" field instead';
const NO_POD = "a null labelSelector results in matching no pod";

/** What a client should hear of a new Pod. */
export function podWarnings(pod: JsonObject, old?: JsonObject): readonly string[] {
  return old === undefined ? warningsOf(pod, "") : [];
}

/** The same of the template in a workload's spec; an update that leaves it alone is quiet. */
export function templateWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  return changedWarnings(child(workload, "spec"), child(old, "spec"), "spec.template.");
}

/** The same of a workload whose own name becomes a part of its Pods' names. */
export function namedTemplateWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  const warnings = templateWarnings(workload, old);
  return old === undefined ? [...nameWarnings(workload), ...warnings] : warnings;
}

/** The same of a CronJob, whose Jobs have the template. */
export function cronJobWarnings(object: JsonObject, old?: JsonObject): readonly string[] {
  const jobOf = (cronJob: JsonObject | undefined): JsonObject | undefined =>
    child(child(child(cronJob, "spec"), "jobTemplate"), "spec");
  const warnings = changedWarnings(jobOf(object), jobOf(old), "spec.jobTemplate.spec.template.");
  return old === undefined ? [...nameWarnings(object), ...warnings] : warnings;
}

function nameWarnings(workload: JsonObject): readonly string[] {
  const problems = dns1123Label(text(child(workload, "metadata"), "name"), false);
  if (problems.length === 0) return [];
  const why = "this is used in Pod names and hostnames, which can result in surprising behavior";
  return [`metadata.name: ${why}; a DNS label is recommended: [${problems.join(" ")}]`];
}

/** The same of a PodTemplate. */
export function podTemplateWarnings(object: JsonObject, old?: JsonObject): readonly string[] {
  return changedWarnings(object, old, "template.");
}

function changedWarnings(
  owner: JsonObject | undefined,
  old: JsonObject | undefined,
  at: string,
): readonly string[] {
  const template = child(owner, "template") ?? {};
  const before = child(old, "template");
  return before !== undefined && jsonEqual(template, before) ? [] : warningsOf(template, at);
}

function warningsOf(pod: JsonObject, at: string): readonly string[] {
  const spec = child(pod, "spec") ?? {};
  const field = `${at}spec`;
  const annotations = child(child(pod, "metadata"), "annotations") ?? {};
  const quoted = `${at}metadata.annotations`;
  const seccomp = child(child(spec, "securityContext"), "seccompProfile");
  return [
    ...labelWarnings(spec, field),
    ...spreadWarnings(spec, field),
    ...Object.entries(oldAnnotations).flatMap(([key, why]) =>
      Object.hasOwn(annotations, key) ? [`${quoted}[${key}]: ${why}`] : [],
    ),
    ...volumeWarnings(spec, field),
    ...overlapWarnings(spec),
    ...repeated(spec, "hostAliases", "ip").map((said) => `${field}.${said}`),
    ...repeated(spec, "imagePullSecrets", "name").map((said) => `${field}.${said}`),
    ...children(spec, "imagePullSecrets").flatMap((secret, index) =>
      text(secret, "name") === "" ? [`${field}.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
    ...fractionWarnings(child(spec, "overhead"), `${field}.overhead`, ["memory", "ephemeral-storage"]),
    ...(seccomp === undefined && Object.hasOwn(annotations, SECCOMP)
      ? [`${quoted}[${SECCOMP}]: ${USE_SECCOMP}`]
      : []),
    ...containersOf(spec, field).flatMap(({ container, field: place }) =>
      containerWarnings(container, place, { annotations, quoted, isTemplate: at !== "" }),
    ),
    ...portWarnings(spec, field),
    ...graceWarnings(spec, `${field}.terminationGracePeriodSeconds`),
    ...selectorWarnings(spec, `${field}.affinity`),
  ];
}

/** Labels of nodes that have other names now. */
function labelWarnings(spec: JsonObject, field: string): readonly string[] {
  const old = (label: string): string | undefined =>
    Object.hasOwn(oldLabels, label) ? oldLabels[label] : undefined;
  const nodes = child(child(spec, "affinity"), "nodeAffinity");
  const at = `${field}.affinity.nodeAffinity`;
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  const ofTerm = (term: JsonObject | undefined, place: string): readonly string[] =>
    children(term, "matchExpressions").flatMap((expression, index) => {
      const key = text(expression, "key");
      const why = old(key);
      return why === undefined ? [] : [`${place}.matchExpressions[${index}].key: ${key} is ${why}`];
    });
  return [
    ...Object.keys(child(spec, "nodeSelector") ?? {}).flatMap((label) => {
      const why = old(label);
      return why === undefined ? [] : [`${field}.nodeSelector[${label}]: ${why}`];
    }),
    ...children(child(nodes, required), "nodeSelectorTerms").flatMap((term, index) =>
      ofTerm(term, `${at}.${required}.nodeSelectorTerms[${index}]`),
    ),
    ...children(nodes, preferred).flatMap((term, index) =>
      ofTerm(child(term, "preference"), `${at}.${preferred}[${index}].preference`),
    ),
  ];
}

function spreadWarnings(spec: JsonObject, field: string): readonly string[] {
  return children(spec, "topologySpreadConstraints").flatMap((constraint, index) => {
    const at = `${field}.topologySpreadConstraints[${index}]`;
    const key = text(constraint, "topologyKey");
    const why = Object.hasOwn(oldLabels, key) ? oldLabels[key] : undefined;
    return [
      ...(why === undefined ? [] : [`${at}.topologyKey: ${key} is ${why}`]),
      ...(child(constraint, "labelSelector") === undefined ? [`${at}.labelSelector: ${NO_POD}`] : []),
    ];
  });
}

function volumeWarnings(spec: JsonObject, field: string): readonly string[] {
  return children(spec, "volumes").flatMap((volume, index) =>
    Object.entries(oldVolumes).flatMap(([source, why]) => {
      const shown = source === "storageos" ? "storageOS" : source;
      return child(volume, source) === undefined ? [] : [`${field}.volumes[${index}].${shown}: ${why}`];
    }),
  );
}

function repeated(spec: JsonObject, list: string, key: string): readonly string[] {
  const seen = new Set<string>();
  return children(spec, list).flatMap((item, index) => {
    const value = text(item, key);
    const isTaken = seen.has(value);
    seen.add(value);
    return isTaken ? [`${list}[${index}].${key}: duplicate ${key} ${JSON.stringify(value)}`] : [];
  });
}

/** Nobody has a part of a byte. */
function fractionWarnings(
  amounts: JsonObject | undefined,
  field: string,
  names: readonly string[],
): readonly string[] {
  return names.flatMap((name) => {
    const value = amounts?.[name];
    const quantity = value === undefined ? undefined : quantityFromJson(value);
    if (quantity === undefined || quantityMilliValue(quantity) % 1000n === 0n) return [];
    const shown = JSON.stringify(formatQuantity(quantity));
    return [`${field}[${name}]: fractional byte value ${shown} is invalid, must be an integer`];
  });
}

interface Annotated {
  readonly annotations: JsonObject;
  readonly quoted: string;
  /** Of a Pod itself this is told otherwise. */
  readonly isTemplate: boolean;
}

function containerWarnings(
  container: JsonObject,
  field: string,
  { annotations, quoted, isTemplate }: Annotated,
): readonly string[] {
  const context = child(container, "securityContext");
  const name = text(container, "name");
  const hasKey = (key: string): boolean => Object.hasOwn(annotations, key);
  const seccomp = `${CONTAINER_SECCOMP}${name}`;
  const armor = `${APP_ARMOR}${name}`;
  const isOldArmor = isTemplate && child(context, "appArmorProfile") === undefined && hasKey(armor);
  const resources = child(container, "resources");
  return [
    ...(child(context, "seccompProfile") === undefined && hasKey(seccomp)
      ? [`${quoted}[${seccomp}]: ${USE_SECCOMP}`]
      : []),
    ...(isOldArmor
      ? [`${quoted}[${armor}]: deprecated since v1.30; use the "appArmorProfile" field instead`]
      : []),
    ...["memory", "ephemeral-storage"].flatMap((resource) =>
      ["limits", "requests"].flatMap((list) =>
        fractionWarnings(child(resources, list), `${field}.resources.${list}`, [resource]),
      ),
    ),
    ...hiddenVariables(container, `${field}.env`),
  ];
}

function graceWarnings(spec: JsonObject, field: string): readonly string[] {
  const seconds = spec["terminationGracePeriodSeconds"];
  const isNegative = typeof seconds === "number" && seconds < 0;
  return isNegative ? [`${field}: must be >= 0; negative values are invalid and will be treated as 1`] : [];
}

/** A term without a selector is about no Pod. */
function selectorWarnings(spec: JsonObject, field: string): readonly string[] {
  return ["podAffinity", "podAntiAffinity"].flatMap((name) => {
    const affinity = child(child(spec, "affinity"), name);
    const required = "requiredDuringSchedulingIgnoredDuringExecution";
    const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
    return [
      ...children(affinity, required).flatMap((term, index) =>
        child(term, "labelSelector") === undefined
          ? [`${field}.${name}.${required}[${index}].labelSelector: ${NO_POD}`]
          : [],
      ),
      ...children(affinity, preferred).flatMap((term, index) =>
        child(child(term, "podAffinityTerm"), "labelSelector") === undefined
          ? [`${field}.${name}.${preferred}[${index}].podAffinityTerm.labelSelector: ${NO_POD}`]
          : [],
      ),
    ];
  });
}

/** Variables of one name: only one that is made of the one before is meant to come after it. */
function hiddenVariables(container: JsonObject, field: string): readonly string[] {
  const seen = new Set<string>();
  return children(container, "env").flatMap((variable, index) => {
    const name = text(variable, "name");
    const value = text(variable, "value");
    const isMadeOf = value.includes(`$(${name})`) && value !== `$(${name})`;
    const hides = seen.has(name) && (child(variable, "valueFrom") !== undefined || !isMadeOf);
    seen.add(name);
    if (!hides) return [];
    return [
      `${field}[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}
