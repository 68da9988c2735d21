import type { Regexp } from "@weir/text";
import type { Format } from "./format.ts";
import type { Rational } from "./rational.ts";
import type { SchemaLocation } from "./schema-pointer.ts";
import type { SchemaType, SchemaValue } from "./schema-value.ts";

/** A compiled schema. References make the nodes a graph, so they are filled in after they were made. */
export interface SchemaNode {
  readonly location: SchemaLocation;
  /** A schema that is `true`, `false` or empty. */
  isAlways: boolean | undefined;
  version: number;
  /** The named schema that this one is part of. */
  resource: SchemaNode;
  /** Of a named schema: where its dynamic anchors lead. */
  dynamicAnchors: ReadonlyMap<string, SchemaNode>;
  dynamicAnchor: string;
  isRecursiveAnchor: boolean;
  keywords: Keywords;
}

/** The keywords of a schema that count under its dialect. */
export interface Keywords {
  readonly ref?: SchemaNode;
  readonly recursiveRef?: SchemaNode;
  readonly dynamicRef?: { readonly target: SchemaNode; readonly anchor: string };
  readonly types?: ReadonlySet<SchemaType | "integer">;
  readonly enumValues?: readonly SchemaValue[];
  /** In a list of one, because `null` is a constant, too. */
  readonly constant?: readonly [SchemaValue];
  readonly format?: Format;
  readonly allOf?: readonly SchemaNode[];
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
  readonly not?: SchemaNode;
  readonly condition?: SchemaNode;
  readonly consequence?: SchemaNode;
  readonly alternative?: SchemaNode;
  readonly object: ObjectKeywords;
  readonly array: ArrayKeywords;
  readonly text: TextKeywords;
  readonly number: NumberKeywords;
}

export interface ObjectKeywords {
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly required: readonly string[];
  readonly properties: ReadonlyMap<string, SchemaNode>;
  readonly patternProperties: readonly (readonly [Regexp, SchemaNode])[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly dependencies: readonly (readonly [string, readonly string[] | SchemaNode])[];
  readonly dependentSchemas: readonly (readonly [string, SchemaNode])[];
  readonly dependentRequired: readonly (readonly [string, readonly string[]])[];
  readonly unevaluatedProperties?: SchemaNode;
}

export interface ArrayKeywords {
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems: boolean;
  /** Schemas of the first items. */
  readonly prefixItems: readonly SchemaNode[];
  /** The schema of all further items; false only where `additionalItems` says so. */
  readonly items?: SchemaNode | false;
  /** Whether items without a schema of their own count as looked at. */
  readonly coversAll: boolean;
  readonly contains?: SchemaNode;
  readonly minContains?: number;
  readonly maxContains?: number;
  readonly unevaluatedItems?: SchemaNode;
}

export interface TextKeywords {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: Regexp;
}

export interface NumberKeywords {
  readonly minimum?: Rational;
  readonly maximum?: Rational;
  readonly exclusiveMinimum?: Rational;
  readonly exclusiveMaximum?: Rational;
  readonly multipleOf?: Rational;
}
