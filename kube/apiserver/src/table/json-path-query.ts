import type { JsonObject, JsonValue } from "@weir/core";
import { isDraft } from "../resources/draft-access.ts";

/** Finds the values that a path names in an object. */
export type JsonPath = (object: JsonObject) => readonly JsonValue[];

type Step = (values: readonly JsonValue[]) => readonly JsonValue[];

const FIELD = /^\.?([A-Za-z0-9_\-/]+)/;
const QUOTED = /^\['((?:[^'\\]|\\.)*)'\]/;
const FILTER =
  /^\[\?\(\s*@\.?((?:[^=!<>]|\\.)+?)\s*(==|!=|<=|>=|<|>)\s*(?:"([^"]*)"|'([^']*)'|([^)\s]+))\s*\)\]/;
const INDEX = /^\[(-?\d+)\]/;
const SLICE = /^\[(-?\d*):(-?\d*)\]/;
const WILDCARD = /^(?:\[\*\]|\.\*)/;
const RECURSIVE = /^\.\.([A-Za-z0-9_-]+)/;

/** A recursive descent visits at most this many values. */
const MAX_VISITED = 100_000;

/** Compiles a path as printer columns use it; `undefined` for one that cannot be read, which prints nothing. */
export function compileJsonPath(path: string): JsonPath | undefined {
  const steps: Step[] = [];
  let rest = path.startsWith("{") && path.endsWith("}") ? path.slice(1, -1) : path;
  if (rest === ".") return (object) => [object];
  if (rest !== "" && !rest.startsWith(".") && !rest.startsWith("[")) rest = `.${rest}`;
  while (rest !== "") {
    const next = nextStep(rest);
    if (next === undefined) return undefined;
    steps.push(next.step);
    rest = rest.slice(next.length);
  }
  return (object) => steps.reduce<readonly JsonValue[]>((values, step) => step(values), [object]);
}

interface NextStep {
  readonly step: Step;
  readonly length: number;
}

function nextStep(rest: string): NextStep | undefined {
  for (const [pattern, make] of steps) {
    const match = pattern.exec(rest);
    if (match !== null) return { step: make(match), length: match[0].length };
  }
  return undefined;
}

const steps: readonly (readonly [RegExp, (match: RegExpExecArray) => Step])[] = [
  [RECURSIVE, (match) => descend(match[1] ?? "")],
  [WILDCARD, () => (values) => values.flatMap(childrenOf)],
  [FILTER, filter],
  [INDEX, (match) => at(Number(match[1]))],
  [SLICE, (match) => slice(match[1] ?? "", match[2] ?? "")],
  [QUOTED, (match) => field((match[1] ?? "").replaceAll(/\\(.)/g, "$1"))],
  [/^\.((?:[^.[\]\\]|\\.)+)/, (match) => field((match[1] ?? "").replaceAll(/\\(.)/g, "$1"))],
  [FIELD, (match) => field(match[1] ?? "")],
];

function field(name: string): Step {
  return (values) =>
    values.flatMap((value) => (isDraft(value) && Object.hasOwn(value, name) ? [value[name] ?? null] : []));
}

function childrenOf(value: JsonValue): readonly JsonValue[] {
  if (Array.isArray(value)) return value as readonly JsonValue[];
  return isDraft(value) ? Object.values(value) : [];
}

function at(index: number): Step {
  return (values) =>
    values.flatMap((value) =>
      Array.isArray(value)
        ? (value as readonly JsonValue[]).slice(index, index === -1 ? undefined : index + 1)
        : [],
    );
}

function slice(from: string, to: string): Step {
  const start = from === "" ? 0 : Number(from);
  const end = to === "" ? undefined : Number(to);
  return (values) =>
    values.flatMap((value) =>
      Array.isArray(value) ? (value as readonly JsonValue[]).slice(start, end) : [],
    );
}

function descend(name: string): Step {
  return (values) => {
    const found: JsonValue[] = [];
    const queue = [...values];
    for (let visited = 0; queue.length > 0 && visited < MAX_VISITED; visited += 1) {
      const value = queue.shift() ?? null;
      if (isDraft(value) && Object.hasOwn(value, name)) found.push(value[name] ?? null);
      queue.push(...childrenOf(value));
    }
    return found;
  };
}

/** `[?(@.type=="Ready")]`. */
function filter(match: RegExpExecArray): Step {
  const left = compileJsonPath(`.${match[1] ?? ""}`);
  const operator = match[2] ?? "";
  const text = match[3] ?? match[4];
  const right = text ?? parseLiteral(match[5] ?? "");
  return (values) =>
    values.flatMap(childrenOf).filter((item) => {
      const [value] = isDraft(item) ? (left?.(item) ?? []) : [];
      return value !== undefined && compare(value, operator, right);
    });
}

function parseLiteral(text: string): JsonValue {
  if (text === "true" || text === "false") return text === "true";
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}

function compare(left: JsonValue, operator: string, right: JsonValue): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (left === null || right === null || typeof left !== typeof right) return false;
  if (operator === "<") return left < right;
  if (operator === "<=") return left <= right;
  return operator === ">" ? left > right : left >= right;
}
