export {
  type Chart,
  type ChartCrd,
  chartCrds,
  type ChartDependency,
  type ChartFile,
  type ChartLock,
  type ChartMaintainer,
  type ChartMetadata,
  type ImportValue,
  isLibraryChart,
  type PlacedChart,
  walkCharts,
} from "./chart/chart.ts";
export { type HelmValues } from "./values/helm-values.ts";
