export { YamlTimestamp } from "./decode-state.ts";
export { emitYaml, emitYamlInByteOrder, emitYamlInOwnOrder, emitYamlPretty, jsonToYaml } from "./emit.ts";
export {
  YamlBudgetError,
  type YamlBudget,
  YamlError,
  type YamlErrorDetails,
  type YamlPosition,
} from "./error.ts";
export { loadYaml } from "./load.ts";
export { loadYamlDocuments, readYamlDocuments } from "./load-documents.ts";
export type { DuplicateKeys, LoadOptions, YamlBudgets, YamlDialect } from "./options.ts";
export { formatGoFloat32 } from "./go-float.ts";
export { splitYamlDocuments } from "./split-documents.ts";
export { ALIAS_NODE, MAPPING_NODE, SCALAR_NODE, SEQUENCE_NODE, YamlNode } from "./node.ts";
export { parseYamlNode } from "./parse-node.ts";
export { FLOW, FOLDED, LITERAL, SINGLE_QUOTED } from "./token.ts";
export { resolvePlain, type Resolved } from "./resolve.ts";
export { type YamlPath, yamlPositions } from "./positions.ts";
