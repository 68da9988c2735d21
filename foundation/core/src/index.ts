export { abortable, anySignal, timeoutSignal } from "./abort.ts";
export { Backoff, type BackoffOptions } from "./backoff.ts";
export { type Clock, type Timer } from "./clock/clock.ts";
export { FakeClock } from "./clock/fake-clock.ts";
export { systemClock } from "./clock/system-clock.ts";
export {
  assertNever,
  describeError,
  InvariantError,
  invariant,
  type RetryPolicy,
  WeirError,
} from "./error.ts";
export { type JsonObject, type JsonValue } from "./json.ts";
export { type LogFields, type Logger, silentLogger } from "./logger.ts";
export { halt, next, type Outcome, type Step } from "./outcome.ts";
export { type Random, seededRandom, systemRandom } from "./random.ts";
export { type Tree, type TreeEntry } from "./tree.ts";
