import { celRule, celRules, duration, int64, preserveUnknown, timestamp } from "@weir/schema";
import { type DeepReadonly, defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { applierCategories } from "../applier-categories.ts";
import { ignoreRule, image, patch } from "../object-selector.ts";
import { applierColumns } from "../print-columns.ts";
import {
  commonMetadata,
  dependencyReference,
  healthCheckExpressions,
  kubeConfigReference,
} from "../references.ts";
import { requiresProvider, verificationFields } from "../source/source-fields.ts";
import { inventory, reconciledStatus, unobservedStatus } from "../status-fields.ts";
import { install, rollback, test, uninstall, upgrade } from "./release-actions.ts";

const objectName = z.string().min(1).max(253);
const namespaceName = z.string().min(1).max(63);

const chartSourceReference = z.object({
  apiVersion: z.string().optional().describe("API version of the source."),
  kind: z.enum(["HelmRepository", "GitRepository", "Bucket"]).describe("Kind of the source."),
  name: objectName.describe("Name of the source."),
  namespace: namespaceName.optional().describe("Its namespace; that of the HelmRelease by default."),
});

const chartTemplate = z.object({
  metadata: commonMetadata.optional().describe("Labels and annotations of the HelmChart."),
  spec: z
    .object({
      chart: z.string().min(1).max(2048).describe("Name of the chart in a repository, or its path."),
      version: z.string().default("*").describe("Range of versions; without effect but for repositories."),
      sourceRef: chartSourceReference.describe("Where the chart comes from."),
      interval: duration()
        .optional()
        .describe("How often to look for a new chart; as the HelmRelease by default."),
      reconcileStrategy: z
        .enum(["ChartVersion", "Revision"])
        .default("ChartVersion")
        .describe("What makes a new chart: a new version, or a new revision of its source."),
      valuesFiles: z
        .array(z.string())
        .optional()
        .describe("Files of the chart that are merged, in this order, into its values.yaml."),
      ignoreMissingValuesFiles: z
        .boolean()
        .optional()
        .describe("Whether missing `valuesFiles` are left out."),
      verify: z
        .object(verificationFields)
        .meta(requiresProvider)
        .optional()
        .describe("Whether, and how, the signature is verified."),
    })
    .describe("The HelmChart to make."),
});

const chartReference = z.object({
  apiVersion: z.string().optional().describe("API version of the source."),
  kind: z.enum(["OCIRepository", "HelmChart", "ExternalArtifact"]).describe("Kind of the source."),
  name: objectName.describe("Name of the source."),
  namespace: namespaceName.optional().describe("Its namespace; that of the HelmRelease by default."),
});

const valuesReference = z.object({
  kind: z.enum(["Secret", "ConfigMap"]).describe("What holds the values."),
  name: objectName.describe("Name of the object."),
  valuesKey: z
    .string()
    .max(253)
    // Escapes are those of the published CRD, here and below.
    .meta({ pattern: "^[\\-._a-zA-Z0-9]+$" })
    .optional()
    .describe("Key of the values; `values.yaml` by default."),
  targetPath: z
    .string()
    .max(250)
    .meta({ pattern: "^([a-zA-Z0-9_\\-.\\\\\\/]|\\[[0-9]{1,5}\\])+$" })
    .optional()
    .describe("Where a single value is put, in the syntax of `--set`; the key then holds no YAML."),
  literal: z.boolean().optional().describe("Whether the value at `targetPath` is taken as it is."),
  optional: z.boolean().optional().describe("Whether the object may be missing."),
});

const postRenderer = z.object({
  kustomize: z
    .object({
      images: z.array(image).optional().describe("Images to replace."),
      patches: z.array(patch).optional().describe("Changes to the rendered objects."),
    })
    .optional()
    .describe("Changes as of a kustomization."),
});

const driftDetection = z.object({
  mode: z
    .enum(["enabled", "warn", "disabled"])
    .optional()
    .describe("Whether drift is corrected, only told of, or not looked for (the default)."),
  ignore: z.array(ignoreRule).optional().describe("Fields that are left to others."),
});

const spec = z
  .object({
    chart: chartTemplate.optional().describe("The chart, as a HelmChart that is made for this release."),
    chartRef: chartReference.optional().describe("The chart, as an object that someone else made."),
    interval: duration().describe("How often to reconcile when nothing changed."),
    timeout: duration().optional().describe("Longest time for one operation of Helm; 5m by default."),
    releaseName: z
      .string()
      .min(1)
      .max(53)
      .optional()
      .describe("Name of the release; `[targetNamespace-]name` by default."),
    targetNamespace: namespaceName.optional().describe("Namespace of the release."),
    storageNamespace: namespaceName.optional().describe("Namespace of the release's record."),
    values: preserveUnknown().optional().describe("Values; they win over `valuesFrom`."),
    valuesFrom: z.array(valuesReference).optional().describe("Objects that hold values; later ones win."),
    dependsOn: z.array(dependencyReference).optional().describe("HelmReleases that must be ready first."),
    install: install.optional().describe("How the release is installed."),
    upgrade: upgrade.optional().describe("How the release is upgraded."),
    test: test.optional().describe("How the release is tested."),
    rollback: rollback.optional().describe("How the release is rolled back."),
    uninstall: uninstall.optional().describe("How the release is uninstalled."),
    maxHistory: z.int().optional().describe("How many revisions Helm keeps; 5 by default, all at 0."),
    commonMetadata: commonMetadata.optional().describe("Labels and annotations of all objects."),
    postRenderers: z.array(postRenderer).optional().describe("Changes to the rendered objects, in order."),
    postRenderStrategy: z
      .enum(["nohooks", "combined", "separate"])
      .optional()
      .describe("Whether hooks are changed, too: with the rest (the default), apart, or not."),
    driftDetection: driftDetection.optional().describe("Whether changes by others are looked for."),
    waitStrategy: z
      .object({ name: z.enum(["poller", "legacy"]).describe("kstatus (`poller`), or Helm's own way.") })
      .optional()
      .describe("How health is waited for."),
    healthCheckExprs: z
      .array(healthCheckExpressions)
      .optional()
      .describe("How the health of kinds is read from their objects."),
    kubeConfig: kubeConfigReference.optional().describe("Another cluster to release to."),
    serviceAccountName: objectName.optional().describe("ServiceAccount to release as."),
    persistentClient: z.boolean().optional().describe("Whether one client serves all steps of a run."),
    suspend: z.boolean().optional().describe("Leaves the release as it is until unset."),
  })
  .meta(
    celRules(
      celRule(
        "(has(self.chart) && !has(self.chartRef)) || (!has(self.chart) && has(self.chartRef))",
        "either chart or chartRef must be set",
      ),
    ),
  );

const testHook = z.object({
  lastStarted: timestamp().optional().describe("When the test was started."),
  lastCompleted: timestamp().optional().describe("When the test ended."),
  phase: z.string().optional().describe("How it ended."),
});

const snapshot = z.object({
  apiVersion: z.string().optional().describe("Version of the snapshot's format."),
  action: z.string().optional().describe("What made the release."),
  name: z.string().describe("Name of the release."),
  namespace: z.string().describe("Namespace of the release."),
  version: z.int().describe("Revision of the release."),
  status: z.string().describe("State of the release."),
  chartName: z.string().describe("Name of the chart."),
  chartVersion: z.string().describe("Version of the chart."),
  appVersion: z.string().optional().describe("Version of the application in the chart."),
  configDigest: z.string().describe("Digest of the values."),
  digest: z.string().describe("Digest of the release."),
  ociDigest: z.string().optional().describe("Digest of the artifact that the chart came in."),
  firstDeployed: timestamp().describe("When the release was first deployed."),
  lastDeployed: timestamp().describe("When the release was last deployed."),
  deleted: timestamp().optional().describe("When the release was deleted."),
  testHooks: z.record(z.string(), testHook).optional().describe("The tests of the release."),
});

const status = z
  .object({
    ...reconciledStatus,
    helmChart: z.string().optional().describe("`<namespace>/<name>` of the HelmChart that was made."),
    history: z.array(snapshot).optional().describe("The last releases, the latest first."),
    inventory: inventory.optional().describe("The objects of the release."),
    storageNamespace: namespaceName.optional().describe("Namespace of the release's record."),
    failures: int64().optional().describe("Failures since the last success."),
    installFailures: int64().optional().describe("Failed installs since the last success."),
    upgradeFailures: int64().optional().describe("Failed upgrades since the last success."),
    lastAttemptedGeneration: int64().optional().describe("The last generation that was tried."),
    lastAttemptedRevision: z.string().optional().describe("The last revision that was tried."),
    lastAttemptedRevisionDigest: z.string().optional().describe("Digest of that revision."),
    lastAttemptedConfigDigest: z.string().optional().describe("Digest of the values that were tried."),
    lastAttemptedReleaseAction: z
      .enum(["install", "upgrade"])
      .optional()
      .describe("The last action that was tried."),
    lastAttemptedReleaseActionDuration: z.string().optional().describe("How long it took."),
    lastAttemptedValuesChecksum: z.string().optional().describe("Superseded by the config digest."),
    lastReleaseRevision: z.int().optional().describe("Superseded by the history."),
    lastHandledForceAt: z.string().optional().describe("The last request to force that was acted on."),
    lastHandledResetAt: z.string().optional().describe("The last request to reset that was acted on."),
    observedCommonMetadataDigest: z.string().optional().describe("Digest of the applied common metadata."),
    observedPostRenderersDigest: z.string().optional().describe("Digest of the applied post renderers."),
  })
  .default(unobservedStatus);

/** A Helm chart that is released to a cluster and kept as declared. */
export const HelmRelease = defineResource({
  group: "helm.toolkit.fluxcd.io",
  version: "v2",
  kind: "HelmRelease",
  plural: "helmreleases",
  shortNames: ["hr"],
  categories: applierCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: applierColumns,
});
export type HelmRelease = ResourceOf<typeof HelmRelease>;

/** A release that was made once, as the history of a HelmRelease keeps it. */
export type HelmReleaseSnapshot = DeepReadonly<z.output<typeof snapshot>>;
