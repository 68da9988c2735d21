import type { JsonObject } from "@weir/core";
import { child, children, strings, text } from "../../resources/draft-access.ts";
import { isUnconfined, seccomp } from "./baseline-checks.ts";
import {
  containerList,
  hasOwnUsers,
  isWindows,
  namesOf,
  plural,
  type PodView,
  quoted,
  settersOf,
  sorted,
  type Violation,
} from "./pod-view.ts";

type Check = (pod: PodView) => Violation | undefined;

/** Since 1.25, what Windows does not have need not be said there. */
export function exceptWindows(check: Check): Check {
  return (pod) => (isWindows(pod) ? undefined : check(pod));
}

/** Since 1.35, root of a Pod with users of its own may be root. */
export function exceptOwnUsers(check: Check): Check {
  return (pod) => (hasOwnUsers(pod) ? undefined : check(pod));
}

export function privilegeEscalation(pod: PodView): Violation | undefined {
  const names = namesOf(pod, ({ security }) => security?.["allowPrivilegeEscalation"] !== false);
  if (names.length === 0) return undefined;
  return {
    reason: "allowPrivilegeEscalation != false",
    detail: `${containerList(names)} must set securityContext.allowPrivilegeEscalation=false`,
  };
}

export function allCapabilitiesDropped(pod: PodView): Violation | undefined {
  const of = (security: JsonObject | undefined, field: string): readonly string[] =>
    strings(child(security, "capabilities"), field);
  const extra = (security: JsonObject | undefined): readonly string[] =>
    of(security, "add").filter((name) => name !== "NET_BIND_SERVICE");
  const keeping = namesOf(pod, ({ security }) => !of(security, "drop").includes("ALL"));
  const adding = namesOf(pod, ({ security }) => extra(security).length > 0);
  const details: string[] = [];
  if (keeping.length > 0)
    details.push(`${containerList(keeping)} must set securityContext.capabilities.drop=["ALL"]`);
  if (adding.length > 0) {
    const added = quoted(sorted(pod.containers.flatMap(({ security }) => extra(security))));
    details.push(`${containerList(adding)} must not include ${added} in securityContext.capabilities.add`);
  }
  return details.length === 0
    ? undefined
    : { reason: "unrestricted capabilities", detail: details.join("; ") };
}

const ALLOWED_VOLUMES = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

export function volumeTypes({ spec }: PodView): Violation | undefined {
  const bad = children(spec, "volumes").filter(
    (volume) => !ALLOWED_VOLUMES.some((type) => child(volume, type) !== undefined),
  );
  if (bad.length === 0) return undefined;
  const names = bad.map((volume) => text(volume, "name"));
  const types = sorted(bad.map((volume) => Object.keys(volume).find((key) => key !== "name") ?? "unknown"));
  const volumes = `${plural(names.length, "volume")} ${quoted(names)} ${plural(names.length, "uses", "use")}`;
  return {
    reason: "restricted volume types",
    detail: `${volumes} ${plural(types.length, "restricted volume type")} ${quoted(types)}`,
  };
}

export function nonRoot(pod: PodView): Violation | undefined {
  const reason = "runAsNonRoot != true";
  const said = pod.security?.["runAsNonRoot"];
  const denying = namesOf(pod, ({ security }) => security?.["runAsNonRoot"] === false);
  const setters = settersOf(said === false, denying);
  if (setters !== "") return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  const silent = namesOf(pod, ({ security }) => typeof security?.["runAsNonRoot"] !== "boolean");
  if (said === true || silent.length === 0) return undefined;
  return { reason, detail: `pod or ${containerList(silent)} must set securityContext.runAsNonRoot=true` };
}

export function rootUser(pod: PodView): Violation | undefined {
  const names = namesOf(pod, ({ security }) => security?.["runAsUser"] === 0);
  const setters = settersOf(pod.security?.["runAsUser"] === 0, names);
  return setters === ""
    ? undefined
    : { reason: "runAsUser=0", detail: `${setters} must not set runAsUser=0` };
}

export function seccompSet(pod: PodView): Violation | undefined {
  const unconfined = seccomp(pod);
  if (unconfined !== undefined) return unconfined;
  const isSet = (security: JsonObject | undefined): boolean =>
    child(security, "seccompProfile") !== undefined && !isUnconfined(security, "seccompProfile");
  const silent = namesOf(pod, ({ security }) => !isSet(security));
  if (isSet(pod.security) || silent.length === 0) return undefined;
  const detail = `pod or ${containerList(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: "seccompProfile", detail };
}
