import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { asJson, child } from "../resources/draft-access.ts";
import type { RowPrinter } from "./cell-text.ts";
import { coreCells } from "./core-cells.ts";
import { networkCells } from "./network-cells.ts";
import { otherCells } from "./other-cells.ts";
import { workloadCells } from "./workload-cells.ts";

/** Prints the cells of a kind's Table rows, as `kubectl get` shows them; `undefined` where the kind has none of its own. */
export function builtinCells(
  definition: string,
): ((object: KubeObject, now: number) => readonly JsonValue[]) | undefined {
  const print: RowPrinter | undefined =
    workloadCells[definition] ?? coreCells[definition] ?? networkCells[definition] ?? otherCells[definition];
  if (print === undefined) return undefined;
  return (object, now) => {
    const json = asJson(object);
    return print({ object: json, spec: child(json, "spec") ?? {}, status: child(json, "status") ?? {}, now });
  };
}
