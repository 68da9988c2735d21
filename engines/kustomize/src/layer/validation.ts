import { KustomizeError } from "../error.ts";
import type { Resource } from "../resource/resource.ts";
import type { ResourceMap } from "../resource/resource-map.ts";
import { showResourceLine } from "../resource/show-resource.ts";
import type { Transformer } from "../transform/transformer.ts";

/** Runs a validator, which may change nothing but the label that says that it ran. */
export function validate(resources: ResourceMap, transform: Transformer): void {
  const before = resources.resources.map((resource) => showResourceLine(resource));
  transform(resources);
  for (const resource of resources.resources) removeValidatedLabel(resource);
  const after = resources.resources.map((resource) => showResourceLine(resource));
  refuseChange(before, after);
}

function removeValidatedLabel(resource: Resource): void {
  const labels = resource.labels();
  if (labels.delete("validated-by")) resource.setLabels(labels);
}

function refuseChange(before: readonly string[], after: readonly string[]): void {
  const prefix = "validator shouldn't modify the resource map";
  if (before.length !== after.length) {
    throw new KustomizeError(`${prefix}: lists have different number of entries`);
  }
  for (const [at, text] of before.entries()) {
    const other = after[at] ?? "";
    if (text !== other) throw new KustomizeError(`${prefix}: nodes unequal: \n -- ${text},\n -- ${other}\n`);
  }
}
