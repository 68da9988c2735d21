import type { FieldError } from "../field/field-error.ts";
import { quoteGo } from "@weir/text";
import type { SchemaNode } from "../schema-node.ts";

/** How many checks a validation made. */
export type MatchCount = number;

/** What one alternative came to. */
export interface AlternativeResult {
  readonly matches: MatchCount;
  readonly errors: readonly FieldError[];
}

/** Errors of a junctor: those of its alternatives, and texts that name no field. */
export interface JunctorResult {
  readonly matches: MatchCount;
  readonly errors: readonly (FieldError | string)[];
}

type Try = (alternative: SchemaNode) => AlternativeResult;

function checkAnyOf(alternatives: readonly SchemaNode[], path: string, attempt: Try): JunctorResult {
  let best: AlternativeResult | undefined;
  for (const alternative of alternatives) {
    const result = attempt(alternative);
    if (result.errors.length === 0) return { matches: result.matches, errors: [] };
    if (best === undefined || result.matches > best.matches) best = result;
  }
  return {
    matches: best?.matches ?? 0,
    errors: [`${quoteGo(path)} must validate at least one schema (anyOf)`, ...(best?.errors ?? [])],
  };
}

function checkOneOf(alternatives: readonly SchemaNode[], path: string, attempt: Try): JunctorResult {
  const valid: AlternativeResult[] = [];
  let best: AlternativeResult | undefined;
  for (const alternative of alternatives) {
    const result = attempt(alternative);
    if (result.errors.length === 0) valid.push(result);
    else if (best === undefined || result.matches > best.matches) best = result;
  }
  const [first] = valid;
  if (first !== undefined && valid.length === 1) return { matches: first.matches, errors: [] };
  const words = `${quoteGo(path)} must validate one and only one schema (oneOf).`;
  if (valid.length > 1) return { matches: 0, errors: [`${words} Found ${valid.length} valid alternatives`] };
  return { matches: best?.matches ?? 0, errors: [`${words} Found none valid`, ...(best?.errors ?? [])] };
}

function checkAllOf(parts: readonly SchemaNode[], path: string, attempt: Try): JunctorResult {
  const results = parts.map(attempt);
  const valid = results.filter((result) => result.errors.length === 0).length;
  const errors: (FieldError | string)[] = results.flatMap((result) => [...result.errors]);
  if (valid < parts.length) {
    const none = valid === 0 ? ". None validated" : "";
    errors.push(`${quoteGo(path)} must validate all the schemas (allOf)${none}`);
  }
  return { matches: results.reduce((sum, result) => sum + result.matches, 0), errors };
}

function checkNot(forbidden: SchemaNode, path: string, attempt: Try): JunctorResult {
  const isForbidden = attempt(forbidden).errors.length === 0;
  return { matches: 0, errors: isForbidden ? [`${quoteGo(path)} must not validate the schema (not)`] : [] };
}

/** The `anyOf`, `oneOf`, `allOf` and `not` of a node. */
export interface Junctors {
  check(path: string, attempt: Try): JunctorResult;
}

/** The junctors of a node, `undefined` where it has none. They are checked and reported in upstream's order. */
export function junctorsOf(node: SchemaNode): Junctors | undefined {
  const { anyOf = [], oneOf = [], allOf = [], not } = node;
  if (anyOf.length + oneOf.length + allOf.length === 0 && not === undefined) return undefined;
  return {
    check(path, attempt) {
      const results: JunctorResult[] = [];
      if (anyOf.length > 0) results.push(checkAnyOf(anyOf, path, attempt));
      if (oneOf.length > 0) results.push(checkOneOf(oneOf, path, attempt));
      if (allOf.length > 0) results.push(checkAllOf(allOf, path, attempt));
      if (not !== undefined) results.push(checkNot(not, path, attempt));
      return {
        matches: results.reduce((sum, result) => sum + result.matches, 0),
        errors: results.flatMap((result) => [...result.errors]),
      };
    },
  };
}
