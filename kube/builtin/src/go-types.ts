import { InvariantError } from "@weir/core";
import { once, readTable } from "./read-table.ts";

/** How Go holds a value: what decoding accepts, what encoding leaves out, and the words of its error messages. */
export type GoType =
  | { readonly kind: "string" | "bool" | "int" | "float"; readonly name: string }
  | {
      readonly kind: "bytes" | "time" | "microTime" | "quantity" | "intOrString" | "json";
      readonly name: string;
    }
  | { readonly kind: "struct"; readonly name: string; readonly struct: GoStruct }
  | { readonly kind: "list" | "map"; readonly name: string; readonly item: GoType }
  /** JSONSchemaPropsOrBool and its like: an object is the struct, a list is a list of it, anything else is itself. */
  | { readonly kind: "structOr"; readonly name: string; readonly item: GoType }
  | { readonly kind: "pointer"; readonly name: string; readonly item: GoType };

/** A field of a Go struct by its JSON name. */
export interface GoField {
  readonly name: string;
  /** The name after those of the inlined structs that it comes from, as encoding/json writes it: `ProbeHandler.exec`. */
  readonly path: string;
  readonly type: GoType;
  /** Left out of JSON when empty. */
  readonly omitEmpty: boolean;
  /** Left out of JSON when zero, structs included. */
  readonly omitZero: boolean;
}

/** A Go struct; the fields of inlined structs are its own. */
export interface GoStruct {
  /** `apps.v1.DeploymentSpec`. */
  readonly id: string;
  /** `DeploymentSpec`. */
  readonly name: string;
  readonly fields: ReadonlyMap<string, GoField>;
}

interface Tables {
  readonly structs: Readonly<Record<string, string>>;
  readonly named: Readonly<Record<string, string>>;
}

const special: Readonly<Record<string, GoType>> = {
  "[]byte": { kind: "bytes", name: "[]uint8" },
  "meta.v1.Time": { kind: "time", name: "v1.Time" },
  "meta.v1.MicroTime": { kind: "microTime", name: "v1.MicroTime" },
  "resource.Quantity": { kind: "quantity", name: "resource.Quantity" },
  "intstr.IntOrString": { kind: "intOrString", name: "intstr.IntOrString" },
  "meta.v1.FieldsV1": { kind: "json", name: "v1.FieldsV1" },
  "runtime.RawExtension": { kind: "json", name: "runtime.RawExtension" },
  "apiextensions.v1.JSON": { kind: "json", name: "v1.JSON" },
  "types.UID": { kind: "string", name: "types.UID" },
};

const structOr: readonly string[] = [
  "apiextensions.v1.JSONSchemaPropsOrBool",
  "apiextensions.v1.JSONSchemaPropsOrArray",
  "apiextensions.v1.JSONSchemaPropsOrStringArray",
];

const tables = once(() => readTable<Tables>("go-types.json"));
const types = once(() => new GoTypes());

/** The Go struct behind a definition such as `core.v1.Pod`. */
export function goStruct(definition: string): GoStruct | undefined {
  return Object.hasOwn(tables().structs, definition) ? types().struct(definition) : undefined;
}

class GoTypes {
  readonly #structs = new Map<string, GoStruct>();
  readonly #types = new Map<string, GoType>();

  struct(id: string): GoStruct {
    const known = this.#structs.get(id);
    if (known !== undefined) return known;
    const text = tables().structs[id];
    if (text === undefined) throw new InvariantError(`this is a bug in weir: no go struct ${id}`);
    const fields = once(() => this.#fields(text));
    const struct: GoStruct = {
      id,
      name: id.slice(id.lastIndexOf(".") + 1),
      get fields() {
        return fields();
      },
    };
    this.#structs.set(id, struct);
    return struct;
  }

  #fields(text: string): ReadonlyMap<string, GoField> {
    const fields = new Map<string, GoField>();
    for (const part of text === "" ? [] : text.split(";")) {
      const [name = "", type = "", flags = ""] = part.split(" ");
      if (flags === "inline") {
        const inlined = this.struct(type);
        for (const field of inlined.fields.values())
          fields.set(field.name, { ...field, path: `${inlined.name}.${field.path}` });
        continue;
      }
      const omitZero = flags.includes("z");
      fields.set(name, { name, path: name, type: this.type(type), omitEmpty: flags.includes("o"), omitZero });
    }
    return fields;
  }

  type(text: string): GoType {
    const known = this.#types.get(text);
    if (known !== undefined) return known;
    const type = this.#parse(text);
    this.#types.set(text, type);
    return type;
  }

  #parse(text: string): GoType {
    const fixed = Object.hasOwn(special, text) ? special[text] : undefined;
    if (fixed !== undefined) return fixed;
    if (structOr.includes(text)) {
      return { kind: "structOr", name: goName(text), item: this.type("apiextensions.v1.JSONSchemaProps") };
    }
    if (text.startsWith("*")) return { kind: "pointer", name: goName(text), item: this.type(text.slice(1)) };
    if (text.startsWith("[]")) return { kind: "list", name: goName(text), item: this.type(text.slice(2)) };
    if (text.startsWith("map[")) {
      return { kind: "map", name: goName(text), item: this.type(text.slice(text.indexOf("]") + 1)) };
    }
    if (Object.hasOwn(tables().structs, text))
      return { kind: "struct", name: goName(text), struct: this.struct(text) };
    if (Object.hasOwn(tables().named, text)) {
      return { ...this.type(tables().named[text] ?? ""), name: goName(text) };
    }
    return scalar(text);
  }
}

function scalar(text: string): GoType {
  if (text === "string" || text === "bool") return { kind: text, name: text };
  if (text === "float64") return { kind: "float", name: text };
  if (/^u?int\d*$/.test(text) || text === "byte") return { kind: "int", name: text };
  return { kind: "json", name: goName(text) };
}

/** `[]core.v1.Container` as Go prints it: `[]v1.Container`. */
function goName(text: string): string {
  return text.replaceAll(/[\w-]+\.(v\d\w*\.)/g, "$1").replaceAll("[]byte", "[]uint8");
}
