import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { child, children, integer, number, strings, text } from "../resources/draft-access.ts";
import { isSameGoStruct } from "./go-struct.ts";
import { ipWarnings } from "./ip-errors.ts";
import { dns1123Label, labelValueErrors } from "./names.ts";
import { deprecatedNodeLabel } from "./node-labels.ts";
import { appArmorProfileOf } from "./pod/annotations.ts";
import { claimWarnings } from "./pod/claim-warnings.ts";
import { fractionWarnings } from "./pod/fraction-warnings.ts";
import { portWarnings } from "./pod/port-warnings.ts";
import { overlapWarnings } from "./pod/volume-warnings.ts";
import { containersOf } from "./pod/windows.ts";

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
  return old === undefined ? [...nameWarnings(pod, "the Pod's hostname"), ...warningsOf(pod, "")] : [];
}

/** The same of the template in a workload's spec; a write that the generation does not count is quiet. */
export function templateWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  if (!isCounted(workload, old)) return [];
  return warningsOf(child(child(workload, "spec"), "template") ?? {}, "spec.template.");
}

/** The same of a workload whose own name becomes a part of its Pods' names. */
export function namedTemplateWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  const warnings = templateWarnings(workload, old);
  return old === undefined ? [...nameWarnings(workload, IN_PODS), ...warnings] : warnings;
}

/** The same of a DaemonSet, whose template has a generation of its own. */
export function rolledWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  const template = child(child(workload, "spec"), "template") ?? {};
  const before = child(child(old, "spec"), "template");
  return before !== undefined && jsonEqual(template, before) ? [] : warningsOf(template, "spec.template.");
}

/** The same of a ReplicationController; of an update, upstream looks at the template that was there before. */
export function controllerWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  if (old === undefined) return namedTemplateWarnings(workload);
  return isCounted(workload, old)
    ? warningsOf(child(child(old, "spec"), "template") ?? {}, "spec.template.")
    : [];
}

/** The same of a Job. */
export function jobWarnings(job: JsonObject, old?: JsonObject): readonly string[] {
  const warnings = isCounted(job, old) ? jobSpecWarnings(child(job, "spec") ?? {}, "spec") : [];
  return old === undefined ? [...nameWarnings(job, IN_PODS), ...warnings] : warnings;
}

/** The same of a CronJob, whose Jobs have the template. */
export function cronJobWarnings(object: JsonObject, old?: JsonObject): readonly string[] {
  const spec = child(object, "spec");
  const ofJob = child(child(spec, "jobTemplate"), "spec") ?? {};
  const warnings = isCounted(object, old) ? jobSpecWarnings(ofJob, "spec.jobTemplate.spec") : [];
  if (old === undefined) return [...nameWarnings(object, IN_PODS), ...warnings];
  return text(spec, "schedule").includes("TZ") ? [...warnings, ZONE_IN_SCHEDULE] : warnings;
}

const ZONE_IN_SCHEDULE =
  "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
const MANY =
  "In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail";

function jobSpecWarnings(spec: JsonObject, at: string): readonly string[] {
  const isIndexed = text(spec, "completionMode") === "Indexed";
  const isMany = (number(spec, "completions") ?? 0) > 100_000 && (number(spec, "parallelism") ?? 0) > 10_000;
  return [
    ...(isIndexed && isMany ? [`${at}: ${MANY}`] : []),
    ...warningsOf(child(spec, "template") ?? {}, `${at}.template.`),
  ];
}

const IN_PODS = "Pod names and hostnames";

function nameWarnings(object: JsonObject, where: string): readonly string[] {
  const problems = dns1123Label(text(child(object, "metadata"), "name"), false);
  if (problems.length === 0) return [];
  const why = `this is used in ${where}, which can result in surprising behavior`;
  return [`metadata.name: ${why}; a DNS label is recommended: [${problems.join(" ")}]`];
}

/** The same of a PodTemplate. */
export function podTemplateWarnings(object: JsonObject, old?: JsonObject): readonly string[] {
  return isCounted(object, old) ? warningsOf(child(object, "template") ?? {}, "template.") : [];
}

/** Whether an object is new, or its generation counts what is written. */
function isCounted(object: JsonObject, old: JsonObject | undefined): boolean {
  if (old === undefined) return true;
  return child(object, "metadata")?.["generation"] !== child(old, "metadata")?.["generation"];
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
    ...containersOf(spec, field).flatMap(([place, container]) =>
      containerWarnings(container, place, {
        annotations,
        quoted,
        isTemplate: at !== "",
        profile: child(child(spec, "securityContext"), "appArmorProfile"),
      }),
    ),
    ...portWarnings(spec, field),
    ...graceWarnings(spec, `${field}.terminationGracePeriodSeconds`),
    ...selectorWarnings(spec, `${field}.affinity`),
    ...strings(child(spec, "dnsConfig"), "nameservers").flatMap((server, index) =>
      ipWarnings(`${field}.dnsConfig.nameservers[${index}]`, server),
    ),
    ...children(spec, "hostAliases").flatMap((alias, index) =>
      ipWarnings(`${field}.hostAliases[${index}].ip`, text(alias, "ip")),
    ),
  ];
}

/** Labels of nodes that have other names now. */
function labelWarnings(spec: JsonObject, field: string): readonly string[] {
  const nodes = child(child(spec, "affinity"), "nodeAffinity");
  const at = `${field}.affinity.nodeAffinity`;
  const required = "requiredDuringSchedulingIgnoredDuringExecution";
  const preferred = "preferredDuringSchedulingIgnoredDuringExecution";
  const ofTerm = (term: JsonObject | undefined, place: string, looksAtValues = false): readonly string[] =>
    children(term, "matchExpressions").flatMap((expression, index) => {
      const key = text(expression, "key");
      const why = deprecatedNodeLabel(key);
      const field = `${place}.matchExpressions[${index}]`;
      return [
        ...(why === undefined ? [] : [`${field}.key: ${key} is ${why}`]),
        ...(looksAtValues ? valueWarnings(strings(expression, "values"), `${field}.values`) : []),
      ];
    });
  return [
    ...Object.keys(child(spec, "nodeSelector") ?? {}).flatMap((label) => {
      const why = deprecatedNodeLabel(label);
      return why === undefined ? [] : [`${field}.nodeSelector[${label}]: ${why}`];
    }),
    ...children(child(nodes, required), "nodeSelectorTerms").flatMap((term, index) =>
      ofTerm(term, `${at}.${required}.nodeSelectorTerms[${index}]`),
    ),
    ...children(nodes, preferred).flatMap((term, index) =>
      ofTerm(child(term, "preference"), `${at}.${preferred}[${index}].preference`, true),
    ),
  ];
}

function valueWarnings(values: readonly string[], field: string): readonly string[] {
  return values.flatMap((value, index) =>
    labelValueErrors(value).map((why) => `${field}[${index}]: ${value} is invalid, ${why}`),
  );
}

function spreadWarnings(spec: JsonObject, field: string): readonly string[] {
  return children(spec, "topologySpreadConstraints").flatMap((constraint, index) => {
    const at = `${field}.topologySpreadConstraints[${index}]`;
    const key = text(constraint, "topologyKey");
    const why = deprecatedNodeLabel(key);
    return [
      ...(why === undefined ? [] : [`${at}.topologyKey: ${key} is ${why}`]),
      ...(child(constraint, "labelSelector") === undefined ? [`${at}.labelSelector: ${NO_POD}`] : []),
    ];
  });
}

function volumeWarnings(spec: JsonObject, field: string): readonly string[] {
  return children(spec, "volumes").flatMap((volume, index) => {
    const at = `${field}.volumes[${index}]`;
    const claim = child(child(child(volume, "ephemeral"), "volumeClaimTemplate"), "spec");
    const [first, second] = [oldVolumeWarnings(volume, at, false), oldVolumeWarnings(volume, at, true)];
    if (claim === undefined) return [...first, ...second];
    return [...first, ...claimWarnings(claim, `${at}.ephemeral.volumeClaimTemplate.spec`), ...second];
  });
}

/** Sources that upstream tells of after those that come and go with a Pod. */
const late = new Set(["cephfs", "rbd"]);

function oldVolumeWarnings(volume: JsonObject, at: string, isLate: boolean): readonly string[] {
  return Object.entries(oldVolumes).flatMap(([source, why]) => {
    if (late.has(source) !== isLate || child(volume, source) === undefined) return [];
    return [`${at}.${source === "storageos" ? "storageOS" : source}: ${why}`];
  });
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

interface Annotated {
  readonly annotations: JsonObject;
  readonly quoted: string;
  /** Of a Pod itself this is told otherwise. */
  readonly isTemplate: boolean;
  /** The profile of all of the Pod. */
  readonly profile: JsonObject | undefined;
}

function containerWarnings(
  container: JsonObject,
  field: string,
  { annotations, quoted, isTemplate, profile }: Annotated,
): readonly string[] {
  const context = child(container, "securityContext");
  const name = text(container, "name");
  const hasKey = (key: string): boolean => Object.hasOwn(annotations, key);
  const seccomp = `${CONTAINER_SECCOMP}${name}`;
  const armor = `${APP_ARMOR}${name}`;
  const isOldArmor =
    isTemplate &&
    child(context, "appArmorProfile") === undefined &&
    hasKey(armor) &&
    !(
      profile !== undefined &&
      isSameGoStruct("?AppArmorProfile", profile, appArmorProfileOf(text(annotations, armor)))
    );
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
  const isNegative = (integer(spec, "terminationGracePeriodSeconds") ?? 0) < 0;
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
