import { createHash } from "node:crypto";
import { compareUtf8, type JsonObject, type JsonValue } from "@weir/core";
import type { Release, ReleaseHook, RevisionInfo } from "@weir/helm";

/**
 * The digest by which a revision is known again: that of Flux, so that a release may go from one to the other and back. It
 * covers all but tests, which may be run by others, too.
 */
export function releaseDigest(release: Release, ociDigest: string | undefined): string {
  const { name, version, info, chart, config, manifest, hooks, namespace } = release;
  const kept = hooks.filter(({ events }) => !events.includes("test"));
  const observation: JsonObject = {
    name,
    version,
    info: infoOf(info),
    chartMetadata: chart?.metadata ?? {},
    config: Object.keys(config).length === 0 ? null : new SortedMap(config),
    manifest,
    hooks: kept.length === 0 ? null : kept.map(hookOf),
    namespace,
    ...(ociDigest === undefined || ociDigest === "" ? {} : { ociDigest }),
  } as unknown as JsonObject;
  return `sha256:${createHash("sha256")
    .update(`${goJson(observation)}\n`)
    .digest("hex")}`;
}

/** A digest of a value as Go's encoder of JSON writes it, with the fields in the order in which they are given. */
export function jsonDigest(value: JsonValue): string {
  return `sha256:${createHash("sha256")
    .update(`${goJson(value)}\n`)
    .digest("hex")}`;
}

/** Marks what is a map in Go: its keys are sorted, those of structs are not. */
export class SortedMap {
  readonly entries: JsonObject;

  constructor(entries: JsonObject) {
    this.entries = entries;
  }
}

function infoOf(info: RevisionInfo): JsonObject {
  return withoutEmpty({
    first_deployed: info.firstDeployed,
    last_deployed: info.lastDeployed,
    deleted: info.deleted,
    description: info.description,
    status: info.status,
    notes: info.notes,
  });
}

function hookOf({ lastRun, ...hook }: ReleaseHook): JsonObject {
  const { phase, startedAt, completedAt } = lastRun;
  return withoutEmpty({
    name: hook.name,
    kind: hook.kind,
    path: hook.path,
    manifest: hook.manifest,
    events: hook.events,
    last_run: { ...withoutEmpty({ started_at: startedAt, completed_at: completedAt }), phase },
    weight: hook.weight === 0 ? undefined : hook.weight,
    delete_policies: hook.deletePolicies.length === 0 ? undefined : hook.deletePolicies,
    output_log_policies: hook.outputLogPolicies.length === 0 ? undefined : hook.outputLogPolicies,
  });
}

/** Go's `omitempty`. */
function withoutEmpty(fields: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""),
  ) as JsonObject;
}

/** A value as Go's encoder of JSON writes it. */
export function goJson(value: unknown): string {
  if (typeof value === "string") return goString(value);
  if (typeof value !== "object" || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(goJson).join(",")}]`;
  if (value instanceof SortedMap) return objectJson(value.entries, true);
  return objectJson(value as JsonObject, false);
}

function objectJson(object: JsonObject, isSorted: boolean): string {
  const keys = isSorted ? Object.keys(object).sort(compareUtf8) : Object.keys(object);
  const fields = keys.map((key) => {
    const field = object[key] as unknown;
    const isMap = isSorted || key === "annotations" || key === "labels";
    return `${goString(key)}:${isMap ? sortedJson(field) : goJson(field)}`;
  });
  return `{${fields.join(",")}}`;
}

function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (typeof value === "object" && value !== null && !(value instanceof SortedMap)) {
    return objectJson(value as JsonObject, true);
  }
  return goJson(value);
}

const ESCAPED: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

function goString(text: string): string {
  return JSON.stringify(text.toWellFormed()).replaceAll(
    /[<>&\u2028\u2029]/g,
    (char) => ESCAPED[char] ?? char,
  );
}
