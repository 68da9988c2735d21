export {
  helmReleaseController,
  type HelmReleaseControllerDeps,
} from "./release/helm-release-controller.ts";
export { reportHelmRelease, type HelmReleaseFacts } from "./report/report-helm-release.ts";
export { type HelmReleaseControllerOptions } from "./settings/controller-options.ts";
