import { type CelType, DYN, STRING } from "./cel-type.ts";
import { areEqual } from "./comparison.ts";
import { type CelFunction, globalFunction } from "./function-table.ts";
import type { FindMessage, MessageType } from "./messages.ts";
import { CelObject, type CelValue } from "./value.ts";

/** What an expression wrote out as `Object.spec{…}` or `JSONPatch{…}`. */
export interface MadeMessage {
  readonly fields: ReadonlyMap<string, CelValue>;
}

const OBJECT = "Object";
const JSON_PATCH = "JSONPatch";
/** A field that `JSONPatch` does not have is one of a type that no value is of. */
const NO_TYPE: CelType = { kind: "opaque", name: "", params: [] };
const PATCH_FIELDS: ReadonlyMap<string, CelType> = new Map([
  ["op", STRING],
  ["path", STRING],
  ["from", STRING],
  ["value", DYN],
]);

/** Objects of any fields, named by the path that they stand for, and the operations of a JSON patch. */
export const findPatchMessage: FindMessage = (name) => {
  if (name === JSON_PATCH) return messageOf(name, (field) => PATCH_FIELDS.get(field) ?? NO_TYPE);
  return name === OBJECT || name.startsWith(`${OBJECT}.`) ? messageOf(name, () => DYN) : undefined;
};

function messageOf(name: string, field: MessageType["field"]): MessageType {
  return {
    type: { kind: "object", name, params: [] },
    field,
    make: (fields) => new CelObject<MadeMessage>(name, { fields }, name, isSameMessage),
  };
}

function isSameMessage(left: MadeMessage, right: MadeMessage): boolean {
  if (left.fields.size !== right.fields.size) return false;
  return [...left.fields].every(([name, value]) => {
    const other = right.fields.get(name);
    return other !== undefined && areEqual(value, other);
  });
}

/** The fields of a value that an expression wrote out; undefined of any other value. */
export function madeMessage(value: CelValue): MadeMessage | undefined {
  if (!(value instanceof CelObject) || findPatchMessage(value.typeName) === undefined) return undefined;
  return value.content as MadeMessage;
}

/** What only expressions that make patches may call. */
export const PATCH_FUNCTIONS: readonly CelFunction[] = [
  globalFunction("jsonpatch.escapeKey", [
    [STRING],
    STRING,
    (key: string) => key.replaceAll(/[~/]/g, (letter) => (letter === "/" ? "~1" : "~0")),
  ]),
];
