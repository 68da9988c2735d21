import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  NULL,
  optionalOf,
  STRING,
  typeOf,
  UINT,
} from "./cel-type.ts";
import { FunctionTable } from "./function-table.ts";
import { AUTHORIZATION } from "./library/authorizer.ts";
import { ENCODERS, LISTS, OPTIONALS, SETS } from "./library/collections.ts";
import { CONVERSIONS } from "./library/conversions.ts";
import { FORMATTING, QUANTITIES, REGEX } from "./library/kubernetes.ts";
import { CIDR, IP, NETWORK } from "./library/network.ts";
import { OPERATORS } from "./library/operators.ts";
import { VERSIONS } from "./library/semver.ts";
import { stringLibrary, TEXT_TESTS } from "./library/strings.ts";
import type { FormatDialect } from "./library/string-format.ts";
import { TIME } from "./library/time.ts";
import { URLS } from "./library/url.ts";
import { type FindMessage, findWellKnown, MESSAGES } from "./messages.ts";
import { findPatchMessage, PATCH_FUNCTIONS } from "./patch-messages.ts";
import { MacroTable, OPTIONAL_MACROS, SORT_MACROS, STANDARD_MACROS, TWO_VARIABLE_MACROS } from "./macros.ts";

/** The functions, macros and variables that an expression may use. */
export interface Environment {
  readonly functions: FunctionTable;
  readonly macros: MacroTable;
  readonly variables: ReadonlyMap<string, CelType>;
  readonly typeNames: ReadonlyMap<string, CelType>;
  /** The messages that an expression may write out. */
  readonly findMessage: FindMessage;
  /** Functions whose constant pattern is compiled with the expression. */
  readonly patterns: ReadonlySet<string>;
  readonly dialect: FormatDialect;
  /** Whether types are checked; without it what does not fit fails when it is evaluated. */
  readonly isChecked: boolean;
  /** Whether constant times and patterns are looked at by the checker. */
  readonly checksConstants: boolean;
}

const TYPE_NAMES: ReadonlyMap<string, CelType> = new Map<string, CelType>([
  ["bool", BOOL],
  ["bytes", BYTES],
  ["double", DOUBLE],
  ["int", INT],
  ["list", listOf(DYN)],
  ["map", mapOf(DYN, DYN)],
  ["null_type", NULL],
  ["string", STRING],
  ["type", typeOf(DYN)],
  ["uint", UINT],
  ["optional_type", optionalOf(DYN)],
  ...Array.from(MESSAGES, ([name, { type }]) => [name, type] as const),
]);
const COMMON = [...OPERATORS, ...CONVERSIONS, ...TIME, ...TEXT_TESTS, ...SETS, ...OPTIONALS];

const FLUX_BASE = {
  functions: new FunctionTable([...COMMON, ...ENCODERS, ...stringLibrary("plain")]),
  macros: new MacroTable([...STANDARD_MACROS, ...OPTIONAL_MACROS]),
  typeNames: TYPE_NAMES,
  findMessage: findWellKnown,
  patterns: new Set(["matches"]),
  dialect: "plain",
  checksConstants: false,
} as const;

const KUBERNETES_BASE = {
  functions: new FunctionTable([
    ...COMMON,
    ...URLS,
    ...REGEX,
    ...LISTS,
    ...QUANTITIES,
    ...stringLibrary("english"),
    ...NETWORK,
    ...FORMATTING,
    ...VERSIONS,
    ...AUTHORIZATION,
  ]),
  macros: new MacroTable([...STANDARD_MACROS, ...OPTIONAL_MACROS, ...TWO_VARIABLE_MACROS, ...SORT_MACROS]),
  typeNames: new Map([...TYPE_NAMES, ...[IP, CIDR].map((type) => [type.name, type] as const)]),
  findMessage: findWellKnown,
  patterns: new Set(["matches", "find", "findAll"]),
  dialect: "english",
  isChecked: true,
  checksConstants: true,
} as const;

/** The environment of a Kubernetes 1.36 API server, with variables of given types. */
export function kubernetes(variables: Iterable<readonly [string, CelType]>): Environment {
  return { ...KUBERNETES_BASE, variables: new Map(variables) };
}

/**
 * An environment whose expressions may also make patches: `Object{spec: Object.spec{replicas: 1}}`, whose fields have no types,
 * `JSONPatch{op: "add", path: "/a", value: 1}`, and `jsonpatch.escapeKey`.
 */
export function withPatchTypes(environment: Environment): Environment {
  return {
    ...environment,
    functions: environment.functions.with(PATCH_FUNCTIONS),
    findMessage: (name) => findPatchMessage(name) ?? environment.findMessage(name),
  };
}

/** The environment of Flux' `healthCheckExprs`: parsed only, every field of the object is a variable. */
export function fluxHealth(): Environment {
  return { ...FLUX_BASE, variables: new Map(), isChecked: false };
}

/** The environment of Flux' `readyExpr`: types are checked, and its variables are objects. */
export function fluxReady(variables: readonly string[] = ["self", "dep"]): Environment {
  const struct = mapOf(STRING, DYN);
  return { ...FLUX_BASE, variables: new Map(variables.map((name) => [name, struct])), isChecked: true };
}
