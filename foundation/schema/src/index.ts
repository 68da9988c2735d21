export { applyDefaults } from "./apply-defaults.ts";
export {
  describeFieldError,
  duplicateField,
  type FieldError,
  type FieldErrorReason,
  type FieldErrorType,
  forbiddenField,
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
export { type ValidateOptions, validateSchema } from "./validate/validate-schema.ts";
