export { type ChartReference, chartReferenceOf } from "./chart/chart-source.ts";
export { type SourceVersion, sourceVersionOf } from "./chart/source-version.ts";
export { previewRelease, type PreviewRequest, type ReleasePreview } from "./preview/preview-release.ts";
export { type ReadObject } from "./values/compose-values.ts";
export {
  helmReleaseController,
  type HelmReleaseControllerDeps,
} from "./release/helm-release-controller.ts";
export { reportHelmRelease, type HelmReleaseFacts } from "./report/report-helm-release.ts";
export { type HelmReleaseControllerOptions } from "./settings/controller-options.ts";
