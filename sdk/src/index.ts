export { type Kind } from "@weir/client";
export { type JsonObject, type JsonValue } from "@weir/core";
export {
  type Condition,
  type ConditionStamp,
  type ConditionState,
  findCondition,
  formatKey,
  isConditionTrue,
  keyOf,
  parseKey,
  type KubeObject,
  type ObjectKey,
  type ObjectMeta,
  removeConditions,
  setCondition,
} from "@weir/objects";
export {
  type CacheQuery,
  type CacheReader,
  DuplicateIndexError,
  UndeclaredIndexError,
  UndeclaredReadError,
} from "./cache/cache-reader.ts";
export { type Change } from "./cache/change.ts";
export { type IndexFunction } from "./cache/index-table.ts";
export { type InformerLease } from "./cache/informers.ts";
export { type WatchScope } from "./cache/reflector.ts";
export { compareResourceVersions } from "./cache/resource-version.ts";
export { type LabelQuery } from "./cache/selector.ts";
export {
  type Controller,
  type ControllerOptions,
  type EventSource,
  type FinalizerDeclaration,
  type IndexDeclaration,
  type PrimaryDeclaration,
  type PrimaryOptions,
  type ReconcileResult,
  type Source,
  type SourceContext,
  type WatchDeclaration,
  type WatchOptions,
} from "./controller/controller.ts";
export {
  type ControllerBuilder,
  type ControllerStart,
  createController,
  InvalidControllerError,
  type KeyedControllerBuilder,
} from "./controller/create-controller.ts";
export {
  type Enqueue,
  type EventHandler,
  type GenericHandler,
  InvalidMapError,
  type MapHandler,
  type Reference,
} from "./controller/event-handler.ts";
export { changed, type Predicate, REQUESTED_AT_ANNOTATION } from "./controller/predicates.ts";
export { LeaderElectionConfigError, type LeaderElectionOptions } from "./election/election-settings.ts";
export { LeaseLostError, LeaseRequestTimeoutError, NotLeaderError } from "./election/leadership-errors.ts";
export { type EventSink, type PublishedEvent } from "./events/event-recorder.ts";
export { requestCounter } from "./manager/metric-families.ts";
export { UnknownClusterError } from "./manager/cluster-parts.ts";
export { type EndpointOptions, ListenError } from "./manager/http-endpoints.ts";
export {
  CacheSyncTimeoutError,
  DuplicateControllerError,
  type HealthCheck,
  type ManagedServer,
  type Manager,
  type ManagerCluster,
  type ManagerOptions,
  ManagerStateError,
} from "./manager/manager.ts";
export { createManager } from "./manager/create-manager.ts";
export { every, type EveryOptions, type Task, type TaskContext, TaskFailedError } from "./manager/task.ts";
export { type TracedRun } from "./manager/reconcile-tracer.ts";
export { ReconcileHungError } from "./manager/supervise.ts";
export {
  type AddOptions,
  LOW_PRIORITY,
  type TakenItem,
  WorkQueue,
  type WorkQueueOptions,
} from "./queue/work-queue.ts";
export {
  type Applied,
  type ApplyIntentOptions,
  type BaseContext,
  type LiveReads,
  type ReconcileContext,
  type ReconcileEvent,
} from "./reconcile/context.ts";
export {
  InvalidOutcomeError,
  InvalidUpdateError,
  ManagerStoppedError,
  OwnerReferenceError,
  ReconcilePanicError,
  ReconcileTimeoutError,
  RunClosedError,
  SupersededError,
  TerminalError,
} from "./reconcile/reconcile-errors.ts";
export {
  type Observation,
  type Progress,
  type Report,
  type Reported,
  type StatusOf,
  type StatusSummary,
} from "./reconcile/report.ts";
export { condition, conditions } from "./resource/conditions.ts";
export { ConversionFailedError, UnknownVersionError } from "./resource/conversion-error.ts";
export {
  type CustomResourceConversion,
  type CustomResourceDefinition,
  type CustomResourceNames,
  type CustomResourceVersion,
  type PrinterColumn,
  type ScalePaths,
  type WebhookClientConfig,
} from "./resource/custom-resource-definition.ts";
export { type DeepReadonly } from "./resource/deep-readonly.ts";
export {
  defineResource,
  type PartsOf,
  type Resource,
  type ResourceDefinition,
  type ResourceOf,
  type SpokeDefinition,
  type VersionedResource,
} from "./resource/define-resource.ts";
export { InvalidResourceError } from "./resource/invalid-resource-error.ts";
export { crdJsonSchema, type JsonSchema, jsonSchemaOf } from "./resource/json-schema.ts";
export { InvalidObjectError, type Parsed } from "./resource/parse-object.ts";
export { type PolicyRule, pluralOf, type RbacOptions, rbacOf } from "./resource/rbac-of.ts";
export { referenceDocument } from "./resource/reference-document.ts";
export {
  type ConvertedParts,
  type PrintColumn,
  type ReadResource,
  type VersionShape,
  type WriteResource,
} from "./resource/resource-versions.ts";
export { kind, type KindHints } from "./resource/untyped-kind.ts";
export {
  type CertificateAuthority,
  CertificateError,
  type CertifiedKey,
  type ClientName,
  createAuthority,
  type IssueOptions,
  openAuthority,
  type ServerNames,
  type SigningRequest,
} from "./certificates/authority.ts";
export {
  type AdmissionContext,
  type AdmissionOperation,
  type AdmissionUser,
  type GroupVersionResource,
  type MutateRequest,
  type ValidateRequest,
} from "./webhook/admission-request.ts";
export { type CertificateOptions } from "./webhook/certificate-source.ts";
export { keepMemoryLow, keepYoungObjectsFew, type ProcessUse } from "./process/memory-keeper.ts";
export {
  type AdmissionHook,
  createWebhooks,
  type Draft,
  DuplicateWebhookError,
  type HookOptions,
  type HookSelector,
  type MutateOptions,
  type Webhooks,
} from "./webhook/create-webhooks.ts";
export { type TrustTargets } from "./webhook/inject-trust.ts";
export { type JsonPatchOperation, jsonPatchBetween } from "./webhook/json-patch-between.ts";
export { type SelfSignedOptions } from "./webhook/self-signed.ts";
export { type Denial, deny, type Verdict } from "./webhook/verdict.ts";
export { UnknownConversionError, WebhookServerError, WebhookTimeoutError } from "./webhook/webhook-error.ts";
export {
  REVIEW_LIMIT_BYTES,
  type WebhookAnswer,
  type WebhookCall,
  type WebhookHandler,
  webhookHandler,
  type WebhookHandlerOptions,
} from "./webhook/webhook-handler.ts";
export {
  type WebhookAddress,
  type WebhookConfiguration,
  type WebhookManifestOptions,
  type WebhookManifests,
  webhookManifests,
} from "./webhook/webhook-manifests.ts";
export { type WebhookServer, webhookServer, type WebhookServerOptions } from "./webhook/webhook-server.ts";
