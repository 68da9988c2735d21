import type { JsonObject } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import { child, children, text } from "../resources/draft-access.ts";

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

/** What a client should hear of a new Pod. */
export function podWarnings(pod: JsonObject, old?: JsonObject): readonly string[] {
  return old === undefined ? warningsOf(pod, "") : [];
}

/** The same of the template in a workload's spec; an update that leaves it alone is quiet. */
export function templateWarnings(workload: JsonObject, old?: JsonObject): readonly string[] {
  return changedWarnings(child(workload, "spec"), child(old, "spec"), "spec.template.");
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
  const annotations = Object.keys(child(child(pod, "metadata"), "annotations") ?? {});
  return [
    ...Object.keys(child(spec, "nodeSelector") ?? {}).flatMap((label) =>
      Object.hasOwn(oldLabels, label) ? [`${at}spec.nodeSelector[${label}]: ${oldLabels[label]}`] : [],
    ),
    ...annotations
      .filter((name) => name.startsWith("seccomp.security.alpha.kubernetes.io/pod"))
      .map(
        (name) =>
          `${at}metadata.annotations[${name}]: non-functional in v1.27+; use the "seccompProfile" field instead`,
      ),
    ...children(spec, "imagePullSecrets").flatMap((secret, index) =>
      text(secret, "name") === "" ? [`${at}spec.imagePullSecrets[${index}].name: invalid empty name ""`] : [],
    ),
    ...["initContainers", "containers"].flatMap((field) =>
      children(spec, field).flatMap((container, index) =>
        hiddenVariables(container, `${at}spec.${field}[${index}].env`),
      ),
    ),
  ];
}

/** Variables of one name: only one that is made of the one before is meant to come after it. */
function hiddenVariables(container: JsonObject, field: string): readonly string[] {
  const seen = new Set<string>();
  return children(container, "env").flatMap((variable, index) => {
    const name = text(variable, "name");
    const hides = seen.has(name) && !text(variable, "value").includes(`$(${name})`);
    seen.add(name);
    if (!hides) return [];
    return [
      `${field}[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}
