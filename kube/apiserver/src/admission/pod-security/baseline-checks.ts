import type { JsonObject } from "@weir/core";
import { child, children, number, strings, text } from "../../resources/draft-access.ts";
import {
  containerList,
  hasOwnUsers,
  namesOf,
  plural,
  type PodView,
  quoted,
  settersOf,
  sorted,
  type Violation,
} from "./pod-view.ts";

export function privileged(pod: PodView): Violation | undefined {
  const names = namesOf(pod, ({ security }) => security?.["privileged"] === true);
  if (names.length === 0) return undefined;
  return {
    reason: "privileged",
    detail: `${containerList(names)} must not set securityContext.privileged=true`,
  };
}

export function hostNamespaces({ spec }: PodView): Violation | undefined {
  const used = ["hostNetwork", "hostPID", "hostIPC"].filter((field) => spec[field] === true);
  if (used.length === 0) return undefined;
  return { reason: "host namespaces", detail: used.map((field) => `${field}=true`).join(", ") };
}

export function hostPathVolumes({ spec }: PodView): Violation | undefined {
  const volumes = children(spec, "volumes").filter((volume) => child(volume, "hostPath") !== undefined);
  if (volumes.length === 0) return undefined;
  const names = volumes.map((volume) => text(volume, "name"));
  return { reason: "hostPath volumes", detail: `${plural(names.length, "volume")} ${quoted(names)}` };
}

export function hostPorts(pod: PodView): Violation | undefined {
  const portsOf = (container: JsonObject): readonly string[] =>
    children(container, "ports").flatMap((port) => {
      const host = number(port, "hostPort") ?? 0;
      return host === 0 ? [] : [String(host)];
    });
  const names = namesOf(pod, ({ container }) => portsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = sorted(pod.containers.flatMap(({ container }) => portsOf(container)));
  const detail = `${containerList(names)} ${plural(names.length, "uses", "use")} ${plural(ports.length, "hostPort")} ${ports.join(", ")}`;
  return { reason: "hostPort", detail };
}

/** Since 1.34, as a probe of another host asks on behalf of the node. */
export function hostsOfProbes(pod: PodView): Violation | undefined {
  const hostsOf = (container: JsonObject): readonly string[] => {
    const lifecycle = child(container, "lifecycle");
    const handlers = [
      ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => child(container, probe)),
      ...["postStart", "preStop"].map((moment) => child(lifecycle, moment)),
    ];
    return handlers
      .flatMap((handler) => ["httpGet", "tcpSocket"].map((kind) => text(child(handler, kind), "host")))
      .filter((host) => host !== "");
  };
  const names = sorted(namesOf(pod, ({ container }) => hostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = sorted(pod.containers.flatMap(({ container }) => hostsOf(container)));
  const what = plural(hosts.length, "probe or lifecycle host");
  const detail = `${containerList(names)} ${plural(names.length, "uses", "use")} ${what} ${quoted(hosts)}`;
  return { reason: "probe or lifecycle host", detail };
}

const USUAL_CAPABILITIES = new Set(
  "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID SYS_CHROOT".split(
    " ",
  ),
);

export function unusualCapabilities(pod: PodView): Violation | undefined {
  const unusual = (security: JsonObject | undefined): readonly string[] =>
    strings(child(security, "capabilities"), "add").filter((name) => !USUAL_CAPABILITIES.has(name));
  const names = namesOf(pod, ({ security }) => unusual(security).length > 0);
  if (names.length === 0) return undefined;
  const capabilities = sorted(pod.containers.flatMap(({ security }) => unusual(security)));
  const detail = `${containerList(names)} must not include ${quoted(capabilities)} in securityContext.capabilities.add`;
  return { reason: "non-default capabilities", detail };
}

export function procMount(pod: PodView): Violation | undefined {
  const isBad = (security: JsonObject | undefined): boolean => {
    const mount = security?.["procMount"];
    return typeof mount === "string" && mount !== "Default";
  };
  const names = namesOf(pod, ({ security }) => isBad(security));
  if (names.length === 0) return undefined;
  const bad = pod.containers.filter(({ security }) => isBad(security));
  const types = sorted(bad.map(({ security }) => text(security, "procMount")));
  return {
    reason: "procMount",
    detail: `${containerList(names)} must not set securityContext.procMount to ${quoted(types)}`,
  };
}

/** Since 1.35, Pods with users of their own may see all of /proc. */
export function procMountBesideUsers(pod: PodView): Violation | undefined {
  return hasOwnUsers(pod) ? undefined : procMount(pod);
}

/** SELinux types that do not let a container out. */
export function seLinux(...more: readonly string[]): (pod: PodView) => Violation | undefined {
  const allowed = new Set(["", "container_t", "container_init_t", "container_kvm_t", ...more]);
  const of = (security: JsonObject | undefined): JsonObject | undefined => child(security, "seLinuxOptions");
  const isBad = (security: JsonObject | undefined): boolean => {
    const options = of(security);
    if (options === undefined) return false;
    const named = text(options, "user") !== "" || text(options, "role") !== "";
    return named || !allowed.has(text(options, "type"));
  };
  return (pod) => {
    const isPod = isBad(pod.security);
    const names = namesOf(pod, ({ security }) => isBad(security));
    if (!isPod && names.length === 0) return undefined;
    const all = [pod.security, ...pod.containers.map(({ security }) => security)].filter(isBad).map(of);
    const types = sorted(all.map((options) => text(options, "type")).filter((type) => !allowed.has(type)));
    const problems = [
      ...(types.length === 0 ? [] : [`${plural(types.length, "type")} ${quoted(types)}`]),
      ...(all.some((options) => text(options, "user") !== "") ? ["user may not be set"] : []),
      ...(all.some((options) => text(options, "role") !== "") ? ["role may not be set"] : []),
    ];
    const who = settersOf(isPod, names);
    const detail = `${who} set forbidden securityContext.seLinuxOptions: ${problems.join("; ")}`;
    return { reason: "seLinuxOptions", detail };
  };
}

const CONFINED = new Set(["RuntimeDefault", "Localhost"]);

/** Whether a profile of AppArmor or seccomp that is set confines nothing. */
export function isUnconfined(security: JsonObject | undefined, field: string): boolean {
  const profile = child(security, field);
  return profile !== undefined && !CONFINED.has(text(profile, "type"));
}

/** The types of profiles that confine nothing. */
export function unconfinedTypes(pod: PodView, field: string): readonly string[] {
  const all = [pod.security, ...pod.containers.map(({ security }) => security)];
  const bad = all.filter((security) => isUnconfined(security, field));
  return sorted(bad.map((security) => text(child(security, field), "type")));
}

const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

export function appArmor(pod: PodView): Violation | undefined {
  const isPod = isUnconfined(pod.security, "appArmorProfile");
  const names = namesOf(pod, ({ security }) => isUnconfined(security, "appArmorProfile"));
  const annotations = Object.entries(pod.annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !isConfiningAnnotation(String(value)))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .sort();
  const setters = settersOf(isPod, names);
  if (setters === "" && annotations.length === 0) return undefined;
  const values = [...unconfinedTypes(pod, "appArmorProfile"), ...annotations];
  const who = [setters, annotations.length === 0 ? "" : plural(annotations.length, "annotation")];
  const shown = who.filter((each) => each !== "").join(" and ");
  return {
    reason: plural(values.length, "forbidden AppArmor profile"),
    detail: `${shown} must not set AppArmor profile type to ${quoted(values)}`,
  };
}

function isConfiningAnnotation(profile: string): boolean {
  return profile === "" || profile === "runtime/default" || profile.startsWith("localhost/");
}

const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
const SECCOMP_CONTAINER = "container.seccomp.security.alpha.kubernetes.io/";

/** Before 1.19 profiles were annotations. */
export function seccompAnnotations({ annotations, containers }: PodView): Violation | undefined {
  const keys = [SECCOMP_POD, ...containers.map(({ name }) => `${SECCOMP_CONTAINER}${name}`)];
  const bad = keys.flatMap((key) => {
    const value = annotations[key];
    if (typeof value !== "string") return [];
    const isFine =
      value === "runtime/default" || value === "docker/default" || value.startsWith("localhost/");
    return isFine ? [] : [`${key}=${JSON.stringify(value)}`];
  });
  if (bad.length === 0) return undefined;
  const unique = sorted(bad);
  return {
    reason: "seccompProfile",
    detail: `forbidden ${plural(unique.length, "annotation")} ${unique.join(", ")}`,
  };
}

export function seccomp(pod: PodView): Violation | undefined {
  const isPod = isUnconfined(pod.security, "seccompProfile");
  const names = namesOf(pod, ({ security }) => isUnconfined(security, "seccompProfile"));
  const setters = settersOf(isPod, names);
  if (setters === "") return undefined;
  const types = quoted(unconfinedTypes(pod, "seccompProfile"));
  const detail = `${setters} must not set securityContext.seccompProfile.type to ${types}`;
  return { reason: "seccompProfile", detail };
}

const SAFE_SYSCTLS = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];

/** Kernel settings that matter only within the Pod. */
export function sysctls(...more: readonly string[]): (pod: PodView) => Violation | undefined {
  const allowed = new Set([...SAFE_SYSCTLS, ...more]);
  return ({ security }) => {
    const names = children(security, "sysctls").map((sysctl) => text(sysctl, "name"));
    const bad = names.filter((name) => !allowed.has(name));
    return bad.length === 0 ? undefined : { reason: "forbidden sysctls", detail: bad.join(", ") };
  };
}

export function hostProcess(pod: PodView): Violation | undefined {
  const isBad = (security: JsonObject | undefined): boolean =>
    child(security, "windowsOptions")?.["hostProcess"] === true;
  const names = namesOf(pod, ({ security }) => isBad(security));
  const setters = settersOf(isBad(pod.security), names);
  if (setters === "") return undefined;
  const detail = `${setters} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: "hostProcess", detail };
}
