import { quoteGo } from "@weir/text";
import { SchemaError } from "./schema-error.ts";
import { entry, isList, isTable, type SchemaValue } from "./schema-value.ts";

/** A key as part of a JSON pointer. */
export function escapeToken(token: string): string {
  return token.includes("~") || token.includes("/")
    ? token.replaceAll("~", "~0").replaceAll("/", "~1")
    : token;
}

/** A place in a document: its URL and the JSON pointer there. */
export interface SchemaLocation {
  readonly url: string;
  readonly pointer: string;
}

/** A location as errors show it: the pointer percent-encoded behind `#`. */
export function locationText({ url, pointer }: SchemaLocation): string {
  return `${url}#${encodeFragment(pointer)}`;
}

/** Percent-encodes what Go's `url.PathEscape` does, but for slashes. */
function encodeFragment(fragment: string): string {
  return fragment.replaceAll(/[^A-Za-z0-9\-_.~$&+=:@/]+/gu, (text) =>
    Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join(""),
  );
}

/** What stands at a location of a document. Throws `SchemaError` where nothing does. */
export function lookUp(document: SchemaValue, location: SchemaLocation): SchemaValue {
  let value = document;
  for (const raw of location.pointer.split("/").slice(1)) {
    if (/~(?![01])/.test(raw)) {
      throw new SchemaError(`invalid json-pointer ${quoteGo(locationText(location))}`);
    }
    const token = raw.replaceAll("~1", "/").replaceAll("~0", "~");
    const next = step(value, token);
    if (next === undefined) {
      throw new SchemaError(`json-pointer in ${quoteGo(locationText(location))} not found`);
    }
    value = next;
  }
  return value;
}

function step(value: SchemaValue, token: string): SchemaValue | undefined {
  if (isTable(value)) return entry(value, token);
  return isList(value) && /^[+-]?\d+$/.test(token) ? value[Number(token)] : undefined;
}
