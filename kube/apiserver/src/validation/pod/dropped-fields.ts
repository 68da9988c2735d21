import type { JsonObject } from "@weir/core";
import { child, children, list } from "../../resources/draft-access.ts";
import type { Draft } from "../../resources/resource.ts";

/** Projections for which upstream has a switch that is off. */
const PROJECTIONS = ["clusterTrustBundle", "podCertificate"];
const CONTAINERS = ["initContainers", "containers", "ephemeralContainers"];

/** Takes out of a PodSpec what upstream has a switch for that is off by default. */
export function dropDisabledFields(spec: Draft): void {
  delete spec["schedulingGroup"];
  for (const volume of children(spec, "volumes")) {
    if (child(volume, "projected") === undefined) continue;
    for (const source of children(child(volume, "projected"), "sources"))
      for (const name of PROJECTIONS) delete source[name];
  }
  for (const name of CONTAINERS) {
    if (list(spec, name).length > 0) for (const container of children(spec, name)) dropSignal(container);
  }
}

function dropSignal(container: Draft): void {
  const lifecycle = child(container, "lifecycle");
  if (lifecycle?.["stopSignal"] === undefined) return;
  delete lifecycle["stopSignal"];
  if (Object.keys(lifecycle).length === 0) delete container["lifecycle"];
}

/** The same of a template. */
export function dropTemplateFields(template: JsonObject | undefined): void {
  const spec = child(template, "spec");
  if (spec !== undefined) dropDisabledFields(spec);
}
