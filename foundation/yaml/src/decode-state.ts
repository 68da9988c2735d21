import { compareUtf8, type JsonValue } from "@weir/core";
import { YamlBudgetError, YamlError } from "./error.ts";
import type { YamlNode } from "./node.ts";
import type { LoadSettings } from "./options.ts";

/**
 * A value that JSON has no form for. It stands in the result until all is decoded, because a later key of the same name
 * may replace it; sigs.k8s.io/yaml finds bad keys first, and Go's JSON encoder bad values after that.
 */
export class Unencodable {
  readonly found: "key" | "value";
  readonly message: string;

  constructor(found: "key" | "value", message: string) {
    this.found = found;
    this.message = message;
  }
}

/** A float without a fraction, kept apart from an integer for the emitter, which writes `1e6` as `1e+06`. */
export class WholeFloat {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A moment in the form of YAML, which is written plain although a text like it would be quoted. */
export class YamlTimestamp {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** An object under construction. */
export type MutableObject = { [key: string]: JsonValue };

/** What decoding one document has done so far. */
export interface DecodeState {
  readonly settings: LoadSettings;
  /** Whether whole floats are wrapped and infinities let through. */
  readonly forEmitter: boolean;
  decoded: number;
  decodedByAlias: number;
  aliasDepth: number;
  depth: number;
  merged: number;
  mergeDepth: number;
  readonly activeAliases: Set<YamlNode>;
  /** Type errors in go-yaml's sense: collected and reported together. */
  readonly problems: string[];
  /** The first of those, for its place. */
  firstProblem: YamlNode | undefined;
  hasUnencodable: boolean;
}

/** Starts decoding a document. */
export function newDecodeState(settings: LoadSettings, forEmitter: boolean): DecodeState {
  return {
    settings,
    forEmitter,
    decoded: 1,
    decodedByAlias: 0,
    aliasDepth: 0,
    depth: 0,
    merged: 0,
    mergeDepth: 0,
    activeAliases: new Set(),
    problems: [],
    firstProblem: undefined,
    hasUnencodable: false,
  };
}

/** Between these numbers of nodes, the share that aliases may contribute falls from 99 % to 10 %. */
const RATIO_RANGE_LOW = 400_000;
const RATIO_RANGE_HIGH = 4_000_000;

function allowedAliasRatio(decoded: number): number {
  if (decoded <= RATIO_RANGE_LOW) return 0.99;
  if (decoded >= RATIO_RANGE_HIGH) return 0.1;
  return 0.99 - 0.89 * ((decoded - RATIO_RANGE_LOW) / (RATIO_RANGE_HIGH - RATIO_RANGE_LOW));
}

/** Counts a node, and stops documents that live off their aliases, by go-yaml's rule and by the budget. */
export function countNode(state: DecodeState, node: YamlNode): void {
  state.decoded += 1;
  if (state.aliasDepth === 0) return;
  state.decodedByAlias += 1;
  const { decoded, decodedByAlias } = state;
  if (decodedByAlias > 100 && decoded > 1000 && decodedByAlias / decoded > allowedAliasRatio(decoded)) {
    failAt(node, "document contains excessive aliasing");
  }
  const budget = state.settings.budgets.aliases;
  if (decodedByAlias > budget) {
    throw new YamlBudgetError("aliases", `document has more than ${budget} nodes by aliases`, placeOf(node));
  }
}

/** Counts a key that a merge copies. */
export function countMergedKey(state: DecodeState, node: YamlNode): void {
  if (state.mergeDepth === 0) return;
  state.merged += 1;
  const budget = state.settings.budgets.merges;
  if (state.merged > budget) {
    throw new YamlBudgetError("merges", `document has more than ${budget} merged keys`, placeOf(node));
  }
}

/** Goes one collection deeper: aliases can nest deeper than the text does. */
export function enterCollection(state: DecodeState, node: YamlNode): void {
  state.depth += 1;
  const budget = state.settings.budgets.depth;
  if (state.depth > budget) {
    throw new YamlBudgetError("depth", `exceeded max depth of ${budget}`, placeOf(node));
  }
}

/** Follows an alias with `follow`, unless it stands within its own anchor. */
export function followAlias<Result>(
  state: DecodeState,
  alias: YamlNode,
  follow: (target: YamlNode) => Result,
): Result {
  if (state.activeAliases.has(alias)) failAt(alias, `anchor '${alias.value}' value contains itself`);
  state.activeAliases.add(alias);
  state.aliasDepth += 1;
  const result = follow(alias.target as YamlNode);
  state.aliasDepth -= 1;
  state.activeAliases.delete(alias);
  return result;
}

/** Sets an own property whatever its name. */
export function setOwn(target: MutableObject, key: string, value: JsonValue): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

function placeOf(node: YamlNode): { readonly line: number; readonly column: number } {
  return { line: node.line + 1, column: node.column + 1 };
}

/** Ends decoding with a problem of one node; go-yaml gives no line for these. */
export function failAt(node: YamlNode, problem: string): never {
  throw new YamlError(`yaml: ${problem}`, problem, placeOf(node));
}

/** Reports what was only collected while decoding: type errors, then bad keys, then values that JSON cannot hold. */
export function reportProblems(state: DecodeState, root: JsonValue): void {
  if (state.problems.length > 0) {
    const problem = `unmarshal errors:\n  ${state.problems.join("\n  ")}`;
    const place = state.firstProblem === undefined ? {} : placeOf(state.firstProblem);
    throw new YamlError(`yaml: ${problem}`, problem, place);
  }
  if (!state.hasUnencodable) return;
  const found = firstUnencodable(root, "key") ?? firstUnencodable(root, "value");
  if (found !== undefined) throw new YamlError(found.message, found.message.replace(/^json: /, ""));
}

/** The one that Go's JSON encoder meets first, which visits keys in byte order. */
function firstUnencodable(value: unknown, kind: Unencodable["found"]): Unencodable | undefined {
  if (value instanceof Unencodable) return value.found === kind ? value : undefined;
  if (typeof value !== "object" || value === null) return undefined;
  const children = Array.isArray(value) ? value : childrenByKey(value as Readonly<Record<string, unknown>>);
  for (const child of children) {
    const found = firstUnencodable(child, kind);
    if (found !== undefined) return found;
  }
  return undefined;
}

function childrenByKey(object: Readonly<Record<string, unknown>>): unknown[] {
  return Object.keys(object)
    .sort(compareUtf8)
    .map((key) => object[key]);
}
