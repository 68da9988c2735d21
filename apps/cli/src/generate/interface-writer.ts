import { writeJson } from "@weir/core";
import type { SchemaNode } from "@weir/schema";

/** Writes plain interfaces for a schema, one per object with named fields, named by its path. */
export class InterfaceWriter {
  readonly #imports: Set<string>;
  readonly #interfaces: string[] = [];
  readonly #names = new Set<string>();

  /** Names that the interfaces need from the SDK are added to `imports`. */
  constructor(imports: Set<string>) {
    this.#imports = imports;
  }

  get text(): string {
    return this.#interfaces.join("\n");
  }

  /** Writes the interface of a whole object. */
  writeObject(
    name: string,
    schema: SchemaNode,
    type: { readonly apiVersion: string; readonly kind: string },
  ): void {
    const place = this.#reserve(name);
    const fixed = [
      `  readonly apiVersion: ${JSON.stringify(type.apiVersion)};`,
      `  readonly kind: ${JSON.stringify(type.kind)};`,
      "  readonly metadata: ObjectMeta & { readonly name: string };",
    ];
    const {
      apiVersion: _apiVersion,
      kind: _kind,
      metadata: _metadata,
      ...properties
    } = schema.properties ?? {};
    const fields = this.#fields(name, { ...schema, properties });
    this.#interfaces[place] =
      `${comment(schema, "")}export interface ${name} {\n${[...fixed, ...fields].join("\n")}\n}\n`;
  }

  /** Interfaces stand in the order in which they are first named. */
  #reserve(name: string): number {
    this.#names.add(name);
    return this.#interfaces.push("") - 1;
  }

  #fields(name: string, schema: SchemaNode): readonly string[] {
    const required = new Set(schema.required ?? []);
    return Object.entries(schema.properties ?? {}).map(([field, node]) => {
      const mark = required.has(field) ? "" : "?";
      const type = this.#type(node, `${name}${pascal(field)}`);
      return `${comment(node, "  ")}  readonly ${propertyName(field)}${mark}: ${type};`;
    });
  }

  #type(node: SchemaNode, name: string): string {
    const type = this.#plainType(node, name);
    return node.nullable === true ? `${type} | null` : type;
  }

  #plainType(node: SchemaNode, name: string): string {
    if (node["x-kubernetes-int-or-string"] === true) return "number | string";
    if (node.enum !== undefined) return node.enum.map((value) => writeJson(value)).join(" | ");
    switch (node.type) {
      case "string":
      case "boolean":
        return node.type;
      case "integer":
      case "number":
        return "number";
      case "array":
        return this.#listType(node.items ?? {}, name);
      case "object":
        return this.#objectType(node, name);
      default:
        return this.#imported("JsonValue");
    }
  }

  #listType(items: SchemaNode, name: string): string {
    const type = this.#type(items, name);
    return type.includes(" ") ? `readonly (${type})[]` : `readonly ${type}[]`;
  }

  #objectType(node: SchemaNode, name: string): string {
    if (node["x-kubernetes-embedded-resource"] === true)
      return `${this.#imported("KubeObject")} & ${this.#imported("JsonObject")}`;
    const { additionalProperties, properties } = node;
    if (typeof additionalProperties === "object")
      return `Readonly<Record<string, ${this.#type(additionalProperties, name)}>>`;
    if (properties === undefined || Object.keys(properties).length === 0) return this.#imported("JsonObject");
    return this.#interface(node, name);
  }

  #interface(node: SchemaNode, wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#names.has(name); count += 1) name = `${wanted}${count}`;
    const place = this.#reserve(name);
    const fields = this.#fields(name, node);
    this.#interfaces[place] = `${comment(node, "")}export interface ${name} {\n${fields.join("\n")}\n}\n`;
    return name;
  }

  #imported(name: string): string {
    this.#imports.add(name);
    return name;
  }
}

/** A documentation comment of a description and a default. */
function comment(node: SchemaNode, indent: string): string {
  const fallback = node.default === undefined ? [] : [`Default: \`${writeJson(node.default)}\`.`];
  const lines = [...(node.description ?? "").split("\n"), ...fallback]
    .map((line) => line.trim().replaceAll("*/", "*\\/"))
    .filter((line, index, all) => line !== "" || (index > 0 && all[index - 1] !== ""));
  while (lines.at(-1) === "") lines.pop();
  const [only] = lines;
  if (only === undefined) return "";
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  const body = lines.map((line) => `${indent} *${line === "" ? "" : ` ${line}`}`);
  return `${indent}/**\n${body.join("\n")}\n${indent} */\n`;
}

function pascal(field: string): string {
  const words = field.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("") || "Field";
}

function propertyName(field: string): string {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(field) ? field : JSON.stringify(field);
}
