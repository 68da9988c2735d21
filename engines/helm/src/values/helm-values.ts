import type { JsonObject } from "@weir/core";

/**
 * Values of a chart, as JSON. What was read from YAML has numbers only (float64 in Helm, however long they are); a
 * `bigint` is Go's int64 and comes from `--set` alone: the two print differently in a template (`1e+06`, `1000000`).
 */
export type HelmValues = JsonObject;
