import type { JsonObject } from "@weir/core";
import {
  duplicateField,
  type FieldError,
  forbiddenField,
  invalidField,
  requiredField,
  unsupportedField,
} from "@weir/schema";
import type { KindRules } from "../builtin-strategy.ts";
import { child, children, number, text } from "../draft-access.ts";

const MOST_QUEUES = 10_000_000;
const MOST_BITS = 60;

/** How many requests of a level are worked on at a time, and what waits. */
export const priorityLevelRules: KindRules = {
  validate: (object) => [...levelErrors(object), ...flowConditionErrors(object)],
  updateChecks: ["whole", "object"],
  validateStatus: flowConditionErrors,
};

/** What is wrong with the conditions of flow control's kinds: each has a type of its own. */
export function flowConditionErrors(object: JsonObject): readonly FieldError[] {
  const types = new Set<string>();
  return children(child(object, "status"), "conditions").flatMap((condition, index) => {
    const type = text(condition, "type");
    const at = `status.conditions[${index}].type`;
    const isTwice = types.has(type);
    types.add(type);
    return [...(isTwice ? [duplicateField(at, type)] : []), ...(type === "" ? [requiredField(at)] : [])];
  });
}

function levelErrors(object: JsonObject): readonly FieldError[] {
  const spec = child(object, "spec") ?? {};
  const type = text(spec, "type");
  const [limited, exempt] = [child(spec, "limited"), child(spec, "exempt")];
  const isExempt = text(child(object, "metadata"), "name") === "exempt";
  const errors: FieldError[] = [];
  if (isExempt !== (type === "Exempt"))
    errors.push(invalidField("spec.type", type, "must be 'Exempt' if and only if `name` is 'exempt'"));
  if (type === "Exempt") {
    if (limited !== undefined)
      errors.push(forbiddenField("spec.limited", "must be nil if the type is not Limited"));
    return [...errors, ...(exempt === undefined ? [] : shareErrors(exempt, "spec.exempt"))];
  }
  if (type !== "Limited")
    return [
      ...errors,
      type === "" ? requiredField("spec.type") : unsupportedField("spec.type", type, ["Exempt", "Limited"]),
    ];
  if (exempt !== undefined) errors.push(forbiddenField("spec.exempt", "must be nil if the type is Limited"));
  if (limited === undefined)
    return [...errors, requiredField("spec.limited", "must not be empty when type is Limited")];
  return [...errors, ...limitErrors(limited, "spec.limited")];
}

function sharesErrors(level: JsonObject, field: string): readonly FieldError[] {
  const shares = number(level, "nominalConcurrencyShares") ?? 0;
  if (shares >= 0) return [];
  return [invalidField(`${field}.nominalConcurrencyShares`, shares, "must be a non-negative integer")];
}

function lendErrors(level: JsonObject, field: string): readonly FieldError[] {
  const percent = number(level, "lendablePercent") ?? 0;
  if (percent >= 0 && percent <= 100) return [];
  return [invalidField(`${field}.lendablePercent`, percent, "must be between 0 and 100, inclusive")];
}

function shareErrors(level: JsonObject, field: string): readonly FieldError[] {
  return [...sharesErrors(level, field), ...lendErrors(level, field)];
}

function limitErrors(level: JsonObject, field: string): readonly FieldError[] {
  const borrowed = number(level, "borrowingLimitPercent") ?? 0;
  const at = `${field}.borrowingLimitPercent`;
  return [
    ...sharesErrors(level, field),
    ...responseErrors(child(level, "limitResponse") ?? {}, `${field}.limitResponse`),
    ...lendErrors(level, field),
    ...(borrowed < 0 ? [invalidField(at, borrowed, "if specified, must be a non-negative integer")] : []),
  ];
}

function responseErrors(response: JsonObject, field: string): readonly FieldError[] {
  const type = text(response, "type");
  const queuing = child(response, "queuing");
  const at = `${field}.queuing`;
  if (type === "Reject")
    return queuing === undefined
      ? []
      : [forbiddenField(at, "must be nil if limited.limitResponse.type is not Limited")];
  if (type === "Queue")
    return queuing === undefined
      ? [requiredField(at, "must not be empty if limited.limitResponse.type is Limited")]
      : queueErrors(queuing, at);
  if (type === "") return [requiredField(`${field}.type`)];
  return [unsupportedField(`${field}.type`, type, ["Queue", "Reject"])];
}

function queueErrors(queuing: JsonObject, field: string): readonly FieldError[] {
  const read = (name: string): number => number(queuing, name) ?? 0;
  const [length, queues, hand] = [read("queueLengthLimit"), read("queues"), read("handSize")];
  const errors: FieldError[] = [];
  if (length <= 0) errors.push(invalidField(`${field}.queueLengthLimit`, length, "must be positive"));
  if (queues <= 0) errors.push(invalidField(`${field}.queues`, queues, "must be positive"));
  else if (queues > MOST_QUEUES)
    errors.push(invalidField(`${field}.queues`, queues, `must not be greater than ${MOST_QUEUES}`));
  const why = handProblem(queues, hand);
  return why === undefined ? errors : [...errors, invalidField(`${field}.handSize`, hand, why)];
}

function handProblem(queues: number, hand: number): string | undefined {
  if (hand <= 0) return "must be positive";
  if (hand > queues) return `should not be greater than queues (${queues})`;
  let bits = 0;
  for (let index = 0; index < hand && bits <= MOST_BITS; index += 1) bits += Math.log2(queues - index);
  if (Math.ceil(bits) <= MOST_BITS) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${MOST_BITS}`;
}
