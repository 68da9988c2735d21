import type { FluxBuildInput } from "../flux/build-flux.ts";
import type { FluxBuildSpec } from "../flux/merge-spec.ts";
import type { StepSource } from "../layer/observer.ts";

/** What the layer is called that a Flux Kustomization's spec is. */
export const FLUX_LAYER = "spec";

/** Finds the field of the spec that a step comes from; undefined for what the repository itself asks for. */
export type FluxCause = (source: StepSource) => string | undefined;

/** The fields of a kustomization that a field of the spec takes the place of. */
const REPLACED: Readonly<Record<string, keyof FluxBuildSpec>> = {
  namespace: "targetNamespace",
  namePrefix: "namePrefix",
  nameSuffix: "nameSuffix",
  buildMetadata: "buildMetadata",
};

/** Tells what the spec added to the kustomization at the path from what stood there before. */
export function fluxCause({ file, kustomization }: FluxBuildInput, spec: FluxBuildSpec): FluxCause {
  const { patches = [], components = [], images = [] } = kustomization;
  const own = images.map(({ name = "" }) => name);
  const asked = (spec.images ?? []).map(({ name = "" }) => name);
  const names = [...own, ...asked.filter((name) => !own.includes(name))];
  return ({ layer, field }) => {
    if (layer === FLUX_LAYER) return field;
    if (layer !== file) return undefined;
    const [, name = field, index] = /^(\w+)\[(\d+)\]$/.exec(field) ?? [];
    const at = Number(index);
    switch (name) {
      case "patches":
        return added(name, at - patches.length);
      case "components":
        return added(name, at - components.length);
      case "images":
        return added(name, asked.lastIndexOf(names[at] ?? ""));
      default:
        return replacing(name, spec);
    }
  };
}

/** The field of the spec that takes the place of one of the kustomization. */
function replacing(name: string, spec: FluxBuildSpec): string | undefined {
  const field = Object.hasOwn(REPLACED, name) ? REPLACED[name] : undefined;
  const value = field === undefined ? undefined : spec[field];
  return value === undefined || (Array.isArray(value) && value.length === 0) ? undefined : field;
}

function added(field: string, index: number): string | undefined {
  return index < 0 ? undefined : `${field}[${index}]`;
}
