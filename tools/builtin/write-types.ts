import { readFileSync } from "node:fs";
import type { ResourceRow } from "./kind-tables.ts";

type GoField = readonly [name: string, type: string, flags: string];

interface GoTypes {
  readonly structs: Readonly<Record<string, readonly GoField[]>>;
  readonly named: Readonly<Record<string, string>>;
}

/** What the TypeScript types of the built-in kinds are written from. */
export interface TypesInput {
  readonly kinds: readonly ResourceRow[];
  readonly header: string;
  readonly goFields: string;
}

const wellKnown: Readonly<Record<string, string>> = {
  string: "string",
  bool: "boolean",
  int32: "number",
  int64: "number",
  float64: "number",
  byte: "number",
  "[]byte": "string",
  "types.UID": "string",
  "meta.v1.Time": "string",
  "meta.v1.MicroTime": "string",
  "meta.v1.FieldsV1": "JsonObject",
  "meta.v1.ObjectMeta": "ObjectMeta",
  "meta.v1.OwnerReference": "OwnerReference",
  "meta.v1.Condition": "Condition",
  "resource.Quantity": "string | number",
  "intstr.IntOrString": "string | number",
  "runtime.RawExtension": "JsonObject",
  "apiextensions.v1.JSON": "JsonValue",
  "apiextensions.v1.JSONSchemaProps": "SchemaNode",
};

/** `core.v1.Pod` → package `core.v1`, name `Pod`. */
function splitName(name: string): { readonly unit: string; readonly name: string } {
  const at = name.lastIndexOf(".");
  return { unit: name.slice(0, at), name: name.slice(at + 1) };
}

/** `core.v1` → `core-v1`. */
function fileOf(unit: string): string {
  return unit.replaceAll(".", "-");
}

class UnitWriter {
  readonly unit: string;
  readonly #types: GoTypes;
  readonly #imports = new Map<string, Set<string>>();
  readonly #lines: string[] = [];

  constructor(unit: string, types: GoTypes) {
    this.unit = unit;
    this.#types = types;
  }

  #import(from: string, name: string): string {
    const names = this.#imports.get(from) ?? new Set();
    this.#imports.set(from, names.add(name));
    return name;
  }

  typeOf(goType: string): string {
    if (goType.startsWith("*")) return this.typeOf(goType.slice(1));
    const known = wellKnown[goType];
    if (known !== undefined) return this.#wellKnown(known);
    if (goType.startsWith("[]")) {
      const item = this.typeOf(goType.slice(2));
      return item.includes("|") ? `readonly (${item})[]` : `readonly ${item}[]`;
    }
    const map = /^map\[[^\]]+\](.*)$/.exec(goType);
    if (map !== null) return `Readonly<Record<string, ${this.typeOf(map[1] ?? "")}>>`;
    const named = this.#types.named[goType];
    if (named !== undefined) return this.typeOf(named);
    const { unit, name } = splitName(goType);
    if (!Object.hasOwn(this.#types.structs, goType)) return this.#wellKnown("JsonValue");
    if (unit === this.unit) return name;
    const alias = `${name} as ${unit.replaceAll(".", "_")}_${name}`;
    this.#import(`./${fileOf(unit)}.ts`, alias);
    return `${unit.replaceAll(".", "_")}_${name}`;
  }

  #wellKnown(type: string): string {
    for (const word of type.match(/[A-Z]\w+/g) ?? []) {
      if (word === "JsonObject" || word === "JsonValue") this.#import("@weir/core", word);
      else if (word === "SchemaNode") this.#import("@weir/schema", word);
      else this.#import("@weir/objects", word);
    }
    return type;
  }

  #fields(struct: string, kindName?: string): readonly string[] {
    return (this.#types.structs[struct] ?? []).flatMap(([name, type, flags]) => {
      if (flags === "inline" && type === "meta.v1.TypeMeta") {
        if (kindName === undefined) return ["  readonly apiVersion?: string;", "  readonly kind?: string;"];
        const group = this.unit;
        return [
          `  readonly apiVersion: ${JSON.stringify(group)};`,
          `  readonly kind: ${JSON.stringify(kindName)};`,
        ];
      }
      if (flags === "inline") return this.#fields(type);
      const optional =
        kindName !== undefined && name === "metadata" ? "" : this.#isOptional(type, flags) ? "?" : "";
      const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
      return [`  readonly ${key}${optional}: ${this.typeOf(type)};`];
    });
  }

  /** A struct held by value is always written, yet nobody has to give it. */
  #isOptional(type: string, flags: string): boolean {
    return flags !== "" || type.startsWith("*") || Object.hasOwn(this.#types.structs, type);
  }

  struct(id: string, kind?: ResourceRow): void {
    const { name } = splitName(id);
    let fields = this.#fields(id, kind?.kind);
    if (kind !== undefined) {
      const apiVersion = kind.group === "" ? kind.version : `${kind.group}/${kind.version}`;
      fields = fields.map((line) =>
        line.startsWith("  readonly apiVersion:")
          ? `  readonly apiVersion: ${JSON.stringify(apiVersion)};`
          : line,
      );
    }
    this.#lines.push(`export interface ${name} {`, ...fields, "}", "");
  }

  text(header: string): string {
    const imports = [...this.#imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([from, names]) => `import type { ${[...names].sort().join(", ")} } from "${from}";`);
    return `${[`// ${header}`, ...imports, "", ...this.#lines].join("\n").trimEnd()}\n`;
  }
}

/** One file of interfaces per package of types, and one of Kind values per group and version; by path. */
export function writeTypes(input: TypesInput): ReadonlyMap<string, string> {
  const types = JSON.parse(readFileSync(input.goFields, "utf8")) as GoTypes;
  const kindOf = new Map(
    input.kinds.flatMap((kind) => (kind.definition === undefined ? [] : [[kind.definition, kind]])),
  );
  const units = new Map<string, UnitWriter>();
  const files = new Map<string, string>();
  for (const id of Object.keys(types.structs).sort()) {
    const { unit } = splitName(id);
    if (Object.hasOwn(wellKnown, id) || id === "meta.v1.TypeMeta") continue;
    const writer = units.get(unit) ?? new UnitWriter(unit, types);
    units.set(unit, writer);
    writer.struct(id, kindOf.get(id));
  }
  for (const [unit, writer] of units) files.set(`types/${fileOf(unit)}.ts`, writer.text(input.header));
  writeKinds(input, files);
  return files;
}

function writeKinds(input: TypesInput, files: Map<string, string>): void {
  const byUnit = Map.groupBy(
    input.kinds.filter((kind) => kind.definition !== undefined),
    (kind) => splitName(kind.definition ?? "").unit,
  );
  for (const [unit, kinds] of byUnit) {
    const lines = [
      `// ${input.header}`,
      `import { type BuiltinKind, builtinKind } from "../../builtin-kind.ts";`,
      `import type * as types from "../types/${fileOf(unit)}.ts";`,
      "",
      `export type * from "../types/${fileOf(unit)}.ts";`,
      "",
    ];
    for (const kind of kinds.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))) {
      const scope = kind.namespaced ? "Namespaced" : "Cluster";
      const fields = [kind.group, kind.version, kind.kind, kind.plural, scope].map((field) =>
        JSON.stringify(field),
      );
      lines.push(
        `export type ${kind.kind} = types.${kind.kind};`,
        `export const ${kind.kind}: BuiltinKind<types.${kind.kind}> = /* @__PURE__ */ builtinKind(${fields.join(", ")});`,
      );
    }
    files.set(`kinds/${fileOf(unit)}.ts`, `${lines.join("\n")}\n`);
  }
}
