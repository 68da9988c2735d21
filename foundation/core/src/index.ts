export { abortable, anySignal, timeoutSignal } from "./abort.ts";
export { Backoff, type BackoffOptions } from "./backoff.ts";
export { type Clock, type Timer } from "./clock/clock.ts";
export { FakeClock } from "./clock/fake-clock.ts";
export { systemClock } from "./clock/system-clock.ts";
export {
  DurationSyntaxError,
  formatGoDuration,
  goDurationMs,
  parseGoDuration,
  roundGoDuration,
  truncateGoDuration,
} from "./duration.ts";
export {
  assertNever,
  describeError,
  InvariantError,
  invariant,
  type RetryPolicy,
  WeirError,
} from "./error.ts";
export {
  type JsonObject,
  type JsonValue,
  type ParseJsonOptions,
  parseJson,
  type WriteJsonOptions,
  writeJson,
} from "./json.ts";
export { copyJson } from "./copy-json.ts";
export { JsonDepthError, JsonSyntaxError } from "./json-error.ts";
export { type LogFields, type Logger, silentLogger } from "./logger.ts";
export { halt, next, type Outcome, type Step } from "./outcome.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { openSharedTree, type SharedTree, shareTree } from "./shared-tree.ts";
export {
  memoryTree,
  mountTree,
  overlayTree,
  subTree,
  type Tree,
  type TreeEntry,
  TreePathError,
  walkTree,
} from "./tree.ts";
export { cleanPath, cleanTreePath, joinTreePath } from "./tree-path.ts";
export { compareUtf8 } from "./utf8-order.ts";
export { TransientMap } from "./transient-map.ts";
export {
  WorkerCrashedError,
  WorkerMemoryError,
  WorkerPoolClosedError,
  WorkerTaskError,
  WorkerTimeoutError,
} from "./worker-error.ts";
export {
  createWorkerPool,
  type TaskOptions,
  type WorkerPool,
  type WorkerPoolOptions,
  type WorkerPoolStats,
} from "./worker-pool.ts";
export { type Transferred, transferred } from "./worker-protocol.ts";
