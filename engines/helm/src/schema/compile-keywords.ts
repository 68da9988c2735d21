import type { Regexp } from "@weir/text";
import { hasVocabulary } from "./draft.ts";
import { type Format, formatNamed } from "./format.ts";
import { type Rational, rationalOf } from "./rational.ts";
import type { Resource, SchemaDocument } from "./schema-document.ts";
import type {
  ArrayKeywords,
  Keywords,
  NumberKeywords,
  ObjectKeywords,
  SchemaNode,
  TextKeywords,
} from "./schema-node.ts";
import { escapeToken, locationText, type SchemaLocation } from "./schema-pointer.ts";
import { splitReference } from "./schema-url.ts";
import {
  entry,
  isList,
  isNumber,
  isTable,
  type SchemaTable,
  type SchemaType,
  type SchemaValue,
  sortedKeys,
} from "./schema-value.ts";
import { emptyKeywords } from "./empty-keywords.ts";

/** Makes the parts that keywords refer to. */
export interface NodeMaker {
  nodeAt(location: SchemaLocation): SchemaNode;
  refer(
    reference: string,
    from: { readonly resource: Resource; readonly document: SchemaDocument },
  ): SchemaNode;
  pattern(text: string, where: string): Regexp;
}

/** Where a schema stands and who compiles it. */
export interface CompilePlace {
  readonly compiler: NodeMaker;
  readonly node: SchemaNode;
  readonly document: SchemaDocument;
  readonly resource: Resource;
  /** Formats count, as in metaschemas. */
  readonly assertsFormats: boolean;
}

/** Reads the keywords of a schema that count under its draft and vocabularies; what has the wrong type does not. */
export function compileKeywords(schema: SchemaTable, place: CompilePlace): Keywords {
  const source = new KeywordSource(schema, place);
  const { version } = place.node;
  const ref = source.reference("$ref");
  // Beside a $ref, old drafts look at nothing else; but helm's library does look at `const`.
  if (version < 2019 && ref !== undefined) return { ...emptyKeywords, ref, ...constantOf(source, version) };
  const groups = groupsOf(schema);
  return defined<Keywords>({
    ref,
    ...(groups.has("reference") ? references(source, version) : {}),
    ...(groups.has("applicator") ? applicators(source, version) : {}),
    ...(groups.has("assertion") ? assertions(source, version) : {}),
    object: groups.has("object") ? objectKeywords(source, version) : emptyKeywords.object,
    array: groups.has("array") ? arrayKeywords(source, version) : emptyKeywords.array,
    text: groups.has("text") ? textKeywords(source) : emptyKeywords.text,
    number: groups.has("number") ? numberKeywords(source) : emptyKeywords.number,
  });
}

type Group = "reference" | "applicator" | "assertion" | "object" | "array" | "text" | "number";

/** Most schemas have keywords of one or two groups, and nothing is read for the others. */
const GROUPS: ReadonlyMap<string, Group> = new Map(
  (
    [
      ["reference", "$dynamicRef $recursiveRef"],
      ["applicator", "allOf anyOf oneOf not if then else"],
      ["assertion", "type enum const format"],
      ["object", "minProperties maxProperties required dependentRequired properties patternProperties"],
      ["object", "additionalProperties propertyNames dependencies dependentSchemas unevaluatedProperties"],
      ["array", "minItems maxItems uniqueItems minContains maxContains prefixItems items additionalItems"],
      ["array", "contains unevaluatedItems"],
      ["text", "minLength maxLength pattern"],
      ["number", "minimum maximum exclusiveMinimum exclusiveMaximum multipleOf"],
    ] as const
  ).flatMap(([group, keywords]) => keywords.split(" ").map((keyword): [string, Group] => [keyword, group])),
);

function groupsOf(schema: SchemaTable): ReadonlySet<Group> {
  const groups = new Set<Group>();
  for (const keyword of Object.keys(schema)) {
    const group = GROUPS.get(keyword);
    if (group !== undefined) groups.add(group);
  }
  return groups;
}

/** Without what is undefined. */
function defined<Shape extends object>(
  fields: { readonly [Key in keyof Shape]: Shape[Key] | undefined },
): Shape {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Shape;
}

type Part<Keys extends keyof Keywords> = { readonly [Key in Keys]?: Keywords[Key] | undefined };

function references(source: KeywordSource, version: number): Part<"recursiveRef" | "dynamicRef"> {
  const target = version >= 2020 ? source.reference("$dynamicRef") : undefined;
  return {
    recursiveRef: version >= 2019 ? source.reference("$recursiveRef") : undefined,
    dynamicRef: target === undefined ? undefined : { target, anchor: source.anchorOf("$dynamicRef") },
  };
}

function applicators(
  source: KeywordSource,
  version: number,
): Part<"allOf" | "anyOf" | "oneOf" | "not" | "condition" | "consequence" | "alternative"> {
  if (!source.has("applicator")) return {};
  const condition = version >= 7 ? source.schema("if") : undefined;
  const decided = source.boolean("if");
  return {
    allOf: source.schemas("allOf"),
    anyOf: source.schemas("anyOf"),
    oneOf: source.schemas("oneOf"),
    not: source.schema("not"),
    condition,
    consequence: condition !== undefined && decided !== false ? source.schema("then") : undefined,
    alternative: condition !== undefined && decided !== true ? source.schema("else") : undefined,
  };
}

function assertions(
  source: KeywordSource,
  version: number,
): Part<"types" | "enumValues" | "constant" | "format"> {
  const format = source.format();
  if (!source.has("validation")) return { format };
  return {
    format,
    types: typesOf(source.value("type")),
    enumValues: source.list("enum"),
    ...constantOf(source, version),
  };
}

function constantOf(source: KeywordSource, version: number): Pick<Keywords, "constant"> {
  const constant = version >= 6 ? source.value("const") : undefined;
  return constant === undefined ? {} : { constant: [constant] };
}

/** In the order in which errors list them. */
const TYPES = ["null", "boolean", "number", "integer", "string", "array", "object"] as const;

function typesOf(value: SchemaValue | undefined): ReadonlySet<SchemaType | "integer"> | undefined {
  const named = value === undefined ? [] : isList(value) ? value : [value];
  const types = TYPES.filter((type) => named.includes(type));
  return types.length === 0 ? undefined : new Set(types);
}

function objectKeywords(source: KeywordSource, version: number): ObjectKeywords {
  const { object } = emptyKeywords;
  return defined<ObjectKeywords>({
    ...object,
    ...(source.has("validation") ? objectAssertions(source, version) : {}),
    ...(source.has("applicator") ? objectApplicators(source, version) : {}),
    unevaluatedProperties: seesUnevaluated(source, version)
      ? source.schema("unevaluatedProperties")
      : undefined,
  });
}

type Some<Shape, Keys extends keyof Shape> = { readonly [Key in Keys]: Shape[Key] | undefined };

function objectAssertions(
  source: KeywordSource,
  version: number,
): Some<ObjectKeywords, "minProperties" | "maxProperties" | "required" | "dependentRequired"> {
  return {
    minProperties: source.integer("minProperties"),
    maxProperties: source.integer("maxProperties"),
    required: textsOf(source.value("required")),
    dependentRequired: version >= 2019 ? source.textLists("dependentRequired") : [],
  };
}

function objectApplicators(
  source: KeywordSource,
  version: number,
): Some<
  ObjectKeywords,
  | "properties"
  | "patternProperties"
  | "additionalProperties"
  | "propertyNames"
  | "dependencies"
  | "dependentSchemas"
> {
  return {
    properties: new Map(source.schemaMap("properties")),
    patternProperties: source.patternSchemas(),
    additionalProperties: source.booleanOrSchema("additionalProperties"),
    propertyNames: version >= 6 ? source.schema("propertyNames") : undefined,
    dependencies: source.dependencies(),
    dependentSchemas: version >= 2019 ? source.schemaMap("dependentSchemas") : [],
  };
}

/** The vocabulary that has `unevaluatedItems` and `unevaluatedProperties` is not the same in all drafts. */
function seesUnevaluated(source: KeywordSource, version: number): boolean {
  return version >= 2019 && source.has(version === 2019 ? "applicator" : "unevaluated");
}

function arrayKeywords(source: KeywordSource, version: number): ArrayKeywords {
  const contains = source.has("applicator") && version >= 6 ? source.schema("contains") : undefined;
  const counts = contains !== undefined && version >= 2019;
  return defined<ArrayKeywords>({
    ...emptyKeywords.array,
    ...(source.has("validation") ? arrayAssertions(source, counts) : {}),
    ...(source.has("applicator") ? itemKeywords(source, version) : {}),
    contains,
    unevaluatedItems: seesUnevaluated(source, version) ? source.schema("unevaluatedItems") : undefined,
  });
}

function arrayAssertions(
  source: KeywordSource,
  counts: boolean,
): Some<ArrayKeywords, "minItems" | "maxItems" | "uniqueItems" | "minContains" | "maxContains"> {
  return {
    minItems: source.integer("minItems"),
    maxItems: source.integer("maxItems"),
    uniqueItems: source.boolean("uniqueItems") === true,
    minContains: counts ? source.integer("minContains") : undefined,
    maxContains: counts ? source.integer("maxContains") : undefined,
  };
}

type ItemKeywords = Some<ArrayKeywords, "prefixItems" | "items" | "coversAll">;

/** `items` was a list before `prefixItems` came. */
function itemKeywords(source: KeywordSource, version: number): ItemKeywords {
  if (version >= 2020) {
    const items = source.schema("items");
    return { prefixItems: source.schemas("prefixItems") ?? [], items, coversAll: items !== undefined };
  }
  const prefixItems = source.schemas("items");
  if (prefixItems === undefined) {
    const items = source.schema("items");
    return { prefixItems: [], items, coversAll: items !== undefined };
  }
  const additional = source.booleanOrSchema("additionalItems");
  const items = additional === true ? undefined : additional;
  return { prefixItems, items, coversAll: additional !== undefined };
}

function textKeywords(source: KeywordSource): TextKeywords {
  if (!source.has("validation")) return {};
  const pattern = source.text("pattern");
  return defined<TextKeywords>({
    minLength: source.integer("minLength"),
    maxLength: source.integer("maxLength"),
    pattern: pattern === undefined ? undefined : source.pattern(pattern, "pattern"),
  });
}

function numberKeywords(source: KeywordSource): NumberKeywords {
  if (!source.has("validation")) return {};
  const minimum = source.number("minimum");
  const maximum = source.number("maximum");
  // In draft 4, these say of the other limit whether it is part of the range.
  const excludesMinimum = source.boolean("exclusiveMinimum") === true;
  const excludesMaximum = source.boolean("exclusiveMaximum") === true;
  return defined<NumberKeywords>({
    minimum: excludesMinimum ? undefined : minimum,
    maximum: excludesMaximum ? undefined : maximum,
    exclusiveMinimum: excludesMinimum ? minimum : source.number("exclusiveMinimum"),
    exclusiveMaximum: excludesMaximum ? maximum : source.number("exclusiveMaximum"),
    multipleOf: source.number("multipleOf"),
  });
}

function textsOf(value: SchemaValue | undefined): readonly string[] {
  return value !== undefined && isList(value) ? value.filter((item) => typeof item === "string") : [];
}

/** The keywords of one schema, read by their types. */
class KeywordSource {
  readonly #schema: SchemaTable;
  readonly #place: CompilePlace;

  constructor(schema: SchemaTable, place: CompilePlace) {
    this.#schema = schema;
    this.#place = place;
  }

  has(vocabulary: string): boolean {
    return hasVocabulary(this.#place.resource.dialect, vocabulary);
  }

  value(keyword: string): SchemaValue | undefined {
    return entry(this.#schema, keyword);
  }

  list(keyword: string): readonly SchemaValue[] | undefined {
    const value = this.value(keyword);
    return value !== undefined && isList(value) ? value : undefined;
  }

  text(keyword: string): string | undefined {
    const value = this.value(keyword);
    return typeof value === "string" ? value : undefined;
  }

  boolean(keyword: string): boolean | undefined {
    const value = this.value(keyword);
    return typeof value === "boolean" ? value : undefined;
  }

  number(keyword: string): Rational | undefined {
    const value = this.value(keyword);
    return value !== undefined && isNumber(value) ? rationalOf(value) : undefined;
  }

  integer(keyword: string): number | undefined {
    const value = this.number(keyword);
    if (value === undefined || value.numerator % value.denominator !== 0n) return undefined;
    return Number(value.numerator / value.denominator);
  }

  reference(keyword: string): SchemaNode | undefined {
    const value = this.text(keyword);
    return value === undefined ? undefined : this.#place.compiler.refer(value, this.#place);
  }

  /** The anchor in a reference, if its fragment is one. */
  anchorOf(keyword: string): string {
    const { fragment } = splitReference(this.text(keyword) ?? "");
    return fragment.startsWith("/") ? "" : fragment;
  }

  schema(keyword: string): SchemaNode | undefined {
    return this.value(keyword) === undefined ? undefined : this.#below(keyword);
  }

  booleanOrSchema(keyword: string): boolean | SchemaNode | undefined {
    return this.boolean(keyword) ?? this.schema(keyword);
  }

  schemas(keyword: string): readonly SchemaNode[] | undefined {
    return this.list(keyword)?.map((_item, index) => this.#below(keyword, String(index)));
  }

  schemaMap(keyword: string): readonly (readonly [string, SchemaNode])[] {
    const value = this.value(keyword);
    if (value === undefined || !isTable(value)) return [];
    return sortedKeys(value).map((key) => [key, this.#below(keyword, key)]);
  }

  patternSchemas(): ObjectKeywords["patternProperties"] {
    return this.schemaMap("patternProperties").map(([pattern, node]) => [
      this.pattern(pattern, "patternProperties"),
      node,
    ]);
  }

  dependencies(): ObjectKeywords["dependencies"] {
    const value = this.value("dependencies");
    if (value === undefined || !isTable(value)) return [];
    return sortedKeys(value).map((key) => {
      const needed = entry(value, key) ?? null;
      return [key, isList(needed) ? textsOf(needed) : this.#below("dependencies", key)];
    });
  }

  textLists(keyword: string): readonly (readonly [string, readonly string[]])[] {
    const value = this.value(keyword);
    if (value === undefined || !isTable(value)) return [];
    return sortedKeys(value).flatMap((key) => {
      const needed = entry(value, key) ?? null;
      return isList(needed) ? [[key, textsOf(needed)] as const] : [];
    });
  }

  pattern(text: string, keyword: string): Regexp {
    const { url, pointer } = this.#place.node.location;
    return this.#place.compiler.pattern(text, locationText({ url, pointer: `${pointer}/${keyword}` }));
  }

  /** The format, where formats are more than a comment. */
  format(): Format | undefined {
    const { assertsFormats, node } = this.#place;
    const counts =
      assertsFormats ||
      node.version < 2019 ||
      this.has(node.version === 2019 ? "format" : "format-assertion");
    const name = this.text("format");
    return counts && name !== undefined ? formatNamed(name) : undefined;
  }

  #below(...tokens: readonly string[]): SchemaNode {
    const { url, pointer } = this.#place.node.location;
    const below = tokens.map((token) => `/${escapeToken(token)}`).join("");
    return this.#place.compiler.nodeAt({ url, pointer: `${pointer}${below}` });
  }
}
