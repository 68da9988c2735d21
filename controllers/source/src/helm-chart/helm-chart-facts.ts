import type { Said, SourceFacts } from "../report/source-facts.ts";

/** What a run found out about a HelmChart; the report makes the status of it. */
export interface HelmChartFacts extends SourceFacts {
  /** The revision of the source that was looked at. */
  readonly sourceRevision: string;
  /** What the chart is that is stored now. */
  readonly built: Said;
  readonly chartName: string;
  /** The values files that there were, where some may be missing. */
  readonly valuesFiles: readonly string[] | undefined;
}
