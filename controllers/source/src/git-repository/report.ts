import { type GitRepository, Reason } from "@weir/api";
import type { Report } from "@weir/sdk";
import { sourceReport, withoutFields } from "../report/source-report.ts";
import type { GitRepositoryFacts } from "./facts.ts";

type Status = NonNullable<GitRepository["status"]>;
type Facts = Readonly<Partial<GitRepositoryFacts>>;

/** The status of a GitRepository, conditions included. */
export const reportGitRepository: Report<GitRepository, GitRepositoryFacts> = sourceReport<
  Status,
  GitRepository,
  GitRepositoryFacts
>({
  failures: ["FetchFailed", "StorageOperationFailed", "IncludeUnavailable"],
  stored: ({ revision }) => ({
    reason: Reason.Succeeded,
    message: `stored artifact for revision '${revision}'`,
  }),
  asObserved: withMode,
  whenStored: withShape,
});

/** The mode in which signatures were verified means nothing once they are not asked for. */
function withMode(status: Status, { spec }: Partial<GitRepository>, { verified }: Facts): Status {
  if (spec?.verify === undefined) return withoutFields(status, "sourceVerificationMode");
  return verified === undefined ? status : { ...status, sourceVerificationMode: verified.mode };
}

/** What shaped the artifact is written with it, and only where it is not the default. */
function withShape(before: Status, { shape, includedArtifacts }: Facts): Status {
  if (shape === undefined) return before;
  const rest = withoutFields(
    before,
    "observedIgnore",
    "observedInclude",
    "observedRecurseSubmodules",
    "observedSparseCheckout",
    "includedArtifacts",
  );
  return {
    ...rest,
    ...(shape.ignore === undefined ? {} : { observedIgnore: shape.ignore }),
    ...(shape.include.length === 0 ? {} : { observedInclude: shape.include }),
    ...(shape.recurseSubmodules ? { observedRecurseSubmodules: true } : {}),
    ...(shape.sparseCheckout.length === 0 ? {} : { observedSparseCheckout: shape.sparseCheckout }),
    ...(includedArtifacts === undefined || includedArtifacts.length === 0 ? {} : { includedArtifacts }),
  };
}
