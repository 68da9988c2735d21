import { type HelmRepository, Reason } from "@weir/api";
import type { Report } from "@weir/sdk";
import { sourceReport } from "../report/source-report.ts";
import type { HelmRepositoryFacts } from "./helm-repository-facts.ts";

type Status = NonNullable<HelmRepository["status"]>;

const report = sourceReport<Status, HelmRepository, HelmRepositoryFacts>({
  failures: ["FetchFailed", "StorageOperationFailed"],
  stored: ({ revision }) => ({
    reason: Reason.Succeeded,
    message: `stored artifact: revision '${revision}'`,
  }),
});

/** The status of a HelmRepository, conditions included; that of a registry is empty. */
export const reportHelmRepository: Report<HelmRepository, HelmRepositoryFacts> = (
  previous,
  observation,
  outcome,
  clock,
) => (observation.facts.isStatic === true ? {} : report(previous, observation, outcome, clock));
