import { entry, isTable, type SchemaTable, type SchemaValue, sortedKeys, isList } from "./schema-value.ts";
import { escapeToken } from "./schema-pointer.ts";

/** A version of JSON Schema. */
export interface Draft {
  readonly version: 4 | 6 | 7 | 2019 | 2020;
  readonly url: string;
  /** The keyword that names a schema. */
  readonly idKeyword: "id" | "$id";
  /** Where schemas stand within a schema: below every key, every item, or right at a keyword. */
  readonly subschemas: readonly (readonly [keyword: string, of: "keys" | "items" | "itself"])[];
  readonly vocabularyPrefix: string;
  /** The vocabularies that hold where a metaschema names none. */
  readonly vocabularies: readonly string[];
  readonly knownVocabularies: readonly string[];
}

const DRAFT4_SUBSCHEMAS: Draft["subschemas"] = [
  ["definitions", "keys"],
  ["not", "itself"],
  ["allOf", "items"],
  ["anyOf", "items"],
  ["oneOf", "items"],
  ["properties", "keys"],
  ["additionalProperties", "itself"],
  ["patternProperties", "keys"],
  ["items", "itself"],
  ["items", "items"],
  ["additionalItems", "itself"],
  ["dependencies", "keys"],
];
const DRAFT6_SUBSCHEMAS: Draft["subschemas"] = [
  ...DRAFT4_SUBSCHEMAS,
  ["propertyNames", "itself"],
  ["contains", "itself"],
];
const DRAFT7_SUBSCHEMAS: Draft["subschemas"] = [
  ...DRAFT6_SUBSCHEMAS,
  ["if", "itself"],
  ["then", "itself"],
  ["else", "itself"],
];
const DRAFT2019_SUBSCHEMAS: Draft["subschemas"] = [
  ...DRAFT7_SUBSCHEMAS,
  ["$defs", "keys"],
  ["dependentSchemas", "keys"],
  ["unevaluatedProperties", "itself"],
  ["unevaluatedItems", "itself"],
  ["contentSchema", "itself"],
];

function oldDraft(version: 4 | 6 | 7, subschemas: Draft["subschemas"]): Draft {
  return {
    version,
    url: `http://json-schema.org/draft-0${version}/schema`,
    idKeyword: version === 4 ? "id" : "$id",
    subschemas,
    vocabularyPrefix: "",
    vocabularies: [],
    knownVocabularies: [],
  };
}

const draft2019: Draft = {
  version: 2019,
  url: "https://json-schema.org/draft/2019-09/schema",
  idKeyword: "$id",
  subschemas: DRAFT2019_SUBSCHEMAS,
  vocabularyPrefix: "https://json-schema.org/draft/2019-09/vocab/",
  vocabularies: ["core", "applicator", "validation"],
  knownVocabularies: ["core", "applicator", "validation", "meta-data", "format", "content"],
};

/** The draft of a schema that names none. */
export const draft2020: Draft = {
  version: 2020,
  url: "https://json-schema.org/draft/2020-12/schema",
  idKeyword: "$id",
  subschemas: [...DRAFT2019_SUBSCHEMAS, ["prefixItems", "items"]],
  vocabularyPrefix: "https://json-schema.org/draft/2020-12/vocab/",
  vocabularies: ["core", "applicator", "unevaluated", "validation"],
  knownVocabularies: [
    "core",
    "applicator",
    "unevaluated",
    "validation",
    "meta-data",
    "format-annotation",
    "format-assertion",
    "content",
  ],
};

const DRAFTS: ReadonlyMap<string, Draft> = new Map([
  ["json-schema.org/schema", draft2020],
  ["json-schema.org/draft/2020-12/schema", draft2020],
  ["json-schema.org/draft/2019-09/schema", draft2019],
  ["json-schema.org/draft-07/schema", oldDraft(7, DRAFT7_SUBSCHEMAS)],
  ["json-schema.org/draft-06/schema", oldDraft(6, DRAFT6_SUBSCHEMAS)],
  ["json-schema.org/draft-04/schema", oldDraft(4, DRAFT4_SUBSCHEMAS)],
]);

/** The draft that a `$schema` names; undefined for a metaschema of somebody's own. */
export function draftAt(url: string): Draft | undefined {
  const found = /^(?:https?:\/\/)?([^#]*)#?$/.exec(url)?.[1];
  return found === undefined ? undefined : DRAFTS.get(found);
}

/** Which draft and which of its vocabularies hold for a schema. */
export interface Dialect {
  readonly draft: Draft;
  /** Undefined for the draft's own. */
  readonly vocabularies: readonly string[] | undefined;
}

export function hasVocabulary({ draft, vocabularies }: Dialect, name: string): boolean {
  if (name === "core" || draft.version < 2019) return true;
  return (vocabularies ?? draft.vocabularies).includes(name);
}

/** The name that a schema gives itself, without a fragment; empty where it gives none. */
export function idOf(draft: Draft, schema: SchemaTable): string {
  // Beside a $ref, old drafts look at nothing else.
  if (draft.version < 2019 && entry(schema, "$ref") !== undefined) return "";
  const id = entry(schema, draft.idKeyword);
  return typeof id === "string" ? (id.split("#", 1)[0] ?? "") : "";
}

/** The keywords that hold schemas in the latest draft, and so in all of them. */
const HOLDS_SCHEMAS: ReadonlySet<string> = new Set(draft2020.subschemas.map(([keyword]) => keyword));

/** The schemas right below a schema, with their pointers. */
export function subschemasOf(
  draft: Draft,
  schema: SchemaTable,
  pointer: string,
): readonly (readonly [pointer: string, schema: SchemaValue])[] {
  if (!Object.keys(schema).some((keyword) => HOLDS_SCHEMAS.has(keyword))) return [];
  return draft.subschemas.flatMap(([keyword, of]): readonly (readonly [string, SchemaValue])[] => {
    const value = entry(schema, keyword);
    if (value === undefined) return [];
    const at = `${pointer}/${escapeToken(keyword)}`;
    if (of === "itself") return [[at, value]];
    if (of === "items") return isList(value) ? value.map((item, index) => [`${at}/${index}`, item]) : [];
    if (!isTable(value)) return [];
    return sortedKeys(value).map((key) => [`${at}/${escapeToken(key)}`, entry(value, key) ?? null]);
  });
}
