import type { JsonObject } from "@weir/core";
import { emitYaml } from "@weir/yaml";
import { goJson } from "../node/go-json.ts";
import { mapToJson } from "../node/to-json.ts";
import type { Resource } from "./resource.ts";

const DOMAIN = "internal.config.kubernetes.io";

/** The object with what the build knows about it as annotations, as upstream has it. */
function annotated(resource: Resource): JsonObject {
  const copy = resource.copy();
  const annotations = resource.annotations();
  const csv = (field: string, values: readonly string[]): void => {
    if (values.length > 0) annotations.set(`${DOMAIN}/${field}`, values.join(","));
  };
  const { previousIds } = resource;
  csv(
    "previousKinds",
    previousIds.map(({ kind }) => kind),
  );
  csv(
    "previousNames",
    previousIds.map(({ name }) => name),
  );
  csv(
    "previousNamespaces",
    previousIds.map(({ namespace }) => namespace),
  );
  csv("prefixes", resource.prefixes);
  csv("suffixes", resource.suffixes);
  csv("refBy", resource.referrers);
  copy.setAnnotations(annotations);
  return mapToJson(copy.root);
}

/** A resource as YAML, for messages. */
export function showResource(resource: Resource): string {
  return emitYaml(annotated(resource));
}

/** A resource as one line of JSON, for messages and comparisons. */
export function showResourceLine(resource: Resource): string {
  return goJson(annotated(resource));
}
