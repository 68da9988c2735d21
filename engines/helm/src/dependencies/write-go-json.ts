import { compareUtf8, type JsonValue } from "@weir/core";

/** A value to be written as encoding/json writes it: the keys of a `Map` keep their order, those of an object are sorted. */
export type GoJson =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly GoJson[]
  | ReadonlyMap<string, GoJson>
  | { readonly [key: string]: JsonValue };

/** JSON as Go's `MarshalIndent` lays it out with two blanks; `depth` is how deep the value stands. */
export function writeGoJson(value: GoJson, depth = 0): string {
  if (typeof value === "string") return writeGoString(value);
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `\n${"  ".repeat(depth + 1)}`;
  const outer = `\n${"  ".repeat(depth)}`;
  let text = "";
  if (Array.isArray(value)) {
    for (const item of value as readonly GoJson[]) {
      text += `${text === "" ? "[" : ","}${inner}${writeGoJson(item, depth + 1)}`;
    }
    return text === "" ? "[]" : `${text}${outer}]`;
  }
  for (const [key, item] of entriesOf(
    value as ReadonlyMap<string, GoJson> | { readonly [key: string]: JsonValue },
  )) {
    text += `${text === "" ? "{" : ","}${inner}${writeGoString(key)}: ${writeGoJson(item, depth + 1)}`;
  }
  return text === "" ? "{}" : `${text}${outer}}`;
}

function entriesOf(
  value: ReadonlyMap<string, GoJson> | { readonly [key: string]: JsonValue },
): Iterable<readonly [string, GoJson]> {
  if (value instanceof Map) return value;
  return Object.entries(value as { readonly [key: string]: GoJson }).sort(([left], [right]) =>
    compareUtf8(left, right),
  );
}

const ESCAPED = /[<>&\u2028\u2029]/g;
/** Text that stands in JSON as it is. */
const PLAIN = /^[ !#-%'-;=?-[\]-~]*$/;

/** A string as encoding/json writes it, fit for HTML. */
export function writeGoString(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return JSON.stringify(text).replace(
    ESCAPED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
