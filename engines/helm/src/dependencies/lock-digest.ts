import { createHash } from "node:crypto";
import { type JsonValue, writeJson } from "@weir/core";
import type { ChartDependency } from "../chart/chart.ts";
import { dependencyJson } from "../package/metadata-json.ts";

/**
 * The digest that Chart.lock has over the dependencies of Chart.yaml and those that are locked: it tells whether the two
 * files still belong together.
 */
export function lockDigest(
  required: readonly ChartDependency[] | undefined,
  locked: readonly ChartDependency[] | undefined,
): string {
  return digestOf([required?.map(dependencyJson) ?? null, locked?.map(dependencyJson) ?? null]);
}

/** The digest that Helm 2 wrote into requirements.lock. */
export function helm2LockDigest(required: readonly ChartDependency[] | undefined): string {
  return digestOf({ dependencies: required?.map(dependencyJson) ?? null });
}

function digestOf(value: JsonValue): string {
  return `sha256:${createHash("sha256").update(goJson(value)).digest("hex")}`;
}

const ESCAPED: Readonly<Record<string, string>> = {
  "<": "\\u003c",
  ">": "\\u003e",
  "&": "\\u0026",
  "\u2028": "\\u2028",
  "\u2029": "\\u2029",
};

/** JSON as Go writes it: these characters can only stand in strings. */
function goJson(value: JsonValue): string {
  return writeJson(value).replaceAll(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char] ?? char);
}
