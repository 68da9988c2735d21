import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import type { CaseRequest, Edit } from "./conversation.ts";
import type { DefinedKind } from "./definition.ts";
import type { SchemaNode } from "./schema-node.ts";

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/** Changes a definition while there are objects of it: what it takes, how its lists merge, which versions it has. */
export function redefine(dice: Dice, { definition, group, plural, versions }: DefinedKind): CaseRequest {
  const [index, root] = dice.pick(
    Object.values(versions).map((node, at): readonly [number, SchemaNode] => [at, node]),
  );
  const fields = Object.entries(root.properties?.["spec"]?.properties ?? {});
  const at = `/spec/versions/${index}/schema/openAPIV3Schema/properties/spec/properties`;
  const changes: readonly (() => readonly Edit[])[] = [
    () => [{ at: `${at}/extra`, value: dice.pick(ADDED) }],
    () => fieldEdits(dice, fields, at, narrowed),
    () => fieldEdits(dice, fields, at, narrowed),
    () => fieldEdits(dice, fields, at, otherMerging),
    () => fieldEdits(dice, fields, at, () => undefined),
    () => newVersion(dice, definition, Object.keys(versions).length),
    () => [
      { at: `/spec/versions/${index}/schema/openAPIV3Schema/properties/spec/required`, value: ["extra"] },
    ],
  ];
  return {
    method: "PUT",
    path: `${DEFINITIONS}/${plural}.${group}`,
    body: definition,
    edit: dice.pick(changes)(),
  };
}

const ADDED: readonly JsonValue[] = [
  { type: "string" },
  { type: "string", default: "d" },
  { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
  { type: "object", additionalProperties: { type: "integer" } },
];

/** A field with another schema; it is taken away where there is none. */
function fieldEdits(
  dice: Dice,
  fields: readonly (readonly [string, SchemaNode])[],
  at: string,
  change: (dice: Dice, node: SchemaNode) => SchemaNode | undefined,
): readonly Edit[] {
  if (fields.length === 0) return [];
  const [name, node] = dice.pick(fields);
  const changed = change(dice, node);
  const place = `${at}/${name}`;
  return [changed === undefined ? { at: place } : { at: place, value: changed as unknown as JsonValue }];
}

/** What was taken before may be refused: upstream lets it be where it does not change. */
function narrowed(dice: Dice, node: SchemaNode): SchemaNode {
  switch (node.type) {
    case "string":
      return {
        ...node,
        ...dice.pick<Partial<SchemaNode>>([{ maxLength: 1 }, { pattern: "^z" }, { enum: ["z"] }]),
      };
    case "integer":
    case "number":
      return {
        ...node,
        ...dice.pick<Partial<SchemaNode>>([{ maximum: 1 }, { minimum: 100 }, { multipleOf: 7 }]),
      };
    case "array":
      return { ...node, ...dice.pick<Partial<SchemaNode>>([{ maxItems: 0 }, { minItems: 4 }]) };
    case "object":
      return {
        ...node,
        ...dice.pick<Partial<SchemaNode>>([
          { maxProperties: 0 },
          { required: ["x"] },
          { "x-kubernetes-validations": [{ rule: "false", message: "never" }] },
        ]),
      };
    default:
      return { ...node, nullable: true };
  }
}

/** Who owns a list or map as a whole comes to own parts of it, or the other way round. */
function otherMerging(dice: Dice, node: SchemaNode): SchemaNode {
  if (node.type === "object")
    return {
      ...node,
      "x-kubernetes-map-type": node["x-kubernetes-map-type"] === "atomic" ? "granular" : "atomic",
    };
  if (node.type !== "array") return node;
  const { "x-kubernetes-list-map-keys": _keys, ...rest } = node;
  const type = node["x-kubernetes-list-type"];
  return {
    ...rest,
    "x-kubernetes-list-type": type === "set" || type === "map" ? "atomic" : dice.pick(["set", "atomic"]),
  };
}

/** Another version, like the first, which may be the one that is stored from now on. */
function newVersion(dice: Dice, definition: JsonValue, count: number): readonly Edit[] {
  const { spec } = definition as unknown as { readonly spec: { readonly versions: readonly JsonValue[] } };
  const storage = dice.chance(0.5);
  const added = { ...(spec.versions[0] as object), name: "v3", storage };
  const others = spec.versions.map((_, index) => ({ at: `/spec/versions/${index}/storage`, value: false }));
  return [
    ...(storage ? others : []),
    { at: `/spec/versions/${count}`, value: added as unknown as JsonValue },
  ];
}
