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

/** Goes through a list or a map with an accumulator. */
export function fold(scope: Scope, range: CelValue, names: FoldNames, parts: FoldParts): CelValue {
  if (range instanceof CelFailure) return range;
  const pairs = pairsOf(range, names.second !== undefined);
  if (pairs === undefined) return new CelFailure(`got '${goTypeName(range)}', expected iterable type`);
  const inner = scope.enter(names.accumulator, parts.init.evaluate(scope));
  for (const [first, second] of pairs) {
    const loop = inner.enter(names.first, first);
    const body = names.second === undefined ? loop : loop.enter(names.second, second);
    if (parts.condition.evaluate(body) === false) break;
    scope.spend(1);
    inner.assign(parts.step.evaluate(body));
  }
  return parts.result.evaluate(inner);
}

function pairsOf(range: CelValue, isTwo: boolean): Iterable<readonly [CelValue, CelValue]> | undefined {
  if (range instanceof CelMap) return range.entries();
  if (!isList(range)) return undefined;
  return range.map((item, index) => (isTwo ? [BigInt(index), item] : [item, null]));
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
