import { type JsonObject, type JsonValue, parseJson } from "@weir/core";
import type { HookEvent } from "../manifests/hook.ts";
import { ReleaseRecordError } from "./release-error.ts";
import type {
  ApplyMethod,
  HookPhase,
  HookRun,
  Release,
  ReleaseHook,
  ReleaseStatus,
  RevisionInfo,
  StoredChart,
} from "./release.ts";

const ZERO_TIME = "0001-01-01T00:00:00Z";

const STATUSES: ReadonlySet<string> = new Set<ReleaseStatus>([
  "unknown",
  "deployed",
  "uninstalled",
  "superseded",
  "failed",
  "uninstalling",
  "pending-install",
  "pending-upgrade",
  "pending-rollback",
]);

/**
 * Reads a record that helm 3, helm 4 or we wrote: moments may be missing, null, empty or Go's zero. Labels are not in the
 * text. Throws `ReleaseRecordError` for what is no record.
 */
export function readRelease(text: string, labels: Readonly<Record<string, string>>): Release {
  const record = objectOf(parseRecord(text));
  if (record === undefined) throw new ReleaseRecordError("the record of a release is no object");
  return {
    name: textOf(record["name"]),
    namespace: textOf(record["namespace"]),
    version: typeof record["version"] === "number" ? record["version"] : 0,
    info: readInfo(objectOf(record["info"]) ?? {}),
    chart: objectOf(record["chart"]) as StoredChart | undefined,
    config: objectOf(record["config"]) ?? {},
    manifest: textOf(record["manifest"]),
    hooks: listOf(record["hooks"])
      .map(objectOf)
      .filter((hook) => hook !== undefined)
      .map(readHook),
    applyMethod: applyMethodOf(record["apply_method"]),
    labels,
  };
}

function parseRecord(text: string): JsonValue {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ReleaseRecordError("the record of a release is no json", { cause });
  }
}

function readInfo(info: JsonObject): RevisionInfo {
  const status = textOf(info["status"]);
  return {
    ...moments({
      firstDeployed: info["first_deployed"],
      lastDeployed: info["last_deployed"],
      deleted: info["deleted"],
    }),
    description: textOf(info["description"]),
    status: STATUSES.has(status) ? (status as ReleaseStatus) : "unknown",
    notes: textOf(info["notes"]),
  };
}

function readHook(hook: JsonObject): ReleaseHook {
  const run = objectOf(hook["last_run"]) ?? {};
  const lastRun: HookRun = {
    ...moments({ startedAt: run["started_at"], completedAt: run["completed_at"] }),
    phase: textOf(run["phase"]) as HookPhase,
  };
  return {
    name: textOf(hook["name"]),
    kind: textOf(hook["kind"]),
    path: textOf(hook["path"]),
    manifest: textOf(hook["manifest"]),
    events: listOf(hook["events"]).map(textOf) as readonly HookEvent[],
    lastRun,
    weight: typeof hook["weight"] === "number" ? hook["weight"] : 0,
    deletePolicies: listOf(hook["delete_policies"]).map(textOf),
    outputLogPolicies: listOf(hook["output_log_policies"]).map(textOf),
  };
}

/** Go's zero time, which helm 3 writes, stands for none. */
function moments<Name extends string>(
  values: Readonly<Record<Name, JsonValue | undefined>>,
): { readonly [name in Name]?: string } {
  const kept = Object.entries<JsonValue | undefined>(values).filter(
    ([, value]) => typeof value === "string" && value !== "" && value !== ZERO_TIME,
  );
  return Object.fromEntries(kept) as { readonly [name in Name]?: string };
}

function applyMethodOf(value: JsonValue | undefined): ApplyMethod | undefined {
  return value === "ssa" || value === "csa" ? value : undefined;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as JsonObject;
}
