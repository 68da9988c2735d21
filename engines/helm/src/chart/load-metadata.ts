import { joinTreePath, type Tree } from "@weir/core";
import { unpackArchive, ChartBudget, type ChartLimits } from "./unpack-archive.ts";
import type { ChartFile, ChartMetadata } from "./chart.ts";
import { ChartError } from "./chart-error.ts";
import type { Decoded } from "./decode-go-struct.ts";
import { decodeMetadata, validateMetadata } from "./read-metadata.ts";

/**
 * Reads only what Chart.yaml and requirements.yaml of a folder say, as source-controller does before it builds a chart.
 * Throws `ChartError`.
 */
export function loadFolderMetadata(tree: Tree, folder: string): ChartMetadata {
  const files = ["Chart.yaml", "requirements.yaml"].flatMap((name): readonly ChartFile[] => {
    const data = tree.read(joinTreePath(folder, name));
    return data === undefined ? [] : [{ name, data }];
  });
  if (files[0]?.name !== "Chart.yaml") {
    throw new ChartError(`open ${joinTreePath(folder, "Chart.yaml")}: no such file or directory`);
  }
  return metadataIn(files);
}

/** The same of an archive, whose other files are looked at no further. Throws `ChartError` and `ChartBudgetError`. */
export function loadArchiveMetadata(archive: Uint8Array, limits: ChartLimits = {}): ChartMetadata {
  const files = unpackArchive(archive, new ChartBudget(limits));
  if (!files.some(({ name }) => name === "Chart.yaml")) throw new ChartError("no 'Chart.yaml' found");
  return metadataIn(files);
}

function metadataIn(files: readonly ChartFile[]): ChartMetadata {
  let decoded: Decoded = new Map();
  for (const { name, data } of files) {
    if (name !== "Chart.yaml" && name !== "requirements.yaml") continue;
    decoded = decode(name, data, decoded);
  }
  const apiVersion = decoded.get("apiVersion") ?? "";
  return validateMetadata(apiVersion === "" ? new Map([...decoded, ["apiVersion", "v1"]]) : decoded);
}

function decode(name: string, data: Uint8Array, base: Decoded): Decoded {
  try {
    return decodeMetadata(data, base);
  } catch (error) {
    if (error instanceof ChartError) throw error.within(`cannot load '${name}'`);
    throw error;
  }
}
