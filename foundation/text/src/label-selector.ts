import type { JsonObject, JsonValue } from "@weir/core";
import {
  checkRequirement,
  formatRequirement,
  type LabelOperator,
  type LabelRequirement,
  type Labels,
  LabelSelectorError,
  meetsRequirement,
} from "./label-requirement.ts";
import { parseRequirements } from "./parse-labels.ts";
import { quoteGo } from "./quote.ts";
import { sortAsGo } from "./unstable-sort.ts";

/** A question about an object's labels; all requirements must be met. */
export interface LabelSelector {
  readonly requirements: readonly LabelRequirement[];
  /** True when it restricts nothing. */
  readonly isEmpty: boolean;
  matches(labels: Labels): boolean;
  /** The one value that a label must have; `undefined` where more than one, or none, would do. */
  requiredValue(key: string): string | undefined;
  toString(): string;
}

/** The `LabelSelector` of an object's spec. */
export interface LabelSelectorSpec {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** The operators of a `matchExpressions` entry. */
const OPERATORS: ReadonlyMap<string, LabelOperator> = new Map([
  ["In", "in"],
  ["NotIn", "notin"],
  ["Exists", "exists"],
  ["DoesNotExist", "!"],
]);

/** Matches everything. */
export const everyLabel: LabelSelector = selectorOf([]);

/** Matches nothing: what a missing selector means in a spec. */
export const noLabel: LabelSelector = {
  requirements: [],
  isEmpty: false,
  matches: () => false,
  requiredValue: () => undefined,
  toString: () => "",
};

/**
 * Reads a selector such as `app=web,tier in (a,b),!old`, as apimachinery's `labels.Parse`; an empty text matches all.
 *
 * Requirements are sorted by key. Throws `LabelSelectorError`.
 */
export function parseLabelSelector(text: string): LabelSelector {
  const requirements = parseRequirements(text);
  return requirements.length === 0 ? everyLabel : selectorOf(sortAsGo(requirements, byKey));
}

/**
 * The selector of a spec, as `metav1.LabelSelectorAsSelector`: `undefined` matches nothing, an empty one everything.
 *
 * Throws `LabelSelectorError`.
 */
export function labelSelectorFrom(spec: LabelSelectorSpec | undefined): LabelSelector {
  if (spec === undefined) return noLabel;
  const requirements: LabelRequirement[] = [];
  const add = (requirement: LabelRequirement): void => {
    checkRequirement(requirement);
    requirements.push(requirement);
  };
  for (const [key, value] of Object.entries(spec.matchLabels ?? {}))
    add({ key, operator: "=", values: [value] });
  for (const { key, operator: name, values } of spec.matchExpressions ?? []) {
    const operator = OPERATORS.get(name);
    if (operator === undefined) {
      throw new LabelSelectorError(`${quoteGo(name)} is not a valid label selector operator`);
    }
    add({ key, operator, values: values ?? [] });
  }
  return requirements.length === 0 ? everyLabel : selectorOf(sortAsGo(requirements, byKey));
}

/** A selector for objects that carry all these labels. Throws `LabelSelectorError` for a key or value that none can have. */
export function labelSelectorOf(labels: Readonly<Record<string, string>>): LabelSelector {
  return labelSelectorFrom({ matchLabels: labels });
}

/** Whether a JSON value has the shape of a `LabelSelector`; says nothing about keys, operators and values. */
export function isLabelSelectorSpec(value: JsonValue | undefined): value is LabelSelectorSpec & JsonObject {
  if (!isObject(value)) return false;
  const matchLabels = value["matchLabels"] ?? {};
  const matchExpressions = value["matchExpressions"] ?? [];
  return (
    isObject(matchLabels) &&
    Object.values(matchLabels).every((label) => typeof label === "string") &&
    Array.isArray(matchExpressions) &&
    matchExpressions.every(isExpression)
  );
}

function isExpression(value: JsonValue): boolean {
  if (!isObject(value)) return false;
  const values = value["values"] ?? [];
  const isList = Array.isArray(values) && values.every((item) => typeof item === "string");
  return isList && typeof value["key"] === "string" && typeof value["operator"] === "string";
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function byKey(left: LabelRequirement, right: LabelRequirement): boolean {
  return left.key < right.key;
}

function selectorOf(requirements: readonly LabelRequirement[]): LabelSelector {
  return {
    requirements,
    isEmpty: requirements.length === 0,
    matches: (labels) => requirements.every((requirement) => meetsRequirement(requirement, labels)),
    requiredValue: (key) => {
      const requirement = requirements.find((candidate) => candidate.key === key);
      if (requirement === undefined || requirement.values.length !== 1) return undefined;
      return ["=", "==", "in"].includes(requirement.operator) ? requirement.values[0] : undefined;
    },
    toString: () => requirements.map(formatRequirement).join(","),
  };
}
