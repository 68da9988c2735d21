import { createHash } from "node:crypto";
import type { JsonValue } from "@weir/core";
import type { HelmValues } from "@weir/helm";
import { emitYamlInByteOrder } from "@weir/yaml";

/** The digest by which Flux tells values apart: of their YAML with sorted keys, and of nothing where there are none. */
export function valuesDigest(values: HelmValues): string {
  const text = Object.keys(values).length === 0 ? "" : emitYamlInByteOrder(values as JsonValue);
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}
