export { CelCompileError, CelCostError, CelEvaluationError, CelProgramError } from "./cel-error.ts";
export {
  BOOL,
  BYTES,
  type CelType,
  describeType,
  DOUBLE,
  DURATION,
  DYN,
  formatType,
  INT,
  listOf,
  mapOf,
  NULL,
  objectOf,
  optionalOf,
  STRING,
  TIMESTAMP,
  UINT,
} from "./cel-type.ts";
export { areEqual } from "./comparison.ts";
export { compile, type Expression, type Measured, type Program, type Variables } from "./compile.ts";
export { type LargestSize } from "./cost/estimate-cost.ts";
export { type Environment, fluxHealth, fluxReady, kubernetes, withPatchTypes } from "./environment.ts";
export {
  compileFluxHealth,
  compileFluxReady,
  FluxEvaluationError,
  type FluxExpression,
  FluxExpressionError,
} from "./flux-expression.ts";
export {
  type AuthorizationAnswer,
  type AuthorizationQuestion,
  type Authorize,
  AUTHORIZER,
  authorizerValue,
  RESOURCE_CHECK,
  resourceCheckValue,
} from "./library/authorizer.ts";
export { type ListRules, withListRules } from "./list-rules.ts";
export { celFromJson } from "./from-json.ts";
export { type MadeMessage, madeMessage } from "./patch-messages.ts";
export { holdsMoreThan } from "./value-count.ts";
export {
  CelDuration,
  celFailure,
  celJsonMap,
  CelMap,
  CelObject,
  CelOptional,
  CelTimestamp,
  CelTypeName,
  CelUint,
  type CelValue,
  isList,
} from "./value.ts";
