import { type OCIRepository, Reason } from "@weir/api";
import type { Report } from "@weir/sdk";
import { sourceReport, withoutFields } from "../report/source-report.ts";
import type { OCIRepositoryFacts } from "./facts.ts";

type Status = NonNullable<OCIRepository["status"]>;

/** The status of an OCIRepository, conditions included. */
export const reportOCIRepository: Report<OCIRepository, OCIRepositoryFacts> = sourceReport<
  Status,
  OCIRepository,
  OCIRepositoryFacts
>({
  failures: ["FetchFailed", "StorageOperationFailed"],
  stored: ({ revision }) => ({
    reason: Reason.Succeeded,
    message: `stored artifact for digest '${revision}'`,
  }),
  whenStored: withShape,
});

/** What shaped the artifact is written with it. */
function withShape(before: Status, { shape }: Readonly<Partial<OCIRepositoryFacts>>): Status {
  if (shape === undefined) return before;
  const { ignore, layerSelector } = shape;
  return {
    ...withoutFields(before, "observedIgnore", "observedLayerSelector"),
    ...(ignore === undefined ? {} : { observedIgnore: ignore }),
    ...(layerSelector === undefined ? {} : { observedLayerSelector: layerSelector }),
  };
}
