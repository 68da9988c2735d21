import type { Keywords } from "./schema-node.ts";

/** The keywords of a schema that has none. */
export const emptyKeywords: Keywords = {
  object: {
    required: [],
    properties: new Map(),
    patternProperties: [],
    dependencies: [],
    dependentSchemas: [],
    dependentRequired: [],
  },
  array: { uniqueItems: false, prefixItems: [], coversAll: false },
  text: {},
  number: {},
};
