import { type JsonObject, type JsonValue } from "@weir/core";
import type { Release, ReleaseHook, RevisionInfo, StoredChart } from "./release.ts";
import { sortedGoJson } from "./sorted-json.ts";

/** Which parts of a chart are Go maps, whose keys are sorted; the rest keeps the order of Go's structs. */
const CHART_FIELDS = [
  "metadata",
  "lock",
  "templates",
  "values",
  "schema",
  "schemamodtime",
  "files",
  "modtime",
];

/**
 * The JSON text of a record, byte for byte as helm 4.2.3's `json.Marshal`: fields in the order of its structs, empty ones
 * left out, `<`, `>` and `&` escaped.
 */
export function writeRelease(release: Release): string {
  const { name, info, chart, config, manifest, hooks, version, namespace, applyMethod } = release;
  return structJson([
    ["name", textJson(name)],
    ["info", infoJson(info)],
    ["chart", chart === undefined ? undefined : chartJson(chart)],
    ["config", Object.keys(config).length === 0 ? undefined : sortedGoJson(config)],
    ["manifest", textJson(manifest)],
    ["hooks", hooks.length === 0 ? undefined : `[${hooks.map(hookJson).join(",")}]`],
    ["version", version === 0 ? undefined : String(version)],
    ["namespace", textJson(namespace)],
    ["apply_method", textJson(applyMethod)],
  ]);
}

type Field = readonly [name: string, json: string | undefined];

function structJson(fields: readonly Field[]): string {
  const parts = fields.filter(([, json]) => json !== undefined).map(([name, json]) => `"${name}":${json}`);
  return `{${parts.join(",")}}`;
}

/** Go's `omitempty`. */
function textJson(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : sortedGoJson(text);
}

function listJson(items: readonly string[]): string | undefined {
  return items.length === 0 ? undefined : sortedGoJson(items);
}

function infoJson(info: RevisionInfo): string {
  return structJson([
    ["first_deployed", textJson(info.firstDeployed)],
    ["last_deployed", textJson(info.lastDeployed)],
    ["deleted", textJson(info.deleted)],
    ["description", textJson(info.description)],
    ["status", textJson(info.status)],
    ["notes", textJson(info.notes)],
  ]);
}

function hookJson(hook: ReleaseHook): string {
  const { startedAt, completedAt, phase } = hook.lastRun;
  return structJson([
    ["name", textJson(hook.name)],
    ["kind", textJson(hook.kind)],
    ["path", textJson(hook.path)],
    ["manifest", textJson(hook.manifest)],
    ["events", listJson(hook.events)],
    [
      "last_run",
      structJson([
        ["started_at", textJson(startedAt)],
        ["completed_at", textJson(completedAt)],
        ["phase", sortedGoJson(phase)],
      ]),
    ],
    ["weight", hook.weight === 0 ? undefined : String(hook.weight)],
    ["delete_policies", listJson(hook.deletePolicies)],
    ["output_log_policies", listJson(hook.outputLogPolicies)],
  ]);
}

function chartJson(chart: StoredChart): string {
  return structJson(
    CHART_FIELDS.filter((field) => Object.hasOwn(chart, field)).map((field): Field => {
      const value = chart[field] ?? null;
      return [field, field === "values" ? sortedGoJson(value) : structOrderJson(value)];
    }),
  );
}

/** Metadata, lock and files: structs, but for annotations. */
function structOrderJson(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return sortedGoJson(value);
  if (Array.isArray(value)) return `[${value.map((item: JsonValue) => structOrderJson(item)).join(",")}]`;
  const fields = Object.entries(value as JsonObject).map(([name, item]): Field => {
    return [name, name === "annotations" ? sortedGoJson(item) : structOrderJson(item)];
  });
  return structJson(fields);
}
