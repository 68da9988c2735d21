import { cleanPath, memoryTree, type Tree } from "@weir/core";
import { quoteGo } from "@weir/text";
import { ChartError } from "../chart/chart-error.ts";
import { decodeGoStruct } from "../chart/decode-go-struct.ts";
import { metadataShape } from "../chart/go-shape.ts";
import { ChartBudget, type ChartLimits, unpackArchive } from "../chart/unpack-archive.ts";

/** What is in the archive of a chart. */
export interface ExpandedChart {
  /** The name of the chart, which helm calls its folder by. */
  readonly name: string;
  readonly tree: Tree;
}

/** Unpacks the archive of a chart as `helm lint` does, without loading it. Throws `ChartError` in helm's words. */
export function expandChart(archive: Uint8Array, limits?: ChartLimits): ExpandedChart {
  const files = unpackArchive(archive, new ChartBudget(limits));
  let name = "";
  for (const file of files) if (file.name === "Chart.yaml") name = nameOf(file.data);
  if (name === "") throw new ChartError("chart name not specified");
  if (name === "." || name === "..") throw new ChartError(`chart name ${quoteGo(name)} is not allowed`);
  if (/[/\\]/.test(name))
    throw new ChartError(`chart name ${quoteGo(name)} must not contain path separators`);
  return { name, tree: memoryTree(new Map(files.map((file) => [cleanPath(file.name), file.data]))) };
}

function nameOf(chartYaml: Uint8Array): string {
  try {
    const name = decodeGoStruct(chartYaml, metadataShape).get("name");
    return typeof name === "string" ? name : "";
  } catch (error) {
    if (error instanceof ChartError) throw error.within("cannot load Chart.yaml");
    throw error;
  }
}
