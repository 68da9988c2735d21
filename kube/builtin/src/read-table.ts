import { readFileSync } from "node:fs";
import { invariant } from "@weir/core";

/** Reads one of the generated tables that lie beside the source. */
export function readTable<Shape>(name: string): Shape {
  return JSON.parse(readTableText(name)) as Shape;
}

/** The bytes of a generated table as text. */
export function readTableText(name: string): string {
  invariant(!name.includes(".."), `no table is named ${name}`);
  return readFileSync(new URL(`./generated/${name}`, import.meta.url), "utf8");
}

/**
 * Computes a value at first use and keeps it.
 *
 * The tables never change while the process runs, so that keeping them is not state that anyone could observe.
 */
export function once<Value>(compute: () => Value): () => Value {
  let cell: { readonly value: Value } | undefined;
  return () => {
    cell ??= { value: compute() };
    return cell.value;
  };
}
