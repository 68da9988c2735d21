import { celRule, celRules } from "@weir/schema";
import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { reconciledStatus, unobservedStatus } from "../status-fields.ts";
import {
  interval,
  matchOidcIdentity,
  requiresProvider,
  SOURCE_GROUP,
  sourceCategories,
  suspend,
  verificationFields,
} from "./source-fields.ts";

const sourceReference = z.object({
  apiVersion: z.string().optional().describe("API version of the source."),
  kind: z.enum(["HelmRepository", "GitRepository", "Bucket"]).describe("Kind of the source."),
  name: z.string().describe("Name of the source."),
});

const verification = z
  .object({ ...verificationFields, matchOIDCIdentity: matchOidcIdentity })
  .meta(requiresProvider);

const spec = z
  .object({
    chart: z.string().describe("Name of the chart in a repository, or its path in another source."),
    version: z.string().default("*").describe("Range of versions; without effect but for repositories."),
    sourceRef: sourceReference.describe("Where the chart comes from."),
    interval,
    reconcileStrategy: z
      .enum(["ChartVersion", "Revision"])
      .default("ChartVersion")
      .describe("What makes a new artifact: a new version of the chart, or a new revision of its source."),
    valuesFiles: z
      .array(z.string())
      .optional()
      .describe("Files of the chart that are merged, in this order, into its values.yaml."),
    ignoreMissingValuesFiles: z.boolean().optional().describe("Whether missing `valuesFiles` are left out."),
    verify: verification.optional().describe("Whether, and how, the signature is verified."),
    suspend,
  })
  .meta(
    celRules(
      celRule(
        "!has(self.verify) || self.sourceRef.kind == 'HelmRepository'",
        "spec.verify is only supported when spec.sourceRef.kind is 'HelmRepository'",
      ),
    ),
  );

const status = z
  .object({
    ...reconciledStatus,
    artifact: artifact.optional().describe("The last chart that was packed or pulled."),
    observedChartName: z.string().optional().describe("Name of the chart in the artifact."),
    observedSourceArtifactRevision: z
      .string()
      .optional()
      .describe("Revision of the source that the artifact was made from."),
    observedValuesFiles: z.array(z.string()).optional().describe("The `valuesFiles` that were found."),
    url: z.string().optional().describe("Where the last artifact is served."),
  })
  .default(unobservedStatus);

/** A Helm chart that is taken from a source and published as an artifact. */
export const HelmChart = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "HelmChart",
  plural: "helmcharts",
  shortNames: ["hc"],
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [
    { name: "Chart", jsonPath: ".spec.chart" },
    { name: "Version", jsonPath: ".spec.version" },
    { name: "Source Kind", jsonPath: ".spec.sourceRef.kind" },
    { name: "Source Name", jsonPath: ".spec.sourceRef.name" },
    ageColumn,
    readyColumn,
    statusColumn,
  ],
});
export type HelmChart = ResourceOf<typeof HelmChart>;
