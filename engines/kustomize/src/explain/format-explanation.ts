import { type JsonObject, type JsonValue, writeJson } from "@weir/core";
import type { ExplainedObject, ExplainedStep, Explanation } from "./explain.ts";

const LONGEST_VALUE = 200;
const MOST_FIELDS = 20;

/** An explanation as lines of text: what the value is, then one paragraph for each step that wrote it. */
export function formatExplanation(explanation: Explanation): string {
  const { field, steps, value, isRemoved, followers } = explanation;
  const subject = objectText(explanation.object);
  const lines: string[] = [];
  if (isRemoved) lines.push(`${subject} is no part of the output`);
  else if (field === "") lines.push(subject);
  else lines.push(`${subject}: ${field} ${value === undefined ? "is not set" : `= ${valueText(value)}`}`);
  for (const [at, step] of steps.entries()) lines.push("", ...stepLines(step, at + 1, field === ""));
  if (steps.length === 0) lines.push("", "no layer writes it");
  if (followers.length > 0) {
    lines.push(
      "",
      "references to it follow in:",
      ...followers.map((follower) => `  ${objectText(follower)}`),
    );
  }
  return `${lines.join("\n")}\n`;
}

function objectText({ kind, namespace, name }: ExplainedObject): string {
  return `${namespace === undefined ? "" : `${namespace}/`}${kind}/${name}`;
}

function stepLines(step: ExplainedStep, number: number, isWhole: boolean): readonly string[] {
  const { layer, cause, file, line, why } = step;
  const place = file === undefined ? "" : `  (${file}${line === undefined ? "" : `:${line}`})`;
  const head = `${number}. ${layer}: ${cause}${place}`;
  const changes = isWhole ? changeLines(step) : [changeText(step.before, step.after)];
  return [head, ...(why === "" ? [] : [`   ${why}`]), ...changes.map((change) => `   ${change}`)];
}

function changeText(before: JsonValue | undefined, after: JsonValue | undefined): string {
  if (before === undefined) return `set to ${valueText(after)}`;
  if (after === undefined) return `removed, was ${valueText(before)}`;
  return `${valueText(before)} → ${valueText(after)}`;
}

function valueText(value: JsonValue | undefined): string {
  const text = value === undefined ? "nothing" : writeJson(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

/** The fields that a step changed, where the whole object is asked about. */
function changeLines({ before, after }: ExplainedStep): readonly string[] {
  if (before === undefined) return ["defines the object"];
  if (after === undefined) return ["removes the object"];
  const changes: string[] = [];
  collectChanges(before, after, "", changes);
  const rest = changes.length - MOST_FIELDS;
  return rest > 0 ? [...changes.slice(0, MOST_FIELDS), `and ${rest} more`] : changes;
}

function collectChanges(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: string,
  changes: string[],
): void {
  const [left, right] = [fieldsOf(before), fieldsOf(after)];
  if (left === undefined || right === undefined) {
    if (valueKey(before) !== valueKey(after)) changes.push(`${path}: ${changeText(before, after)}`);
    return;
  }
  for (const step of new Set([...left.keys(), ...right.keys()])) {
    const own = path === "" && step.startsWith(".") ? step.slice(1) : path + step;
    collectChanges(left.get(step), right.get(step), own, changes);
  }
}

/** The fields of an object, or the elements of a list that all have names of their own, by how a path writes them. */
function fieldsOf(value: JsonValue | undefined): ReadonlyMap<string, JsonValue> | undefined {
  if (Array.isArray(value)) return elementsOf(value);
  if (!isObject(value)) return undefined;
  return new Map(
    Object.entries(value).map(([key, item]) => [
      /^[^.[\]]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`,
      item as JsonValue,
    ]),
  );
}

function elementsOf(list: readonly JsonValue[]): ReadonlyMap<string, JsonValue> | undefined {
  const elements = new Map<string, JsonValue>();
  for (const item of list) {
    const name = isObject(item) && Object.hasOwn(item, "name") ? item["name"] : undefined;
    if (typeof name !== "string") return undefined;
    elements.set(`[name=${name}]`, item);
  }
  return elements.size === list.length ? elements : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return value !== undefined && value !== null && typeof value === "object" && !Array.isArray(value);
}

function valueKey(value: JsonValue | undefined): string {
  return value === undefined ? "" : writeJson(value);
}
