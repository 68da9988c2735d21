import { ConditionType, type HelmChart, SourceReason } from "@weir/api";
import { findCondition } from "@weir/objects";
import type { Report } from "@weir/sdk";
import { conditionsOf, sourceReport, withoutFields } from "../report/source-report.ts";
import type { HelmChartFacts } from "./helm-chart-facts.ts";

type Status = NonNullable<HelmChart["status"]>;
type Facts = Readonly<Partial<HelmChartFacts>>;

/** The status of a HelmChart, conditions included. */
export const reportHelmChart: Report<HelmChart, HelmChartFacts> = sourceReport<
  Status,
  HelmChart,
  HelmChartFacts
>({
  failures: ["FetchFailed", "BuildFailed", "StorageOperationFailed"],
  stored: ({ revision }, { built }, before) => {
    if (built !== undefined) return built;
    const said = findCondition(conditionsOf(before), ConditionType.ArtifactInStorage);
    const { reason = SourceReason.ChartPullSucceeded, message = `pulled chart with version '${revision}'` } =
      said ?? {};
    return { reason, message };
  },
  asObserved: (status, _chart, { sourceRevision }: Facts) =>
    sourceRevision === undefined ? status : { ...status, observedSourceArtifactRevision: sourceRevision },
  whenStored: (status, { chartName, valuesFiles }: Facts) =>
    chartName === undefined
      ? status
      : {
          ...withoutFields(status, "observedValuesFiles"),
          observedChartName: chartName,
          ...(valuesFiles === undefined ? {} : { observedValuesFiles: valuesFiles }),
        },
});
