import { canonicalNumber, compareRationals, rationalOf } from "./rational.ts";
import {
  entry,
  isList,
  isNumber,
  isTable,
  SchemaNumber,
  type SchemaTable,
  type SchemaValue,
  sortedKeys,
} from "./schema-value.ts";

/** The same text for values that JSON Schema holds to be the same: numbers by value, tables in any order. */
export function canonicalText(value: SchemaValue): string {
  if (isNumber(value)) return canonicalNumber(rationalOf(value));
  if (isList(value)) return `[${value.map(canonicalText).join(",")}]`;
  if (!isTable(value)) return JSON.stringify(value);
  const entries = sortedKeys(value).map(
    (key) => `${JSON.stringify(key)}:${canonicalText(entry(value, key) ?? null)}`,
  );
  return `{${entries.join(",")}}`;
}

/**
 * Whether a value is the same as another. A number is the same as a text that says it, but not the other way round: so
 * does the version of the library that helm 4.2.3 has.
 */
export function isSameValue(value: SchemaValue, other: SchemaValue): boolean {
  if (isNumber(value)) return isSameNumber(value, other);
  if (isList(value)) return isList(other) && isSameList(value, other);
  if (isTable(value)) return isTable(other) && isSameTable(value, other);
  return value === other;
}

function isSameNumber(value: number | bigint | SchemaNumber, other: SchemaValue): boolean {
  if (isNumber(other)) return compareRationals(rationalOf(value), rationalOf(other)) === 0;
  if (typeof other !== "string" || !/^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(other)) return false;
  return compareRationals(rationalOf(value), rationalOf(new SchemaNumber(other))) === 0;
}

function isSameList(list: readonly SchemaValue[], other: readonly SchemaValue[]): boolean {
  return list.length === other.length && list.every((item, index) => isSameValue(item, other[index] ?? null));
}

function isSameTable(table: SchemaTable, other: SchemaTable): boolean {
  const keys = Object.keys(table);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => {
      const there = entry(other, key);
      return there !== undefined && isSameValue(table[key] ?? null, there);
    })
  );
}
