import { quoteGo } from "@weir/text";
import { checkArray } from "./check-array.ts";
import { checkObject } from "./check-object.ts";
import { checkNumber, checkText, checkWhole } from "./check-scalar.ts";
import { type Failure, type Place, silentFailure } from "./failure.ts";
import { SchemaBudgetError } from "./schema-error.ts";
import type { SchemaNode } from "./schema-node.ts";
import { escapeToken, locationText } from "./schema-pointer.ts";
import { isList, isNumber, isTable, type SchemaValue } from "./schema-value.ts";
import { mergeUnevaluated, unevaluatedOf } from "./unevaluated.ts";
import { addFailure, type Checker, failureOf, type Scope, type Visit } from "./visit.ts";

/** Schemas that one check may look at; schemas that refer to each other can double with each step. */
const MAX_STEPS = 300_000;

/** Schemas within each other; each takes some of the stack. */
const MAX_DEPTH = 700;

/** Where a schema is checked against its metaschema: schemas within it may have another one. */
export interface MetaschemaContext {
  readonly metaschema: SchemaNode;
  readonly metaschemaFor: (pointer: string) => SchemaNode | undefined;
}

/** Checks values against compiled schemas, within one budget. Throws `SchemaBudgetError`. */
export class SchemaRun implements Checker {
  readonly #context: MetaschemaContext | undefined;
  #steps = 0;
  #depth = 0;
  /** The values that each schema is being checked against, innermost last. */
  readonly #open = new Map<SchemaNode, number[]>();
  /** Where the next check of a value that stands nowhere counts its values from. */
  #firstValueId = 0;

  constructor(context?: MetaschemaContext) {
    this.#context = context;
  }

  /** What keeps a value from meeting a schema; nothing if it does. */
  validate(node: SchemaNode, value: SchemaValue): readonly Failure[] {
    this.#firstValueId += MAX_DEPTH + 1;
    const failure = this.#visit({
      node,
      value,
      at: undefined,
      scope: { node, keyword: "", valueId: this.#firstValueId, parent: undefined },
      isSilent: false,
      unevaluated: unevaluatedOf(value, node, false),
      metaschema: this.#context?.metaschema,
      failures: [],
    });
    if (failure === undefined) return [];
    return failure.kind === "group" ? failure.causes : [failure];
  }

  /** Accounts for work beside the schemas themselves: characters looked at, items compared. */
  charge(amount: number): void {
    this.#steps += amount;
    if (this.#steps > MAX_STEPS) throw new SchemaBudgetError(`schema takes more than ${MAX_STEPS} steps`);
  }

  /** Checks the same value against another schema. */
  self(
    visit: Visit,
    node: SchemaNode,
    how: { readonly keyword?: string; readonly isSilent?: boolean } = {},
  ): Failure | undefined {
    const { keyword = "", isSilent = false } = how;
    const { value, at, metaschema } = visit;
    const needed = visit.unevaluated.keys.size + visit.unevaluated.items.size > 0;
    const inner = this.#withMetaschema({
      node,
      value,
      at,
      metaschema,
      scope: { node, keyword, valueId: visit.scope.valueId, parent: visit.scope },
      isSilent: visit.isSilent || isSilent,
      unevaluated: unevaluatedOf(value, node, needed),
      failures: [],
    });
    const failure = this.#visit(inner);
    if (failure === undefined) mergeUnevaluated(visit.unevaluated, inner.unevaluated);
    return failure;
  }

  /** Checks what stands right below the value. */
  below(visit: Visit, node: SchemaNode, value: SchemaValue, token: string): Failure | undefined {
    const { at, scope, isSilent, metaschema } = visit;
    return this.#visit(
      this.#withMetaschema({
        node,
        value,
        at: { above: at, token },
        metaschema,
        scope: { node, keyword: "", valueId: scope.valueId + 1, parent: scope },
        isSilent,
        unevaluated: unevaluatedOf(value, node, false),
        failures: [],
      }),
    );
  }

  #withMetaschema(visit: Visit): Visit {
    if (this.#context === undefined || visit.node !== visit.metaschema) return visit;
    const metaschema = this.#context.metaschemaFor(pointerOf(visit.at));
    return metaschema === undefined ? visit : { ...visit, node: metaschema, metaschema };
  }

  #visit(visit: Visit): Failure | undefined {
    this.charge(1);
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new SchemaBudgetError(`schema or values nest deeper than ${MAX_DEPTH} levels`);
    const open = this.#open.get(visit.node) ?? [];
    const isCycle = open.at(-1) === visit.scope.valueId;
    this.#open.set(visit.node, open);
    open.push(visit.scope.valueId);
    try {
      return this.#check(visit, isCycle);
    } finally {
      open.pop();
      this.#depth -= 1;
    }
  }

  #check(visit: Visit, isCycle: boolean): Failure | undefined {
    const { node } = visit;
    if (node.isAlways !== undefined) return node.isAlways ? undefined : failureOf(visit, "false schema");
    const first = (isCycle ? cycleOf(visit) : undefined) ?? checkWhole(visit);
    if (first !== undefined) return first;
    const { ref } = node.keywords;
    if (ref !== undefined) {
      const failure = this.#reference(visit, ref, "$ref");
      // Beside a $ref, old drafts look at nothing else.
      if (node.version < 2019) return failure;
      addFailure(visit, failure);
    }
    this.#checkByType(visit);
    if (visit.failures.length === 0 || !visit.isSilent) this.#checkFurther(visit);
    return summary(visit);
  }

  #checkByType(visit: Visit): void {
    const { value } = visit;
    if (isList(value)) checkArray(this, visit, value);
    else if (isNumber(value)) checkNumber(visit, value);
    else if (typeof value === "string") checkText(this, visit, value);
    else if (isTable(value)) checkObject(this, visit, value);
  }

  #checkFurther(visit: Visit): void {
    const { version } = visit.node;
    if (version >= 2019) this.#references(visit);
    this.#conditions(visit);
    if (version >= 2019) this.#unevaluated(visit);
  }

  #references(visit: Visit): void {
    const { recursiveRef, dynamicRef } = visit.node.keywords;
    if (recursiveRef !== undefined) {
      const target = recursiveRef.isRecursiveAnchor
        ? outermost(visit.scope, ({ resource }) => (resource.isRecursiveAnchor ? "itself" : undefined))
        : undefined;
      addFailure(visit, this.#reference(visit, target ?? recursiveRef, "$recursiveRef"));
    }
    if (dynamicRef !== undefined) {
      const { target, anchor } = dynamicRef;
      const isDynamic = anchor !== "" && target.dynamicAnchor === anchor;
      const found = isDynamic
        ? outermost(visit.scope, ({ resource }) => resource.dynamicAnchors.get(anchor))
        : undefined;
      addFailure(visit, this.#reference(visit, found ?? target, "$dynamicRef"));
    }
  }

  #reference(visit: Visit, target: SchemaNode, keyword: string): Failure | undefined {
    const failure = this.self(visit, target, { keyword });
    if (failure === undefined) return undefined;
    const causes = failure.kind === "group" ? failure.causes : [failure];
    return visit.isSilent
      ? silentFailure
      : { kind: "reference", at: visit.at, text: "validation failed", causes };
  }

  #conditions(visit: Visit): void {
    const { not, allOf, anyOf, oneOf, condition, consequence, alternative } = visit.node.keywords;
    if (not !== undefined && this.self(visit, not, { isSilent: true }) === undefined) {
      addFailure(visit, failureOf(visit, "'not' failed"));
    }
    if (allOf !== undefined) this.#allOf(visit, allOf);
    if (anyOf !== undefined && anyOf.length > 0) this.#anyOf(visit, anyOf);
    if (oneOf !== undefined && oneOf.length > 0) this.#oneOf(visit, oneOf);
    if (condition === undefined) return;
    const holds = this.self(visit, condition, { isSilent: true }) === undefined;
    const next = holds ? consequence : alternative;
    if (next !== undefined) addFailure(visit, this.self(visit, next));
  }

  #allOf(visit: Visit, nodes: readonly SchemaNode[]): void {
    const causes: Failure[] = [];
    for (const node of nodes) {
      const failure = this.self(visit, node);
      if (failure !== undefined) causes.push(failure);
      if (failure !== undefined && visit.isSilent) break;
    }
    if (causes.length > 0) addFailure(visit, failureOf(visit, "'allOf' failed", causes));
  }

  #anyOf(visit: Visit, nodes: readonly SchemaNode[]): void {
    const causes: Failure[] = [];
    let matched = false;
    for (const node of nodes) {
      const failure = this.self(visit, node);
      if (failure !== undefined) causes.push(failure);
      else {
        matched = true;
        // What is left unevaluated depends on all that match.
        if (visit.unevaluated.keys.size + visit.unevaluated.items.size === 0) break;
      }
    }
    if (!matched) addFailure(visit, failureOf(visit, "'anyOf' failed", causes));
  }

  #oneOf(visit: Visit, nodes: readonly SchemaNode[]): void {
    const causes: Failure[] = [];
    let matched = -1;
    for (const [index, node] of nodes.entries()) {
      const failure = this.self(visit, node, { isSilent: matched !== -1 });
      if (failure !== undefined) {
        if (matched === -1) causes.push(failure);
      } else if (matched === -1) matched = index;
      else {
        addFailure(visit, failureOf(visit, `'oneOf' failed, subschemas ${matched}, ${index} matched`));
        break;
      }
    }
    if (matched === -1) addFailure(visit, failureOf(visit, "'oneOf' failed, none matched", causes));
  }

  #unevaluated(visit: Visit): void {
    const { value, node, unevaluated } = visit;
    const { unevaluatedProperties } = node.keywords.object;
    const { unevaluatedItems } = node.keywords.array;
    if (isList(value) && unevaluatedItems !== undefined) {
      for (const index of unevaluated.items) {
        addFailure(visit, this.below(visit, unevaluatedItems, value[index] ?? null, String(index)));
      }
      unevaluated.items.clear();
    } else if (isTable(value) && unevaluatedProperties !== undefined) {
      for (const key of unevaluated.keys) {
        addFailure(visit, this.below(visit, unevaluatedProperties, value[key] ?? null, key));
      }
      unevaluated.keys.clear();
    }
  }
}

function summary(visit: Visit): Failure | undefined {
  const { failures, at, isSilent } = visit;
  if (failures.length <= 1) return failures[0];
  return isSilent ? silentFailure : { kind: "group", at, text: "validation failed", causes: failures };
}

/** What the outermost scope says that says anything; "itself" is its schema. */
function outermost(
  scope: Scope,
  of: (node: SchemaNode) => SchemaNode | "itself" | undefined,
): SchemaNode | undefined {
  let found: SchemaNode | undefined;
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const said = of(at.node);
    if (said !== undefined) found = said === "itself" ? at.node : said;
  }
  return found;
}

/** A schema that refers to itself without going down into the value would be looked at forever. */
function cycleOf(visit: Visit): Failure | undefined {
  const { scope } = visit;
  for (let at = scope.parent; at?.valueId === scope.valueId; at = at.parent) {
    if (at.node !== scope.node) continue;
    const url = quoteGo(locationText(scope.node.location));
    return failureOf(
      visit,
      `both ${keywordPath(scope)} and ${keywordPath(at)} resolve to ${url} causing reference cycle`,
    );
  }
  return undefined;
}

function keywordPath(scope: Scope): string {
  let path = "";
  for (let at = scope; at.parent !== undefined; at = at.parent) {
    const above = locationText(at.parent.node.location);
    const step =
      at.keyword === "" ? locationText(at.node.location).slice(above.length) : `/${escapeToken(at.keyword)}`;
    path = `${step}${path}`;
  }
  return path;
}

function pointerOf(place: Place | undefined): string {
  const tokens: string[] = [];
  for (let at = place; at !== undefined; at = at.above) tokens.push(`/${escapeToken(at.token)}`);
  return tokens.reverse().join("");
}
