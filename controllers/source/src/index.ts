export { type GitRepositoryControllerOptions, gitRepositoryController } from "./git-repository/controller.ts";
export { type GitRepositoryFacts } from "./git-repository/facts.ts";
export { type GitRepositoryDeps } from "./git-repository/reconcile.ts";
export { reportGitRepository } from "./git-repository/report.ts";
export { SourceStepError } from "./source-error.ts";
