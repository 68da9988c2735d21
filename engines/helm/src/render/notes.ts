import { compareUtf8 } from "@weir/core";

const SUFFIX = "NOTES.txt";

/**
 * Takes the notes out of the rendered files: those of the chart, and where asked for those of its subcharts. Helm orders
 * the latter at random; here they stand in the order of their paths.
 */
export function takeNotes(files: Map<string, string>, chartName: string, withSubcharts: boolean): string {
  const own = `${chartName}/templates/${SUFFIX}`;
  let notes = "";
  for (const path of [...files.keys()].filter((name) => name.endsWith(SUFFIX)).sort(compareUtf8)) {
    const text = files.get(path) ?? "";
    files.delete(path);
    if (withSubcharts || path === own) notes += (notes === "" ? "" : "\n") + text;
  }
  return notes;
}
