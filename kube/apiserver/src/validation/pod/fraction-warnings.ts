import type { JsonObject } from "@weir/core";
import { formatQuantity, quantityFromJson, quantityMilliValue } from "@weir/text";

/** Nobody has a part of a byte. */
export function fractionWarnings(
  amounts: JsonObject | undefined,
  field: string,
  names: readonly string[],
): readonly string[] {
  return names.flatMap((name) => {
    const value = amounts?.[name];
    const quantity = value === undefined ? undefined : quantityFromJson(value);
    if (quantity === undefined || quantityMilliValue(quantity) % 1000n === 0n) return [];
    const shown = JSON.stringify(formatQuantity(quantity));
    return [`${field}[${name}]: fractional byte value ${shown} is invalid, must be an integer`];
  });
}
