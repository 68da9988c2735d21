export { applyDefaults, type NullHandling } from "./apply-defaults.ts";
export {
  describeFieldError,
  duplicateField,
  type FieldError,
  type FieldErrorReason,
  type FieldErrorType,
  forbiddenField,
  internalFieldError,
  invalidField,
  invalidFieldType,
  joinFieldErrors,
  requiredField,
  tooLongField,
  tooManyField,
  unsupportedField,
} from "./field/field-error.ts";
export { fieldChild, fieldIndex, fieldKey } from "./field/field-path.ts";
export { isKnownFormat } from "./format/formats.ts";
export { type PruneOptions, type PruneResult, pruneUnknown, pruneUnknownFields } from "./prune.ts";
export { type CelRule, type SchemaNode } from "./schema-node.ts";
export { type MetadataCheck, validateEmbeddedResources } from "./validate/embedded-resource.ts";
export { validateListKeys } from "./validate/list-keys.ts";
export { type ValidateOptions, validateSchema, validateUniqueKeys } from "./validate/validate-schema.ts";
export { validateValue } from "./validate/validate-value.ts";
export { parseSchemaNode } from "./parse-schema-node.ts";
export { SchemaSyntaxError, UnsupportedTypeError } from "./schema-error.ts";
export {
  type DurationUnit,
  duration,
  type EmbeddedResource,
  embeddedResource,
  int32,
  int64,
  intOrString,
  preserveUnknown,
  preserveUnknownObject,
  quantity,
  timestamp,
} from "./zod/kubernetes-types.ts";
export {
  type CelRuleOptions,
  celRule,
  celRules,
  immutable,
  listMapKey,
  listType,
  mapType,
  type SchemaMetadata,
} from "./zod/metadata.ts";
export { toStructuralSchema } from "./zod/to-structural-schema.ts";
export type { DefaultCheck } from "./structural/check-defaults.ts";
export { checkStructural, type StructuralOptions } from "./structural/check-structural.ts";
export { type FieldByPath, findFieldByPath } from "./structural/field-by-path.ts";
export { unrecognizedFormats } from "./structural/unrecognized-formats.ts";
export {
  type Coercion,
  coerceEmbeddedMetadata,
  type MetadataReading,
  type ReadMetadata,
  type WrongMetadata,
} from "./coerce-embedded.ts";
