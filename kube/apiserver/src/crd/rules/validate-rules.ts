import { CelCostError, type CelEvaluationError, CelOptional, type CelValue, type Variables } from "@weir/cel";
import type { JsonObject, JsonValue } from "@weir/core";
import { jsonEqual } from "@weir/objects";
import {
  describeFieldError,
  duplicateField,
  type FieldError,
  fieldChild,
  fieldIndex,
  fieldKey,
  forbiddenField,
  invalidField,
  requiredField,
} from "@weir/schema";
import type { CompiledRule, RuleTree } from "./compile-rules.ts";
import { ruleMessage } from "./rule-message.ts";
import { celOfSchema } from "./schema-value.ts";

/** What all rules of one object may cost together, and one of them alone. */
const OBJECT_BUDGET = 10_000_000;
const RULE_BUDGET = 1_000_000;
const OUT_OF_BUDGET =
  "validation failed due to running out of cost budget, no further validation rules will be run";
const BLOCKING = new Set(["Unsupported value", "Required value", "Too long", "Too many"]);

/** What the schema alone refuses keeps rules from being run, for they trust it. */
export function blockedRules(errors: readonly FieldError[]): readonly FieldError[] | undefined {
  const isBlocked = errors.some(
    ({ type, reason }) => BLOCKING.has(type) || reason === "FieldValueTypeInvalid",
  );
  if (!isBlocked) return undefined;
  const detail =
    "some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
  return [invalidField("", null, detail)];
}

/** What a run of rules knows besides the object. */
export interface RuleRunOptions {
  /** The object before an update. */
  readonly old?: JsonValue | undefined;
  /** Where the value stands; nowhere by default, as for a whole object. */
  readonly path?: string;
  /** Whether what an update leaves as it was is let be; true by default. */
  readonly ratchets?: boolean;
  /** Hears of what did not change in an update and breaks a rule: it is let be. */
  readonly warn: (message: string) => void;
}

/** Runs the rules of a custom resource. */
export function validateRules(
  tree: RuleTree,
  object: JsonValue,
  options: RuleRunOptions,
): readonly FieldError[] {
  return new RuleRun(options).run(tree, object, options);
}

interface Place {
  readonly path: string;
  readonly value: JsonValue;
  readonly old: JsonValue | undefined;
  /** Whether the value, or the nearest value around it that has an older one, did not change. */
  readonly isUnchanged: boolean;
}

class RuleRun {
  readonly #errors: FieldError[] = [];
  readonly #ratchets: boolean;
  readonly #warn: RuleRunOptions["warn"];
  #budget = OBJECT_BUDGET;

  constructor({ old, warn, ratchets = true }: RuleRunOptions) {
    this.#ratchets = ratchets && old !== undefined;
    this.#warn = warn;
  }

  run(tree: RuleTree, value: JsonValue, { old, path = "" }: RuleRunOptions): readonly FieldError[] {
    this.#visit(tree, { path, value, old, isUnchanged: this.#same(value, old, false) });
    return this.#errors;
  }

  #same(value: JsonValue, old: JsonValue | undefined, around: boolean): boolean {
    if (!this.#ratchets) return false;
    return old === undefined ? around : jsonEqual(value, old);
  }

  #visit(tree: RuleTree, place: Place): void {
    const { value } = place;
    if (value === null || this.#budget < 0) return;
    this.#evaluate(tree, place);
    if (Array.isArray(value)) this.#visitItems(tree, value as readonly JsonValue[], place);
    else if (typeof value === "object") this.#visitFields(tree, value as JsonObject, place);
  }

  #visitItems(
    { items, schema }: RuleTree,
    list: readonly JsonValue[],
    { path, old, isUnchanged }: Place,
  ): void {
    if (items === undefined) return;
    const keys =
      schema["x-kubernetes-list-type"] === "map" ? (schema["x-kubernetes-list-map-keys"] ?? []) : undefined;
    const known = new Map<string, JsonValue>();
    if (keys !== undefined && Array.isArray(old)) {
      for (const item of old as readonly JsonValue[]) known.set(keyOf(item, keys), item);
    }
    for (const [index, value] of list.entries()) {
      const before = keys === undefined ? undefined : known.get(keyOf(value, keys));
      const place = { path: fieldIndex(path, index), value, old: before };
      this.#visit(items, { ...place, isUnchanged: this.#same(value, before, isUnchanged) });
    }
  }

  #visitFields(
    { properties, additional }: RuleTree,
    object: JsonObject,
    { path, old, isUnchanged }: Place,
  ): void {
    const isCorrelated = typeof old === "object" && old !== null && !Array.isArray(old);
    for (const [name, value] of Object.entries(object)) {
      const property = properties.get(name);
      const tree = property ?? additional;
      if (tree === undefined) continue;
      const before = isCorrelated && Object.hasOwn(old, name) ? (old as JsonObject)[name] : undefined;
      const childPath = property === undefined ? fieldKey(path, name) : fieldChild(path, name);
      this.#visit(tree, {
        path: childPath,
        value,
        old: before,
        isUnchanged: this.#same(value, before, isUnchanged),
      });
    }
  }

  #evaluate({ rules, schema }: RuleTree, place: Place): void {
    if (rules.length === 0) return;
    const typeName = schema.type ?? "";
    if (this.#budget <= 0) return this.#stop(place.path, typeName, OUT_OF_BUDGET);
    const self = celOfSchema(place.value, schema);
    const old = place.old === undefined || place.old === null ? undefined : celOfSchema(place.old, schema);
    for (const compiled of rules) {
      if (this.#budget < 0) return;
      const isOptional = compiled.rule.optionalOldSelf === true;
      if (compiled.usesOldSelf && old === undefined && !isOptional) continue;
      // A message sees the older value as it is, also where its rule sees an optional one.
      const messageVariables = namesOf(self, old);
      const variables = isOptional ? namesOf(self, new CelOptional(old)) : messageVariables;
      this.#apply(compiled, { ...place, typeName, variables, messageVariables });
    }
  }

  #stop(path: string, typeName: string, detail: string): void {
    this.#errors.push(invalidField(path, typeName, detail));
    this.#budget = -1;
  }

  #apply(compiled: CompiledRule, place: RulePlace): void {
    const { path, typeName, value } = place;
    const result = compiled.program.measure(place.variables, RULE_BUDGET);
    if (result.cost > this.#budget) return this.#stop(path, typeName, OUT_OF_BUDGET);
    this.#budget -= result.cost;
    if (result.kind === "failed") return this.#fail(result.error, compiled, place);
    if (result.value === true) return;
    const at = compiled.fieldPath === "" ? path : joinPath(path, compiled.fieldPath);
    const message = ruleMessage(compiled, place.messageVariables, { limit: RULE_BUDGET, left: this.#budget });
    if (message.kind === "spent") {
      this.#refuse(invalidField(at, typeName, message.problem), compiled, place);
      this.#budget = -1;
      return;
    }
    this.#budget -= message.cost;
    const shown = typeName === "object" || typeName === "array" ? undefined : value;
    this.#refuse(refusal(compiled, at, { shown, detail: message.text }), compiled, place);
  }

  /** What did not change in an update may go on breaking rules that look at nothing older. */
  #refuse(error: FieldError, { usesOldSelf }: CompiledRule, { isUnchanged }: Place): void {
    if (isUnchanged && !usesOldSelf) this.#warn(describeFieldError(error));
    else this.#errors.push(error);
  }

  /** An evaluation without a result refuses the object; one that costs too much ends all. */
  #fail(
    error: CelEvaluationError | CelCostError,
    { rule }: CompiledRule,
    { path, typeName }: RulePlace,
  ): void {
    const { message = "" } = rule;
    const said = `rule: ${(message === "" ? rule.rule : message).trim()}`;
    if (error instanceof CelCostError) {
      const why = "no further validation rules will be run due to call cost exceeds limit for";
      return this.#stop(path, typeName, `'${error.message}': ${why} ${said}`);
    }
    const detail = error.message.startsWith("no such overload")
      ? `'${error.message}': call arguments did not match a supported operator, function or macro signature for ${said}`
      : `${error.message} evaluating ${said}`;
    this.#errors.push(invalidField(path, typeName, detail));
  }
}

interface RulePlace extends Place {
  readonly typeName: string;
  readonly variables: Variables;
  readonly messageVariables: Variables;
}

function namesOf(self: CelValue, oldSelf: CelValue | undefined): Variables {
  return (name) => (name === "self" ? self : name === "oldSelf" ? oldSelf : undefined);
}

function joinPath(path: string, below: string): string {
  const name = below.replace(/^\./, "");
  return path === "" ? name : `${path}.${name}`;
}

function keyOf(item: JsonValue, keys: readonly string[]): string {
  const object = typeof item === "object" && item !== null ? (item as JsonObject) : {};
  return JSON.stringify(keys.map((key) => String(object[key] ?? "")));
}

function refusal(
  { rule }: CompiledRule,
  path: string,
  { shown, detail }: { readonly shown: JsonValue | undefined; readonly detail: string },
): FieldError {
  switch (rule.reason) {
    case "FieldValueForbidden":
      return forbiddenField(path, detail);
    case "FieldValueRequired":
      return requiredField(path, detail);
    case "FieldValueDuplicate":
      return duplicateField(path, shown);
    default: {
      if (shown !== undefined) return invalidField(path, shown, detail);
      // An object or a list is not shown.
      const field = path === "" ? "<nil>" : path;
      return {
        type: "Invalid value",
        reason: "FieldValueInvalid",
        field,
        detail,
        message: `Invalid value: ${detail}`,
      };
    }
  }
}
