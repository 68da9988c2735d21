export {
  alreadyExistsError,
  applyConflictError,
  badRequestError,
  conflictError,
  expiredError,
  forbiddenError,
  formatGroupKind,
  formatGroupResource,
  generateNameConflictError,
  type GenericResponse,
  genericServerError,
  goneError,
  type GroupKind,
  type GroupResource,
  internalError,
  invalidError,
  methodNotSupportedError,
  notAcceptableError,
  notFoundError,
  optimisticLockMessage,
  requestEntityTooLargeError,
  serverTimeoutError,
  serviceUnavailableError,
  timeoutError,
  tooLargeResourceVersionError,
  tooManyRequestsError,
  unauthorizedError,
  unknownError,
  unsupportedMediaTypeError,
} from "./api-errors.ts";
export {
  asJson,
  formatApiVersion,
  formatGvk,
  formatKey,
  gvkOf,
  keyOf,
  parseApiVersion,
  parseKey,
  sameGvk,
} from "./api-version.ts";
export { type ApplyConflict } from "./apply/conflict.ts";
export { lastAppliedAnnotation } from "./apply/last-applied.ts";
export { type Manager } from "./apply/managers.ts";
export {
  type ConfigurationValue,
  ForeignValue,
  mergeConfiguration,
  MergeConfigurationError,
} from "./apply/merge-configuration.ts";
export { type FieldWrite } from "./apply/request.ts";
export {
  managedFieldsFromScale,
  managedFieldsOfScale,
  type ReplicasPaths,
} from "./apply/scale-managed-fields.ts";
export { applyServerSide, type ApplyRequest, type ApplyResult } from "./apply/server-side-apply.ts";
export { keepUnchangedTimes } from "./apply/unchanged-times.ts";
export { type ManagedUpdate, updateManagedFields } from "./apply/update-managed-fields.ts";
export {
  compareConditions,
  type ConditionStamp,
  type ConditionState,
  findCondition,
  isConditionFalse,
  isConditionTrue,
  removeConditions,
  setCondition,
  summarizeConditions,
  type SummaryOptions,
} from "./conditions.ts";
export { deepFreeze, type DeepReadonly } from "./deep-freeze.ts";
export { FieldSelectorError, type FieldTerm, matchesFields, parseFieldSelector } from "./field-selector.ts";
export { type FieldNode, FieldSet, FieldSetBuilder, fieldSetOf } from "./fields/field-set.ts";
export { readFieldsV1, writeFieldsV1 } from "./fields/fields-v1.ts";
export { ManagedFieldsError } from "./fields/managed-fields-error.ts";
export {
  fieldElement,
  type FieldPath,
  indexElement,
  keyElement,
  type KeyField,
  type PathElement,
  printPath,
  valueElement,
} from "./fields/path-element.ts";
export { formatGoValue, goTypeName, marshalGoJson } from "./go-text.ts";
export { jsonEqual } from "./json-equality.ts";
export { computeKstatus, type KstatusOptions } from "./kstatus/kstatus.ts";
export { type KstatusCondition, type KstatusResult, type KstatusStatus } from "./kstatus/kstatus-result.ts";
export {
  type Condition,
  type GroupVersionKind,
  type KubeList,
  type KubeObject,
  type ManagedFieldsEntry,
  type ObjectKey,
  type ObjectMeta,
  type OwnerReference,
} from "./object.ts";
export { controllerOf, isControlledBy, isOwnedBy, ownerReferenceTo } from "./owner-references.ts";
export { applyJsonPatch, type JsonPatchOptions } from "./patch/json-patch.ts";
export { JsonPatchError, type JsonPatchFailure } from "./patch/json-patch-error.ts";
export { applyMergePatch } from "./patch/merge-patch.ts";
export { StrategicMergePatchError } from "./patch/strategic-merge-error.ts";
export { applyStrategicMergePatch } from "./patch/strategic-merge-patch.ts";
export {
  failure,
  type FailureFields,
  findStatusCause,
  isStatusReason,
  readStatus,
  type Status,
  type StatusCause,
  statusCodes,
  type StatusDetails,
  StatusError,
  type StatusReason,
} from "./status-error.ts";
export { formatMicroTime, formatTime, parseTime } from "./timestamps.ts";
