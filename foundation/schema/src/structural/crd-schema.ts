import type { JsonValue } from "@weir/core";
import type { SchemaNode } from "../schema-node.ts";

/** Keywords that a CRD may bring and an API server refuses, or carries along without a meaning. */
interface ForeignKeywords {
  readonly id?: string;
  readonly $schema?: string;
  readonly $ref?: string;
  readonly definitions?: Readonly<Record<string, JsonValue>>;
  readonly patternProperties?: Readonly<Record<string, JsonValue>>;
  readonly dependencies?: Readonly<Record<string, JsonValue>>;
  readonly additionalItems?: JsonValue;
  readonly externalDocs?: JsonValue;
  readonly example?: JsonValue;
}

/** A node of a CRD's schema as it was written. */
export type CrdNode = SchemaNode & ForeignKeywords;

/** The properties of a node in the order of their names. */
export function propertiesOf(node: SchemaNode): readonly (readonly [string, SchemaNode])[] {
  return Object.entries(node.properties ?? {});
}

/** Whether a keyword that holds a list or a map holds anything. */
export function isFilled(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}
