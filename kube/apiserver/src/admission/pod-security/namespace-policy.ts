import type { JsonObject } from "@weir/core";
import { type FieldError, invalidField } from "@weir/schema";
import { child } from "../../resources/draft-access.ts";
import type { LevelVersion, SecurityLevel } from "./security-levels.ts";

/** What the labels of a namespace ask of its Pods. */
export interface NamespacePolicy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
  readonly errors: readonly FieldError[];
}

const PREFIX = "pod-security.kubernetes.io/";
const LEVELS: readonly SecurityLevel[] = ["privileged", "baseline", "restricted"];
const ANYTHING: LevelVersion = { level: "privileged", minor: "latest" };
const UNASKED: NamespacePolicy = { enforce: ANYTHING, audit: ANYTHING, warn: ANYTHING, errors: [] };

/** How strict a level is. */
export function strictnessOf(level: SecurityLevel): number {
  return LEVELS.indexOf(level);
}

/**
 * Reads the labels of a namespace. What cannot be read enforces the strictest level, and neither warns nor audits. Who enforces
 * a level is warned by it, too, so that workloads say what their Pods will hear.
 */
export function policyOf(namespace: JsonObject | undefined): NamespacePolicy {
  const labels = child(child(namespace, "metadata"), "labels");
  if (labels === undefined || !Object.keys(labels).some((key) => key.startsWith(PREFIX))) return UNASKED;
  const enforce = readMode(labels, "enforce", "restricted");
  const audit = readMode(labels, "audit", "privileged");
  const warn = readMode(labels, "warn", "privileged");
  const inherits =
    !warn.hasLevel && enforce.isValid && strictnessOf(enforce.level) > strictnessOf(warn.level);
  return {
    enforce: { level: enforce.level, minor: enforce.minor },
    audit: { level: audit.level, minor: audit.minor },
    warn: inherits
      ? { level: enforce.level, minor: warn.hasVersion ? warn.minor : enforce.minor }
      : { level: warn.level, minor: warn.minor },
    errors: [...enforce.errors, ...audit.errors, ...warn.errors],
  };
}

interface ReadMode extends LevelVersion {
  readonly hasLevel: boolean;
  readonly hasVersion: boolean;
  /** The level is named, and there is such a level. */
  readonly isValid: boolean;
  readonly errors: readonly FieldError[];
}

function readMode(labels: JsonObject, mode: string, onError: SecurityLevel): ReadMode {
  const errors: FieldError[] = [];
  const given = labels[`${PREFIX}${mode}`];
  const level = LEVELS.find((each) => each === given);
  if (typeof given === "string" && level === undefined)
    errors.push(invalid(mode, given, `must be one of ${LEVELS.join(", ")}`));
  const version = labels[`${PREFIX}${mode}-version`];
  const minor = typeof version === "string" ? readVersion(version) : "latest";
  if (minor === undefined)
    errors.push(invalid(`${mode}-version`, String(version), 'must be "latest" or "v1.x"'));
  return {
    level: level ?? (typeof given === "string" ? onError : "privileged"),
    minor: minor ?? "latest",
    hasLevel: typeof given === "string",
    hasVersion: typeof version === "string",
    isValid: level !== undefined,
    errors,
  };
}

function readVersion(version: string): number | "latest" | undefined {
  if (version === "latest") return version;
  const digits = /^v1\.(\d|[1-9]\d*)$/.exec(version)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function invalid(label: string, value: string, detail: string): FieldError {
  return invalidField(`metadata.labels[${PREFIX}${label}]`, value, detail);
}
