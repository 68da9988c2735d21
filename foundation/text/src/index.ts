export { type ChargeOutput, sprint, sprintf, sprintln } from "./fmt/sprint.ts";
export { compareGoText, sortedGoKeys } from "./go-value/compare-text.ts";
export { type GoArgument, GoCallError, type GoFunction } from "./go-value/go-function.ts";
export { GoInt, goInt, type GoIntKind, isSignedKind } from "./go-value/go-int.ts";
export {
  type GoJsonWalkOptions,
  goJsonValue,
  writeGoJson,
  type WriteGoJsonOptions,
} from "./go-value/go-json.ts";
export { goKindOf, goTypeOf } from "./go-value/go-type-of.ts";
export {
  GoComplex,
  type GoField,
  type GoKind,
  GoMap,
  GoObject,
  GoSlice,
  type GoType,
  type GoValue,
} from "./go-value/go-value.ts";
export { utf8Bytes, utf8Text } from "./go-value/utf8-text.ts";
export {
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  LabelSelectorError,
} from "./label-requirement.ts";
export {
  everyLabel,
  isLabelSelectorSpec,
  type LabelSelector,
  labelSelectorFrom,
  labelSelectorOf,
  type LabelSelectorSpec,
  noLabel,
  parseLabelSelector,
} from "./label-selector.ts";
export {
  dnsLabelProblems,
  dnsSubdomainProblems,
  labelKeyProblems,
  labelValueProblems,
} from "./label-syntax.ts";
export { matchGoPath } from "./match-go-path.ts";
export { QuantityRangeError, QuantitySyntaxError } from "./quantity-error.ts";
export { type QuantityFormat } from "./quantity-suffix.ts";
export {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityFromJson,
  quantityMilliValue,
  quantityToDecimal,
  quantityToNumber,
  quantityValue,
  subtractQuantities,
} from "./quantity.ts";
export { canBackquoteGo, quoteGo, quoteGoAscii, quoteGoRune, runeText } from "./quote.ts";
export {
  anchoredPattern,
  compileRegexp,
  expandMatch,
  quotePattern,
  type Regexp,
  type RegexpMatch,
  RegexpSyntaxError,
} from "./regexp.ts";
export {
  highestSemver,
  type Constraint,
  ConstraintError,
  type ConstraintOptions,
  parseConstraint,
} from "./semver-constraint.ts";
export {
  compareSemver,
  formatSemver,
  incrementSemver,
  parseSemver,
  parseStrictSemver,
  type Semver,
  SemverError,
  sortSemver,
  tryParseSemver,
} from "./semver.ts";
export { type FloatFormat, formatGoFloat } from "./strconv/format-float.ts";
export { GoNumberError, type NumberParser } from "./strconv/number-error.ts";
export { parseGoBool } from "./strconv/parse-bool.ts";
export { parseGoFloat } from "./strconv/parse-float.ts";
export { type IntegerOptions, parseGoAtoi, parseGoInt, parseGoUint } from "./strconv/parse-integer.ts";
export { isPrintable } from "./strconv/printable.ts";
export { unquoteGo } from "./strconv/unquote.ts";
export { sortAsGo } from "./unstable-sort.ts";
export { formatInstant } from "./time/format-time.ts";
export { durationArgument, GoDuration, goDuration } from "./time/go-duration.ts";
export {
  fixedLocation,
  GoLocation,
  loadLocation,
  localLocation,
  utcLocation,
  type ZoneOffset,
} from "./time/go-location.ts";
export {
  bindGoMethod,
  type GoMethod,
  type GoMethods,
  integerArgument,
  textArgument,
} from "./time/go-method.ts";
export { GoTime, goTime, goTimeNow, timeArgument } from "./time/go-time.ts";
export {
  addNanoseconds,
  atLocation,
  calendarInstant,
  type CalendarTime,
  compareInstants,
  type Instant,
  nanosecondsBetween,
  unixInstant,
  zeroInstant,
} from "./time/instant.ts";
export { parseInstant } from "./time/parse-time.ts";
export { TimeParseError } from "./time/time-parse-error.ts";
