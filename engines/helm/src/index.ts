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
export { type SetMode, type SetOptions, setValues } from "./values/strvals.ts";
export { SetValuesBudgetError, SetValuesError } from "./values/strvals-error.ts";
export { type HelmValues } from "./values/helm-values.ts";
export { type Hook, type HookEvent, hooksOf } from "./manifests/hook.ts";
export { installOrder, type KindOrder, sortByKind, uninstallOrder } from "./manifests/kind-order.ts";
export { type ManifestHead } from "./manifests/manifest-head.ts";
export {
  InvalidManifestError,
  type Manifest,
  type SortedManifests,
  sortManifests,
} from "./manifests/sort-manifests.ts";
export { splitManifests } from "./manifests/split-manifests.ts";
export { ChartBudgetError, ChartError } from "./chart/chart-error.ts";
export { type ChartNotice, formatNotice, type Notify } from "./chart/chart-notice.ts";
export {
  type LoadOptions,
  loadChartArchive,
  loadChartFiles,
  loadChartFolder,
  readChartArchive,
} from "./chart/load-chart.ts";
export { loadArchiveMetadata, loadFolderMetadata } from "./chart/load-metadata.ts";
export { type ChartLimits } from "./chart/unpack-archive.ts";
export { downloadChart, resolveReference } from "./dependencies/download-chart.ts";
export { ImportValuesError } from "./dependencies/import-values.ts";
export { processDependencies } from "./dependencies/process-dependencies.ts";
export { ChartValuesError } from "./values/chart-values-error.ts";
export { loadValues } from "./values/load-values.ts";
export { renderValues } from "./values/render-values.ts";
export {
  type Capabilities,
  capabilitiesOf,
  DEFAULT_API_VERSIONS,
  DEFAULT_KUBE_VERSION,
  type KubeVersion,
  KubeVersionError,
  parseKubeVersion,
} from "./context/capabilities.ts";
export { checkReleaseName, ReleaseNameError } from "./context/release-name.ts";
export { IncompatibleKubeVersionError } from "./render/kube-version-mismatch.ts";
export { type Lookup, lookupKey, LookupPendingError, type LookupRequest } from "./render/lookup.ts";
export { nameRelease } from "./render/name-release.ts";
export { PostRenderError, type PostRenderer, type PostRenderStrategy } from "./render/post-render.ts";
export {
  ChartPreparationError,
  type PreparedChart,
  prepareChart,
  type PrepareOptions,
} from "./render/prepare-chart.ts";
export { RenderCache } from "./render/render-cache.ts";
export {
  type ReleaseInfo,
  renderChart,
  type RenderedChart,
  type RenderedFiles,
  renderFiles,
  type RenderOptions,
  renderPrepared,
} from "./render/render-chart.ts";
export { renderWithKeys } from "./render/render-with-keys.ts";
export { ChartTemplateError } from "./render/template-error.ts";
export { mergeValues } from "./values/merge-values.ts";
export {
  releaseManifest,
  templateText,
  type TemplateTextOptions,
  withSource,
} from "./render/template-text.ts";
export { ChartSchemaError, SchemaBudgetError, SchemaError } from "./schema/schema-error.ts";
export { SchemaCache, type ValidateOptions, validateValues } from "./schema/validate-values.ts";
export { LookupBudgetError, renderChartWithLookup } from "./render/render-with-lookup.ts";
export { type ChartSource, type RenderTaskInput, runRenderTask } from "./render/render-task.ts";
export { packageChart, type PackagedChart, type PackageOptions } from "./package/package-chart.ts";
export { type IndexedChart, writeRepositoryIndex } from "./package/write-repository-index.ts";
export {
  buildDependencies,
  type BuildDependenciesOptions,
  type BuiltDependencies,
} from "./dependencies/build-dependencies.ts";
export { type DependencySources } from "./dependencies/dependency-sources.ts";
export {
  type DependencyList,
  type DependencyStatus,
  formatDependencyList,
  type ListedDependency,
  listDependencies,
} from "./dependencies/list-dependencies.ts";
export { indexJson, type IndexJsonOptions } from "./dependencies/index-json.ts";
export { lockDigest } from "./dependencies/lock-digest.ts";
export { DependencyError, RepositoryBudgetError, RepositoryError } from "./dependencies/repository-error.ts";
export {
  type ChartVersion,
  findChartVersion,
  type ReadIndexOptions,
  readRepositoryIndex,
  type RepositoryIndex,
} from "./dependencies/repository-index.ts";
export { readStoredVersions } from "./dependencies/stored-index.ts";
export { expandChart, type ExpandedChart } from "./lint/expand-chart.ts";
export { lintChart, type LintOptions } from "./lint/lint-chart.ts";
export { formatFinding, type LintFinding, type LintSeverity } from "./lint/lint-finding.ts";
export {
  type ApplyMethod,
  type HookPhase,
  type HookRun,
  isPending,
  type Release,
  type ReleaseHook,
  type ReleaseStatus,
  type RevisionInfo,
  type StoredChart,
  type StoredMetadata,
  withStatus,
} from "./release/release.ts";
export {
  NoDeployedReleasesError,
  ReleaseExistsError,
  ReleaseNotFoundError,
  ReleaseRecordError,
  ReleaseStoreError,
} from "./release/release-error.ts";
export {
  createReleaseStore,
  type CreateRecordOptions,
  type ReleaseStore,
  type ReleaseStoreOptions,
  type StoreWrite,
} from "./release/release-store.ts";
export { storedChartOf } from "./release/stored-chart.ts";
export { ReleaseActionError, ReleasePendingError } from "./actions/action-error.ts";
export { applyCrds, type CrdPolicy, type CrdRequest } from "./actions/apply-crds.ts";
export { installRelease, type InstallRequest } from "./actions/install-release.ts";
export {
  type HookOutput,
  type ReleaseContext,
  type ReleaseLogLine,
  type WaitRequest,
  type WaitStrategy,
  type WriteRequest,
} from "./actions/release-context.ts";
export { releaseObjects } from "./actions/release-objects.ts";
export {
  type RenderedRelease,
  type RenderFacts,
  type RenderRelease,
} from "./actions/rendered-release.ts";
export { type ChartWithValues, reuseValues } from "./actions/reuse-values.ts";
export { rollbackRelease, type RollbackRequest } from "./actions/rollback-release.ts";
export { testRelease, type TestRequest } from "./actions/test-release.ts";
export {
  uninstallRelease,
  type UninstallRequest,
  type UninstallResult,
} from "./actions/uninstall-release.ts";
export { unlockRelease } from "./actions/unlock-release.ts";
export { type ServerSideApplyMode } from "./actions/apply-mode.ts";
export { type ReuseValues, upgradeRelease, type UpgradeRequest } from "./actions/upgrade-release.ts";
