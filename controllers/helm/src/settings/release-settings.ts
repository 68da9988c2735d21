import { createHash } from "node:crypto";
import type { HelmRelease } from "@weir/api";
import { goDurationMs } from "@weir/core";

/** What a run does to a release, in the words of Flux's progress messages. */
export type ActionName =
  | "install"
  | "upgrade"
  | "test"
  | "rollback"
  | "uninstall"
  | "unlock"
  | "correct cluster drift";

type Named = Pick<HelmRelease, "metadata" | "spec">;

const DEFAULT_TIMEOUT = "5m0s";
const DEFAULT_MAX_HISTORY = 5;
const LONGEST_NAME = 53;
const HASH_LENGTH = 12;

/** The namespace of a HelmRelease itself. */
export function namespaceOf({ metadata }: Pick<HelmRelease, "metadata">): string {
  return metadata.namespace ?? "";
}

/** The name of the release as messages about failures have it: not shortened. */
export function fullReleaseNameOf({ metadata, spec }: Named): string {
  const { releaseName = "", targetNamespace = "" } = spec;
  if (releaseName !== "") return releaseName;
  return targetNamespace === "" ? metadata.name : `${targetNamespace}-${metadata.name}`;
}

/** The name of the release: one that is longer than helm's names may be ends in its hash. */
export function releaseNameOf(release: Named): string {
  return shortenName(fullReleaseNameOf(release));
}

/** A name of at most 53 bytes: a longer one keeps its first 40 and gets the first 12 digits of its SHA-256. */
export function shortenName(name: string): string {
  const bytes = Buffer.from(name, "utf8");
  if (bytes.length <= LONGEST_NAME) return name;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_LENGTH);
  return `${bytes.subarray(0, LONGEST_NAME - HASH_LENGTH - 1).toString("utf8")}-${hash}`;
}

/** The namespace that the release is made in. */
export function releaseNamespaceOf(release: Named): string {
  const { targetNamespace = "" } = release.spec;
  return targetNamespace === "" ? namespaceOf(release) : targetNamespace;
}

/** The namespace that the records of the release are kept in. */
export function storageNamespaceOf(release: Named): string {
  const { storageNamespace = "" } = release.spec;
  return storageNamespace === "" ? namespaceOf(release) : storageNamespace;
}

/** How many revisions are kept; 0 keeps all. */
export function maxHistoryOf({ maxHistory }: HelmRelease["spec"]): number {
  return maxHistory ?? DEFAULT_MAX_HISTORY;
}

/** The longest time of one operation of an action, as a Go duration. */
export function timeoutOf(spec: HelmRelease["spec"], action: ActionName): string {
  const whole = spec.timeout ?? DEFAULT_TIMEOUT;
  return action === "unlock" || action === "correct cluster drift" ? whole : (spec[action]?.timeout ?? whole);
}

/** The same in milliseconds. */
export function timeoutMsOf(spec: HelmRelease["spec"], action: ActionName): number {
  return goDurationMs(timeoutOf(spec, action));
}

/** Whether changes by others are looked for, and what is done about them. */
export function driftModeOf({ driftDetection }: HelmRelease["spec"]): "enabled" | "warn" | "disabled" {
  return driftDetection?.mode ?? "disabled";
}

/** Whether an upgrade goes on with the values of the revision before, beneath its own. */
export function preservesValues({ spec }: Pick<HelmRelease, "spec">): boolean {
  return spec.upgrade?.preserveValues === true;
}
