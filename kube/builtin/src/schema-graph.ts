import { InvariantError } from "@weir/core";
import type { GroupVersionKind } from "@weir/objects";
import type { SchemaNode } from "@weir/schema";
import { findKind } from "./kinds.ts";
import { once, readTable } from "./read-table.ts";

type RawNode = Readonly<Record<string, unknown>>;
type MutableNode = { -readonly [Key in keyof SchemaNode]: SchemaNode[Key] };

/** What the OpenAPI documents say of these scalars is looser than what Go reads; these say what it reads. */
const scalars: Readonly<Record<string, SchemaNode>> = {
  "resource.Quantity": { "x-kubernetes-int-or-string": true, format: "quantity" },
  "intstr.IntOrString": { "x-kubernetes-int-or-string": true, format: "int-or-string" },
  // Server-side apply takes it as one leaf, whatever it holds.
  "runtime.RawExtension": {
    title: "RawExtension",
    type: "object",
    "x-kubernetes-map-type": "atomic",
    "x-kubernetes-preserve-unknown-fields": true,
  },
};

const rawDefinitions = once(() => readTable<Readonly<Record<string, RawNode>>>("definitions.json"));
const linker = once(() => new Linker());

/**
 * The schema of a built-in kind as a linked graph, or `undefined` where there is no such kind.
 *
 * Definitions are linked at first use and shared between kinds: the same definition is the same node, so results may be
 * kept by identity.
 */
export function builtinSchema(gvk: GroupVersionKind): SchemaNode | undefined {
  const definition = findKind(gvk)?.definition;
  return definition === undefined ? undefined : schemaOf(definition);
}

/** The schema of a definition such as `core.v1.PodSpec`. */
export function schemaOf(definition: string): SchemaNode | undefined {
  return linker().definition(definition);
}

/** Links raw definitions; a reference with siblings (a default, a patch strategy) becomes a node of its own. */
class Linker {
  readonly #nodes = new Map<string, MutableNode>();
  /** Nodes that copy a definition which is still being filled. */
  #pending: { readonly node: MutableNode; readonly definition: string; readonly siblings: MutableNode }[] =
    [];
  #depth = 0;

  definition(name: string): SchemaNode | undefined {
    if (!Object.hasOwn(rawDefinitions(), name) || name === "//") return undefined;
    return this.#resolve(name);
  }

  #resolve(name: string): MutableNode {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const raw = rawDefinitions()[name];
    if (raw === undefined) throw new InvariantError(`this is a bug in weir: no definition ${name}`);
    const node: MutableNode = {};
    this.#nodes.set(name, node);
    this.#depth += 1;
    Object.assign(node, Object.hasOwn(scalars, name) ? scalars[name] : this.#fields(raw));
    this.#depth -= 1;
    if (this.#depth === 0) this.#settle();
    return node;
  }

  #settle(): void {
    const pending = this.#pending;
    this.#pending = [];
    for (const { node, definition, siblings } of pending) {
      Object.assign(node, this.#nodes.get(definition), siblings);
    }
  }

  #link(raw: RawNode): SchemaNode {
    const { $ref, allOf } = raw;
    if (typeof $ref === "string") return this.#resolve($ref);
    const [only, ...more] = Array.isArray(allOf) ? (allOf as readonly RawNode[]) : [];
    if (only === undefined || more.length > 0 || typeof only["$ref"] !== "string") return this.#fields(raw);
    const definition = only["$ref"];
    const { allOf: _, ...rest } = raw;
    const siblings = this.#fields(rest);
    if (Object.keys(siblings).length === 0) return this.#resolve(definition);
    const node: MutableNode = {};
    this.#depth += 1;
    this.#resolve(definition);
    this.#pending.push({ node, definition, siblings });
    this.#depth -= 1;
    if (this.#depth === 0) this.#settle();
    return node;
  }

  #fields(raw: RawNode): MutableNode {
    const node: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(raw)) node[key] = this.#field(key, value);
    return node as MutableNode;
  }

  #field(key: string, value: unknown): unknown {
    if (key === "properties") {
      const entries = Object.entries(value as Readonly<Record<string, RawNode>>);
      return Object.fromEntries(entries.map(([name, child]) => [name, this.#link(child)]));
    }
    if (key === "items" || (key === "additionalProperties" && typeof value === "object")) {
      return this.#link(value as RawNode);
    }
    if (key === "oneOf" || key === "anyOf" || key === "allOf") {
      return (value as readonly RawNode[]).map((child) => this.#link(child));
    }
    return value;
  }
}
