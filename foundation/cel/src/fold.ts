import type { Planned } from "./planned.ts";
import type { Scope } from "./scope.ts";
import { CelFailure, CelMap, type CelValue, isList, typeNameOf } from "./value.ts";

/** The parts of a fold. */
export interface FoldParts {
  readonly init: Planned;
  readonly condition: Planned;
  readonly step: Planned;
  readonly result: Planned;
}

/** The names of a fold's variables. */
export interface FoldNames {
  readonly first: string;
  readonly second: string | undefined;
  readonly accumulator: string;
}

/** Goes through a list or a map with an accumulator. It costs what its parts cost. */
export function fold(scope: Scope, range: CelValue, names: FoldNames, parts: FoldParts): CelValue {
  if (range instanceof CelFailure) return range;
  const inner = scope.enterLater(names.accumulator, parts.init);
  if (isList(range)) foldList(inner, range, names, parts);
  else if (range instanceof CelMap) foldMap(inner, range, names, parts);
  else return new CelFailure(`got '${goTypeName(range)}', expected iterable type`);
  return parts.result.evaluate(inner);
}

function foldList(inner: Scope, range: readonly CelValue[], names: FoldNames, parts: FoldParts): void {
  const { first, second } = names;
  for (let index = 0; index < range.length; index++) {
    const item = range[index] ?? null;
    const loop =
      second === undefined ? inner.enter(first, item) : inner.enter(first, BigInt(index)).enter(second, item);
    if (parts.condition.evaluate(loop) === false) return;
    inner.assign(parts.step.evaluate(loop));
  }
}

function foldMap(inner: Scope, range: CelMap, { first, second }: FoldNames, parts: FoldParts): void {
  for (const [key, value] of range.entries()) {
    const loop = inner.enter(first, key);
    const body = second === undefined ? loop : loop.enter(second, value);
    if (parts.condition.evaluate(body) === false) return;
    inner.assign(parts.step.evaluate(body));
  }
}

function goTypeName(value: CelValue): string {
  const name = typeNameOf(value);
  const known = {
    null_type: "Null",
    "google.protobuf.Timestamp": "Timestamp",
    "google.protobuf.Duration": "Duration",
  }[name];
  return `types.${known ?? name.slice(0, 1).toUpperCase() + name.slice(1)}`;
}
