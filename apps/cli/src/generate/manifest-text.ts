import type { JsonValue } from "@weir/core";
import { emitYaml } from "@weir/yaml";

/** A manifest as a YAML document of a stream, with its keys in Kubernetes' usual order. */
export function manifestText(manifest: unknown): string {
  // A manifest may hold undefined where a field is left out, which JSON drops.
  return `---\n${emitYaml(JSON.parse(JSON.stringify(manifest)) as JsonValue)}`;
}
