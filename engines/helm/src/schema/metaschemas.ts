import draft2019Applicator from "ajv/dist/refs/json-schema-2019-09/meta/applicator.json" with {
  type: "json",
};
import draft2019Content from "ajv/dist/refs/json-schema-2019-09/meta/content.json" with { type: "json" };
import draft2019Core from "ajv/dist/refs/json-schema-2019-09/meta/core.json" with { type: "json" };
import draft2019Format from "ajv/dist/refs/json-schema-2019-09/meta/format.json" with { type: "json" };
import draft2019MetaData from "ajv/dist/refs/json-schema-2019-09/meta/meta-data.json" with { type: "json" };
import draft2019Validation from "ajv/dist/refs/json-schema-2019-09/meta/validation.json" with {
  type: "json",
};
import draft2019 from "ajv/dist/refs/json-schema-2019-09/schema.json" with { type: "json" };
import draft2020Applicator from "ajv/dist/refs/json-schema-2020-12/meta/applicator.json" with {
  type: "json",
};
import draft2020Content from "ajv/dist/refs/json-schema-2020-12/meta/content.json" with { type: "json" };
import draft2020Core from "ajv/dist/refs/json-schema-2020-12/meta/core.json" with { type: "json" };
import draft2020Format from "ajv/dist/refs/json-schema-2020-12/meta/format-annotation.json" with {
  type: "json",
};
import draft2020MetaData from "ajv/dist/refs/json-schema-2020-12/meta/meta-data.json" with { type: "json" };
import draft2020Unevaluated from "ajv/dist/refs/json-schema-2020-12/meta/unevaluated.json" with {
  type: "json",
};
import draft2020Validation from "ajv/dist/refs/json-schema-2020-12/meta/validation.json" with {
  type: "json",
};
import draft2020 from "ajv/dist/refs/json-schema-2020-12/schema.json" with { type: "json" };
import draft6 from "ajv/dist/refs/json-schema-draft-06.json" with { type: "json" };
import draft7 from "ajv/dist/refs/json-schema-draft-07.json" with { type: "json" };
import draft4 from "ajv-draft-04/dist/refs/json-schema-draft-04.json" with { type: "json" };
import type { SchemaTable, SchemaValue } from "./schema-value.ts";

const DRAFT_2019 = "json-schema.org/draft/2019-09";
const DRAFT_2020 = "json-schema.org/draft/2020-12";

const TEXT = { type: "string" };
const DRAFT_4 = { id: TEXT, $ref: TEXT, format: TEXT };

/** The metaschemas that ajv carries, by their URLs without a scheme; few differ from those that helm's library carries. */
const METASCHEMAS: ReadonlyMap<string, SchemaValue> = new Map<string, SchemaValue>([
  ["json-schema.org/schema", draft2020 as SchemaTable],
  [`${DRAFT_2020}/schema`, draft2020 as SchemaTable],
  [`${DRAFT_2020}/meta/applicator`, draft2020Applicator as SchemaTable],
  [`${DRAFT_2020}/meta/content`, draft2020Content as SchemaTable],
  [`${DRAFT_2020}/meta/core`, draft2020Core as SchemaTable],
  [`${DRAFT_2020}/meta/format-annotation`, draft2020Format as SchemaTable],
  [`${DRAFT_2020}/meta/meta-data`, draft2020MetaData as SchemaTable],
  [`${DRAFT_2020}/meta/unevaluated`, draft2020Unevaluated as SchemaTable],
  [`${DRAFT_2020}/meta/validation`, draft2020Validation as SchemaTable],
  [`${DRAFT_2019}/schema`, draft2019 as SchemaTable],
  [`${DRAFT_2019}/meta/applicator`, draft2019Applicator as SchemaTable],
  [`${DRAFT_2019}/meta/content`, draft2019Content as SchemaTable],
  [`${DRAFT_2019}/meta/core`, draft2019Core as SchemaTable],
  [`${DRAFT_2019}/meta/format`, draft2019Format as SchemaTable],
  [`${DRAFT_2019}/meta/meta-data`, draft2019MetaData as SchemaTable],
  [`${DRAFT_2019}/meta/validation`, draft2019Validation as SchemaTable],
  ["json-schema.org/draft-07/schema", withProperties(draft7, { writeOnly: { type: "boolean" } })],
  ["json-schema.org/draft-06/schema", withProperties(draft6, { examples: true })],
  ["json-schema.org/draft-04/schema", withProperties(draft4, DRAFT_4)],
]);

function withProperties(metaschema: { readonly properties: object }, changed: SchemaTable): SchemaTable {
  return { ...metaschema, properties: { ...metaschema.properties, ...changed } } as unknown as SchemaTable;
}

/** The metaschema at a URL; undefined where there is none. */
export function metaschemaAt(url: string): SchemaValue | undefined {
  const found = /^https?:\/\/(json-schema\.org\/.*)$/.exec(url)?.[1];
  return found === undefined ? undefined : METASCHEMAS.get(found);
}
