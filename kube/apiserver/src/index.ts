export { type CountedKind, countedKinds, countQuota } from "./admission/quota/count-quota.ts";
export { AuditLogError, AuditPolicyError } from "./audit/audit-error.ts";
export { type AuditLog, type AuditLogOptions, openAuditLog } from "./audit/audit-log.ts";
export {
  type AuditDecision,
  type AuditedRequest,
  type AuditLevel,
  type AuditPolicy,
  type AuditStage,
  type AuditTarget,
  metadataPolicy,
  parseAuditPolicy,
} from "./audit/audit-policy.ts";
export { type AuditOptions, type AuditSink } from "./audit/audit-record.ts";
export { type AuthOptions } from "./auth/authenticate.ts";
export {
  ImportBudgetError,
  ImportInterruptedError,
  type ImportPlace,
  InvalidExportError,
  StorageNotEmptyError,
} from "./backup/backup-error.ts";
export { type ExportedKind, exportObjects, exportRank } from "./backup/export-objects.ts";
export { importObjects, type ImportOptions, type ImportReport } from "./backup/import-objects.ts";
export { ConnectionDroppedError, type Fault, type FaultedRequest, type FaultPlan } from "./faults/fault.ts";
export {
  createFaultInjector,
  type FaultInjector,
  type FaultTarget,
  type Handle,
} from "./faults/fault-injector.ts";
export { type ByteBudget, createByteBudget } from "./flow/byte-budget.ts";
export { type FlowOptions } from "./flow/flow-control.ts";
export { OverloadedError } from "./flow/overloaded-error.ts";
export { fromFetch, toFetch } from "./http/fetch-adapter.ts";
export {
  type ApiRequest,
  type ClientCertificate,
  type ApiResponse,
  type BodyPiece,
} from "./http/api-request.ts";
export { type ExpressionWarning } from "./policies/type-checking.ts";
export { type ApiServer, type ApiServerOptions, createApiServer, type HandleOptions } from "./server.ts";
export { InvalidServiceRangeError } from "./services/service-range.ts";
export { type UserInfo } from "./auth/user-info.ts";
export {
  type CallWebhook,
  type WebhookQuestion,
  type WebhookReply,
  type WebhookTarget,
} from "./webhooks/call-webhook.ts";
export { type HistoryLimits } from "./storage/history-keeper.ts";
export { createMemoryStorage, type MemoryStorageOptions } from "./storage/memory-storage.ts";
export { type LostWrite, type SalvageReport, salvageSqliteStorage } from "./storage/salvage.ts";
export { createSqliteStorage, type SqliteStorageOptions } from "./storage/sqlite-storage.ts";
export {
  type CommitResult,
  type RangeOptions,
  type RangeResult,
  type Storage,
  type StorageEvent,
  type StorageWrite,
  type StoredValue,
  type ValueRevisions,
} from "./storage/storage.ts";
export {
  FutureRevisionError,
  RevisionCompactedError,
  StorageClosedError,
  StorageCorruptError,
  StorageFailedError,
  StorageFullError,
  StorageLockedError,
  StorageVersionError,
} from "./storage/storage-error.ts";
export {
  type CertificateRequest,
  type ReadRequest,
  readCertificateRequest,
} from "./validation/certificate-request.ts";
