import type { HelmRelease } from "@weir/api";
import { formatGoDuration, parseGoDuration } from "@weir/core";
import { type ActionName, timeoutOf } from "./release-settings.ts";

/** The time limit of an action as messages have it: `8s`, `5m0s`. */
export function timeoutText(spec: HelmRelease["spec"], action: ActionName): string {
  return goText(timeoutOf(spec, action));
}

/** A Go duration in Go's own writing. */
export function goText(duration: string): string {
  return formatGoDuration(parseGoDuration(duration));
}
