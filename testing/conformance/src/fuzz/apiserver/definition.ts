import type { JsonValue } from "@weir/core";
import type { Dice } from "../dice.ts";
import { someObject, someRoot } from "./schema-grammar.ts";
import type { SchemaNode } from "./schema-node.ts";

/** A definition of custom resources, and what its users have to know of it. */
export interface DefinedKind {
  readonly definition: JsonValue;
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly isNamespaced: boolean;
  readonly hasStatus: boolean;
  readonly hasScale: boolean;
  /** The schemas of the served versions, by name. */
  readonly versions: Readonly<Record<string, SchemaNode>>;
}

const GROUP = "$NS.example.com";

/** A definition that is mostly accepted. */
export function someDefinition(dice: Dice): DefinedKind {
  const isNamespaced = dice.chance(0.85);
  const hasStatus = dice.chance(0.5);
  const hasScale = dice.chance(0.15);
  const first = withScale(someRoot(dice), hasScale);
  const names = dice.chance(0.25) ? ["v1", "v2"] : ["v1"];
  const versions: Record<string, SchemaNode> = {};
  for (const name of names) versions[name] = name === "v1" ? first : otherVersion(dice, first);
  const storage = dice.pick(names);
  const definition = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${GROUP}` },
    spec: {
      group: GROUP,
      scope: isNamespaced ? "Namespaced" : "Cluster",
      names: {
        plural: "widgets",
        kind: "Widget",
        ...(dice.chance(0.3) ? { singular: "widget", shortNames: ["wd"], categories: ["all"] } : {}),
      },
      ...(dice.chance(0.05) ? { preserveUnknownFields: false } : {}),
      versions: names.map((name) => ({
        name,
        served: true,
        storage: name === storage,
        schema: { openAPIV3Schema: versions[name] },
        ...subresources(hasStatus, hasScale),
        ...columns(dice, versions[name] ?? {}),
        ...selectable(dice, versions[name] ?? {}),
        ...(dice.chance(0.03)
          ? { deprecated: true, ...(dice.chance(0.5) ? { deprecationWarning: "use another" } : {}) }
          : {}),
      })),
    },
  };
  return {
    definition: definition as unknown as JsonValue,
    group: GROUP,
    kind: "Widget",
    plural: "widgets",
    isNamespaced,
    hasStatus,
    hasScale,
    versions,
  };
}

function withScale(root: SchemaNode, hasScale: boolean): SchemaNode {
  if (!hasScale) return root;
  const { spec = {}, status = { type: "object", properties: {} }, ...others } = root.properties ?? {};
  return {
    ...root,
    properties: {
      ...others,
      spec: { ...spec, properties: { ...spec.properties, replicas: { type: "integer" } } },
      status: {
        ...status,
        properties: { ...status.properties, replicas: { type: "integer" }, selector: { type: "string" } },
      },
    },
  };
}

/** The same with another field or so. */
function otherVersion(dice: Dice, root: SchemaNode): SchemaNode {
  if (dice.chance(0.5)) return root;
  const { spec = {} } = root.properties ?? {};
  const { properties = {} } = someObject(dice, 1);
  const [dropped] = dice.chance(0.5) ? Object.keys(spec.properties ?? {}) : [];
  const { required = [], ...kept } = spec;
  const merged = { ...spec.properties, ...properties };
  if (dropped !== undefined && dropped !== "replicas") delete (merged as Record<string, SchemaNode>)[dropped];
  const left = required.filter((name) => Object.hasOwn(merged, name));
  return {
    ...root,
    properties: {
      ...root.properties,
      spec: { ...kept, properties: merged, ...(left.length === 0 ? {} : { required: left }) },
    },
  };
}

function subresources(hasStatus: boolean, hasScale: boolean): object {
  if (!hasStatus && !hasScale) return {};
  const scale = {
    specReplicasPath: ".spec.replicas",
    statusReplicasPath: ".status.replicas",
    labelSelectorPath: ".status.selector",
  };
  return { subresources: { ...(hasStatus ? { status: {} } : {}), ...(hasScale ? { scale } : {}) } };
}

function simpleFields({ properties }: SchemaNode): readonly (readonly [path: string, node: SchemaNode])[] {
  return Object.entries(properties?.["spec"]?.properties ?? {})
    .filter(([name]) => /^\w+$/.test(name))
    .map(([name, node]) => [`.spec.${name}`, node]);
}

function columns(dice: Dice, root: SchemaNode): object {
  const fields = simpleFields(root);
  if (fields.length === 0 || !dice.chance(0.3)) return {};
  return {
    additionalPrinterColumns: dice.many(1, 3, (index) => ({
      name: `C${index}`,
      type: dice.pick(["string", "integer", "number", "boolean", "date"]),
      jsonPath: dice.pick([
        ...fields.map(([path]) => path),
        ".metadata.creationTimestamp",
        ".metadata.labels.a",
        ".spec.items[*].name",
        ".spec.a[0]",
      ]),
      ...(dice.chance(0.2) ? { priority: dice.int(0, 1) } : {}),
      ...(dice.chance(0.2) ? { description: "a column" } : {}),
    })),
  };
}

function selectable(dice: Dice, root: SchemaNode): object {
  const fields = simpleFields(root).filter(
    ([, { type }]) => type === "string" || type === "integer" || type === "boolean",
  );
  if (fields.length === 0 || !dice.chance(0.3)) return {};
  const paths = dice.some(fields, 2).map(([path]) => ({ jsonPath: path }));
  return paths.length === 0 ? {} : { selectableFields: paths };
}
