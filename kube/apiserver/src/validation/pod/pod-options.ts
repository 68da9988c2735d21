import type { JsonObject } from "@weir/core";
import { child, text } from "../../resources/draft-access.ts";

/** How a PodSpec is looked at. */
export interface PodOptions {
  /** It is a Pod's own, and not that of a template. */
  readonly isPod: boolean;
  /** The metadata of the Pod; a template's is looked at beside its spec. */
  readonly metadata: JsonObject | undefined;
  /** Whether files may be labelled by a mount, which only a Pod may that says already how they are. */
  readonly mayMountLabels: boolean;
}

/** Of a new template. */
export const TEMPLATE: PodOptions = { isPod: false, metadata: undefined, mayMountLabels: false };

/** Of a template that may have been there before. */
export function templateOptions(old: JsonObject | undefined): PodOptions {
  return labelsFiles(child(old, "spec")) ? { ...TEMPLATE, mayMountLabels: true } : TEMPLATE;
}

/** Of a Pod that may have been there before. */
export function podOptions(pod: JsonObject, old?: JsonObject): PodOptions {
  return {
    isPod: true,
    metadata: child(pod, "metadata"),
    mayMountLabels: labelsFiles(child(old, "spec")),
  };
}

function labelsFiles(spec: JsonObject | undefined): boolean {
  return text(child(spec, "securityContext"), "seLinuxChangePolicy") !== "";
}
