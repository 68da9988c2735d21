import type { JsonObject } from "@weir/core";
import {
  appArmor,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProcess,
  hostsOfProbes,
  privileged,
  procMount,
  procMountBesideUsers,
  seccomp,
  seccompAnnotations,
  seLinux,
  sysctls,
  unusualCapabilities,
} from "./baseline-checks.ts";
import { type PodView, type Violation, viewPod } from "./pod-view.ts";
import {
  allCapabilitiesDropped,
  exceptOwnUsers,
  exceptWindows,
  nonRoot,
  privilegeEscalation,
  rootUser,
  seccompSet,
  volumeTypes,
} from "./restricted-checks.ts";

/** How much a Pod may do. */
export type SecurityLevel = "privileged" | "baseline" | "restricted";

/** A level as of a minor version of Kubernetes; `latest` where none is named. */
export interface LevelVersion {
  readonly level: SecurityLevel;
  readonly minor: number | "latest";
}

interface Check {
  readonly id: string;
  readonly level: "baseline" | "restricted";
  /** What is checked since which minor version, the oldest first. */
  readonly since: readonly (readonly [minor: number, check: (pod: PodView) => Violation | undefined])[];
  /** A check of the lower level that this one includes. */
  readonly replaces?: string;
}

const SINCE_27 = ["net.ipv4.ip_local_reserved_ports"];
const SINCE_29 = [
  ...SINCE_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SINCE_32 = [...SINCE_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

/** In the order of messages: by level, then by name. */
const CHECKS: readonly Check[] = [
  { id: "appArmorProfile", level: "baseline", since: [[0, appArmor]] },
  { id: "capabilities_baseline", level: "baseline", since: [[0, unusualCapabilities]] },
  { id: "hostNamespaces", level: "baseline", since: [[0, hostNamespaces]] },
  { id: "hostPathVolumes", level: "baseline", since: [[0, hostPathVolumes]] },
  { id: "hostPorts", level: "baseline", since: [[0, hostPorts]] },
  { id: "hostProbesAndHostLifecycle", level: "baseline", since: [[34, hostsOfProbes]] },
  { id: "privileged", level: "baseline", since: [[0, privileged]] },
  {
    id: "procMount",
    level: "baseline",
    since: [
      [0, procMount],
      [35, procMountBesideUsers],
    ],
  },
  {
    id: "seLinuxOptions",
    level: "baseline",
    since: [
      [0, seLinux()],
      [31, seLinux("container_engine_t")],
    ],
  },
  {
    id: "seccompProfile_baseline",
    level: "baseline",
    since: [
      [0, seccompAnnotations],
      [19, seccomp],
    ],
  },
  {
    id: "sysctls",
    level: "baseline",
    since: [
      [0, sysctls()],
      [27, sysctls(...SINCE_27)],
      [29, sysctls(...SINCE_29)],
      [32, sysctls(...SINCE_32)],
    ],
  },
  { id: "windowsHostProcess", level: "baseline", since: [[0, hostProcess]] },
  {
    id: "allowPrivilegeEscalation",
    level: "restricted",
    since: [
      [8, privilegeEscalation],
      [25, exceptWindows(privilegeEscalation)],
    ],
  },
  {
    id: "capabilities_restricted",
    level: "restricted",
    replaces: "capabilities_baseline",
    since: [
      [22, allCapabilitiesDropped],
      [25, exceptWindows(allCapabilitiesDropped)],
    ],
  },
  { id: "procMount_restricted", level: "restricted", replaces: "procMount", since: [[35, procMount]] },
  {
    id: "restrictedVolumes",
    level: "restricted",
    replaces: "hostPathVolumes",
    since: [[0, volumeTypes]],
  },
  {
    id: "runAsNonRoot",
    level: "restricted",
    since: [
      [0, nonRoot],
      [35, exceptOwnUsers(nonRoot)],
    ],
  },
  {
    id: "runAsUser",
    level: "restricted",
    since: [
      [23, rootUser],
      [35, exceptOwnUsers(rootUser)],
    ],
  },
  {
    id: "seccompProfile_restricted",
    level: "restricted",
    replaces: "seccompProfile_baseline",
    since: [
      [19, seccompSet],
      [25, exceptWindows(seccompSet)],
    ],
  },
];

/** What a level has against a Pod, in the order of messages. */
export function violationsOf(
  { level, minor }: LevelVersion,
  metadata: JsonObject | undefined,
  spec: JsonObject,
): readonly Violation[] {
  if (level === "privileged") return [];
  const pod = viewPod(metadata, spec);
  const asOf = minor === "latest" ? Number.POSITIVE_INFINITY : minor;
  const active = CHECKS.flatMap(({ since, ...check }) => {
    const current = since.findLast(([first]) => first <= asOf);
    const isWanted = level === "restricted" || check.level === "baseline";
    return current === undefined || !isWanted ? [] : [{ ...check, run: current[1] }];
  });
  const replaced = new Set(active.map(({ replaces }) => replaces));
  return active.flatMap(({ id, run }) => (replaced.has(id) ? [] : (run(pod) ?? [])));
}

/** `restricted:latest` */
export function levelText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === "latest" ? minor : `v1.${minor}`}`;
}

/** Violations with what is wrong in each. */
export function detailsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}
