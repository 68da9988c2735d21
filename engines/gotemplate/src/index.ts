export { builtinFunctions } from "./builtins/builtin-functions.ts";
export {
  createTemplateRun,
  type TemplateBudgets,
  type TemplateRunOptions,
  type TrackedTemplateRun,
} from "./create-template-run.ts";
export {
  defineFunction,
  functionTable,
  type GoArgumentOf,
  type GoArgumentsOf,
  type GoDict,
  type GoResultOf,
} from "./define-function.ts";
export { executeTemplate, type ExecuteTemplateOptions } from "./execute-template.ts";
export { type MissingKey } from "./execute/missing-key.ts";
export {
  isFunctionError,
  type TemplateBudget,
  TemplateBudgetError,
  TemplateExecError,
  type TemplateFunctionError,
  type TemplatePlace,
} from "./execute/template-error.ts";
export { TemplateParseError } from "./parse/template-parse-error.ts";
export { parseTemplate, renameTemplate } from "./parse-template.ts";
export { type TemplateEntry, type TemplateFunction } from "./template-function.ts";
export { type ImpureCause, type TemplateRun } from "./template-run.ts";
export { type ParsedTemplate, type Template, TemplateSet } from "./template-set.ts";
export { certificateFunctions } from "./sprig/certificates.ts";
export { chargedWalk } from "./sprig/json-walk.ts";
export { ecdsaKeyMaker, type KeyMaker, rsaKeyMaker } from "./sprig/private-key.ts";
export { secureRandom } from "./sprig/random-source.ts";
export { sprigFunctions } from "./sprig/sprig-functions.ts";
