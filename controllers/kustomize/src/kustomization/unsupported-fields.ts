import type { Kustomization } from "@weir/api";

/**
 * Names the first field of a spec that this controller cannot honour yet. Such an object is refused as a whole: applying
 * it as if the field were not there could write what was not meant, or in plain text.
 */
export function findUnsupportedField(spec: Kustomization["spec"]): string | undefined {
  if (spec.decryption !== undefined) return "spec.decryption";
  return isGiven(spec.ignore) ? "spec.ignore" : undefined;
}

function isGiven(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}
