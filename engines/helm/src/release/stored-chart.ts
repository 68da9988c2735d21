import { InvariantError } from "@weir/core";
import type { Chart } from "../chart/chart.ts";
import type { StoredChart } from "./release.ts";

/** The chart as helm puts it into a record: without its subcharts and without the raw files. */
export function storedChartOf(_chart: Chart): StoredChart {
  throw new InvariantError("storedChartOf is not there yet");
}
