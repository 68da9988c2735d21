export { type GitRepositoryControllerOptions, gitRepositoryController } from "./git-repository/controller.ts";
export { type GitRepositoryFacts } from "./git-repository/facts.ts";
export { type GitRepositoryDeps } from "./git-repository/reconcile.ts";
export { reportGitRepository } from "./git-repository/report.ts";
export { type HelmChartControllerOptions, helmChartController } from "./helm-chart/helm-chart-controller.ts";
export { type HelmChartFacts } from "./helm-chart/helm-chart-facts.ts";
export { type HelmChartDeps } from "./helm-chart/reconcile-helm-chart.ts";
export { reportHelmChart } from "./helm-chart/report-helm-chart.ts";
export {
  type HelmRepositoryControllerOptions,
  helmRepositoryController,
} from "./helm-repository/helm-repository-controller.ts";
export { type HelmRepositoryFacts } from "./helm-repository/helm-repository-facts.ts";
export { type HelmRepositoryDeps } from "./helm-repository/reconcile-helm-repository.ts";
export { reportHelmRepository } from "./helm-repository/report-helm-repository.ts";
export { type OCIRepositoryControllerOptions, ociRepositoryController } from "./oci-repository/controller.ts";
export { type OCIRepositoryFacts } from "./oci-repository/facts.ts";
export { type OCIRepositoryDeps } from "./oci-repository/reconcile.ts";
export { reportOCIRepository } from "./oci-repository/report.ts";
export { SourceStepError } from "./source-error.ts";
