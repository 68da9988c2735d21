import { type GoFunction, GoMap, GoObject, goTypeOf, type GoType, type GoValue, quoteGo } from "@weir/text";

import { ANY, zeroOf } from "./go-type.ts";
import type { MissingKey } from "./missing-key.ts";
import { NO_VALUE } from "./no-value.ts";

/** A field that there is not; the message may name the type that the receiver is declared with. */
export class FieldProblem {
  readonly text: (type: GoType) => string;

  constructor(text: (type: GoType) => string) {
    this.text = text;
  }
}

/** A method, to be called with what follows. */
export class BoundMethod {
  readonly declared: GoFunction;

  constructor(declared: GoFunction) {
    this.declared = declared;
  }
}

/** What a name after a dot means: a method, a field of a struct, or an entry of a map. */
export function fieldValue(
  receiver: GoValue,
  name: string,
  missingKey: MissingKey,
): GoValue | BoundMethod | FieldProblem {
  if (receiver instanceof Map) return entryOf(receiver, ANY, { name, missingKey });
  if (receiver instanceof GoMap) return entryOf(receiver.entries, receiver.elem, { name, missingKey });
  if (receiver === null) return new FieldProblem((type) => `nil pointer evaluating ${type}.${name}`);
  if (receiver === NO_VALUE) {
    if (missingKey !== "error") return NO_VALUE;
    return new FieldProblem(() => `nil data; no entry for key ${quoteGo(name)}`);
  }
  if (receiver instanceof GoObject) return memberOf(receiver, name, missingKey);
  return cannotEvaluate(name);
}

function cannotEvaluate(name: string): FieldProblem {
  return new FieldProblem((type) => `can't evaluate field ${name} in type ${type}`);
}

function entryOf(
  entries: ReadonlyMap<string, GoValue>,
  elem: GoType,
  { name, missingKey }: { readonly name: string; readonly missingKey: MissingKey },
): GoValue | FieldProblem {
  const found = entries.get(name);
  if (found !== undefined) return found;
  if (missingKey === "default") return NO_VALUE;
  if (missingKey === "zero") return zeroOf(elem);
  return new FieldProblem(() => `map has no entry for key ${quoteGo(name)}`);
}

function memberOf(
  receiver: GoObject,
  name: string,
  missingKey: MissingKey,
): GoValue | BoundMethod | FieldProblem {
  const method = receiver.method(name);
  if (method !== undefined) return new BoundMethod(method);
  const { underlying } = receiver;
  if (underlying instanceof Map || underlying instanceof GoMap)
    return fieldValue(underlying, name, missingKey);
  const field = receiver.fields().find((candidate) => candidate.name === name);
  if (field === undefined) return cannotEvaluate(name);
  if (/^\p{Lu}/u.test(name)) return field.value;
  return new FieldProblem((type) => `${name} is an unexported field of struct type ${type}`);
}

/** The type that what a name means is declared with: messages show it in place of the value's own. */
export function declaredTypeOf(receiver: GoValue, name: string): GoType {
  if (receiver instanceof Map) return ANY;
  if (receiver instanceof GoMap) return receiver.elem;
  if (!(receiver instanceof GoObject)) return ANY;
  const method = receiver.method(name);
  if (method !== undefined) return method.result;
  if (receiver.underlying !== undefined) return declaredTypeOf(receiver.underlying, name);
  return receiver.fields().find((candidate) => candidate.name === name)?.type ?? ANY;
}

/** The type that messages show for a value: `interface {}` for what is declared so, else its own. */
export function shownType(value: GoValue, isAny: boolean): GoType {
  return isAny || value === null ? ANY : goTypeOf(value);
}
