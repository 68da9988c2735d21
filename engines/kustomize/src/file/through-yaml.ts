import type { JsonObject, JsonValue } from "@weir/core";
import { emitYaml, loadYaml } from "@weir/yaml";
import type { Kustomization } from "./kustomization.ts";

/** The only character that go-yaml writes and reads back as another one. */
const NEXT_LINE = "\u0085";

/** What becomes of a configuration that upstream hands on to a builtin as YAML. */
export function throughYaml(value: JsonValue): JsonValue {
  if (typeof value === "string") {
    return value.includes(NEXT_LINE) ? ((loadYaml(emitYaml({ value })) as JsonObject)["value"] ?? "") : value;
  }
  if (Array.isArray(value)) return value.map((item: JsonValue) => throughYaml(item));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, throughYaml(item as JsonValue)]),
  );
}

/** The fields that upstream hands on to builtins. */
const CONFIGURED: readonly (keyof Kustomization)[] = [
  "commonAnnotations",
  "commonLabels",
  "configMapGenerator",
  "images",
  "labels",
  "namePrefix",
  "nameSuffix",
  "namespace",
  "patches",
  "patchesJson6902",
  "patchesStrategicMerge",
  "replacements",
  "replicas",
  "secretGenerator",
];

/** The kustomization with the texts that the builtins get to see. */
export function asConfigured(read: Kustomization): Kustomization {
  const fields = CONFIGURED.filter((field) => read[field] !== undefined);
  const configured = fields.map((field) => [field, throughYaml(read[field] as JsonValue)] as const);
  return { ...read, ...Object.fromEntries(configured) };
}
