import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { asJson, child } from "../resources/draft-access.ts";
import type { Column } from "../resources/resource.ts";
import { humanAge } from "./age.ts";
import type { Printed } from "./table.ts";

const columns: readonly Column[] = [
  {
    name: "Name",
    type: "string",
    format: "name",
    description: "Name of the object, unique among its kind in a namespace.",
    priority: 0,
  },
  { name: "Desired", type: "integer", format: "", description: "Number of desired replicas", priority: 0 },
  { name: "Available", type: "integer", format: "", description: "Number of actual replicas", priority: 0 },
  { name: "Age", type: "date", format: "", description: "When the object was created.", priority: 0 },
];

function cells(scale: KubeObject, now: number): readonly JsonValue[] {
  const object = asJson(scale);
  return [
    scale.metadata.name ?? "",
    child(object, "spec")?.["replicas"] ?? null,
    child(object, "status")?.["replicas"] ?? null,
    humanAge(scale.metadata.creationTimestamp ?? "", now),
  ];
}

/** How a Table shows the Scale of a custom resource: no replicas at all are not told. */
export const customScaleTable: Printed = { columns, cells };

/** How a Table shows the Scale of a built-in kind. */
export const builtinScaleTable: Printed = {
  columns: columns.map((column) => (column.name === "Age" ? { ...column, type: "string" } : column)),
  cells: (scale, now) => cells(scale, now).map((cell) => cell ?? 0),
};
