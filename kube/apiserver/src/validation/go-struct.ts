import type { JsonObject, JsonValue } from "@weir/core";
import { type FieldError, invalidField, unsupportedField } from "@weir/schema";
import { formatQuantity, quantityFromJson } from "@weir/text";
import { isDraft } from "../resources/draft-access.ts";
import { GO_STRUCTS } from "./go-struct-table.ts";

interface Field {
  readonly name: string;
  readonly json: string;
  readonly type: string;
  readonly isKept: boolean;
  /** Its fields are shown among those of the struct that it is a field of. */
  readonly isSpread: boolean;
}

interface Struct {
  readonly fields: readonly Field[];
  /** Shown as the API has it, without what is empty. */
  readonly isTagged: boolean;
}

/**
 * Shows an object of the API as upstream's internal structs are shown: all fields in the order of their declaration, `null`
 * for what is missing. With an indent each field stands in a line of its own.
 */
export function goStructText(type: string, value: JsonValue | undefined, indent = ""): string {
  return new StructWriter(indent).write(type, value, "\n");
}

/** Whether two objects of the API are the same struct: amounts count by what they amount to, and nothing empty is told from none. */
export function isSameGoStruct(
  type: string,
  one: JsonValue | undefined,
  other: JsonValue | undefined,
): boolean {
  if (one === other) return true;
  const writer = new StructWriter("", true);
  return writer.write(type, one, "") === writer.write(type, other, "");
}

/** `invalidField` of a value that upstream shows as one of its structs. */
export function invalidGoStruct(
  path: string,
  shown: { readonly type: string; readonly value: JsonValue | undefined },
  detail: string,
): FieldError {
  const error = invalidField(path, shown.value ?? null, detail);
  const text = `Invalid value: ${goStructText(shown.type, shown.value)}`;
  return { ...error, message: detail === "" ? text : `${text}: ${detail}` };
}

/** `unsupportedField` of such a value. */
export function unsupportedGoStruct(
  path: string,
  shown: { readonly type: string; readonly value: JsonValue | undefined },
  supported: readonly string[],
): FieldError {
  const error = unsupportedField(path, shown.value ?? null, supported);
  return {
    ...error,
    message: `Unsupported value: ${goStructText(shown.type, shown.value)}: ${error.detail}`,
  };
}

class StructWriter {
  readonly #indent: string;
  readonly #structs = new Map<string, Struct>();
  /** Lists and maps without items are shown as none. */
  readonly #hidesEmpty: boolean;

  constructor(indent: string, hidesEmpty = false) {
    this.#indent = indent;
    this.#hidesEmpty = hidesEmpty;
  }

  write(type: string, value: JsonValue | undefined, line: string): string {
    const inner = type.slice(1);
    switch (type[0]) {
      case "?":
        return isUnset(value) ? "null" : this.write(inner, value, line);
      case "[":
        return Array.isArray(value) && !(this.#hidesEmpty && value.length === 0)
          ? this.#list(inner, value as readonly JsonValue[], line)
          : "null";
      case "{":
        return isDraft(value) && !(this.#hidesEmpty && Object.keys(value).length === 0)
          ? this.#map(inner, value, line)
          : "null";
      default:
        return type.length === 1 ? scalarText(type, value) : this.#struct(type, value, line);
    }
  }

  #list(type: string, items: readonly JsonValue[], line: string): string {
    const below = line + this.#indent;
    return this.#wrap(
      "[]",
      items.map((item) => this.write(type, item, below)),
      line,
    );
  }

  #map(type: string, value: JsonObject, line: string): string {
    const below = line + this.#indent;
    const entries = Object.keys(value)
      .sort()
      .map((key) => this.#entry(key, this.write(type, value[key], below)));
    return this.#wrap("{}", entries, line);
  }

  #struct(name: string, value: JsonValue | undefined, line: string): string {
    const { fields, isTagged } = this.#find(name);
    const object = name === "PodSpec" ? withOwnContext(value) : isDraft(value) ? value : {};
    return this.#wrap("{}", this.#entries({ fields, isTagged }, object, line + this.#indent), line);
  }

  #entries({ fields, isTagged }: Struct, object: JsonObject, below: string): readonly string[] {
    const entries: string[] = [];
    for (const { name, json, type, isKept, isSpread } of fields) {
      const item = Object.hasOwn(object, json) ? object[json] : undefined;
      if (isSpread) entries.push(...this.#entries(this.#find(type), isDraft(item) ? item : {}, below));
      else if (!isTagged || isKept || !isEmpty(item))
        entries.push(this.#entry(name, this.write(type, item, below)));
    }
    return entries;
  }

  #entry(key: string, text: string): string {
    return `${quote(key)}:${this.#indent === "" ? "" : " "}${text}`;
  }

  #wrap(brackets: string, items: readonly string[], line: string): string {
    if (this.#indent === "" || items.length === 0) return `${brackets[0]}${items.join(",")}${brackets[1]}`;
    const below = line + this.#indent;
    return `${brackets[0]}${below}${items.join(`,${below}`)}${line}${brackets[1]}`;
  }

  #find(name: string): Struct {
    const known = this.#structs.get(name);
    if (known !== undefined) return known;
    const [head = "", ...parts] = lineOf(name).split(/\s+/);
    const isTagged = head.endsWith("!");
    const fields = parts.flatMap((part) =>
      part.startsWith("+") ? this.#find(part.slice(1)).fields : [fieldOf(part, isTagged)],
    );
    const struct = { fields, isTagged };
    this.#structs.set(name, struct);
    return struct;
  }
}

function lineOf(name: string): string {
  const plain = GO_STRUCTS.indexOf(`\n${name} `);
  const start = plain < 0 ? GO_STRUCTS.indexOf(`\n${name}! `) : plain;
  const line = /^.*(?:\n {2}.*)*/.exec(GO_STRUCTS.slice(start + 1));
  return start < 0 ? "" : (line?.[0] ?? "");
}

function fieldOf(text: string, isTagged: boolean): Field {
  const [isKept, isSpread] = [text.startsWith("*"), text.startsWith("~")];
  const [names = "", type = ""] = (isKept || isSpread ? text.slice(1) : text).split(":");
  const [name = "", json] = names.split("=");
  const usual = isTagged ? name : `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return { name, json: json ?? usual, type, isKept, isSpread };
}

function isUnset(value: JsonValue | undefined): boolean {
  return value === undefined || value === null;
}

function isEmpty(value: JsonValue | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isDraft(value)) return Object.keys(value).length === 0;
  return isUnset(value) || value === "" || value === 0 || value === false;
}

/** Within, a Pod's own context holds what it shares with its node. */
function withOwnContext(spec: JsonValue | undefined): JsonObject {
  if (!isDraft(spec)) return {};
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const shared = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  const context = isDraft(spec["securityContext"]) ? spec["securityContext"] : {};
  const given = Object.entries(shared).filter(([, value]) => value !== undefined) as [string, JsonValue][];
  return { ...spec, securityContext: { ...context, ...Object.fromEntries(given) } };
}

type Scalar = (value: JsonValue | undefined) => string;

const SCALARS: Readonly<Record<string, Scalar>> = {
  s: (value) => quote(typeof value === "string" ? value : ""),
  b: (value) => String(value === true),
  i: (value) => (typeof value === "number" || typeof value === "bigint" ? String(value) : "0"),
  q: (value) => quote(isUnset(value) ? "0" : formatQuantity(quantityFromJson(value ?? "0"))),
  x: (value) => (typeof value === "string" ? quote(value) : String(value ?? 0)),
};

function scalarText(type: string, value: JsonValue | undefined): string {
  return SCALARS[type]?.(value) ?? (typeof value === "string" ? quote(value) : "null");
}

function quote(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
