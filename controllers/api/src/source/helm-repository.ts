import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { reconciledStatus, unobservedStatus } from "../status-fields.ts";
import {
  certSecretRef,
  interval,
  SOURCE_GROUP,
  secretRef,
  sourceCategories,
  suspend,
  timeLimit,
} from "./source-fields.ts";

const accessFrom = z.object({
  namespaceSelectors: z
    .array(
      z.object({
        matchLabels: z.record(z.string(), z.string()).optional().describe("Labels of the namespace."),
      }),
    )
    .describe("Namespaces that may refer to the repository, if one matches."),
});

const spec = z.object({
  url: z
    .string()
    .regex(/^(http|https|oci):\/\/.*$/)
    .describe("URL of the repository."),
  type: z
    .enum(["default", "oci"])
    .optional()
    .describe("Whether it is a repository with an index, or a registry (`oci`)."),
  interval: interval.optional(),
  timeout: timeLimit.optional().describe("Longest time that one fetch may take; 60s by default."),
  provider: z
    .enum(["generic", "aws", "azure", "gcp"])
    .default("generic")
    .describe("How to log in to a registry: with the Secret (`generic`) or by the identity of a cloud."),
  secretRef,
  certSecretRef,
  passCredentials: z
    .boolean()
    .optional()
    .describe("Whether the credentials are sent to other hosts that the index names."),
  insecure: z.boolean().optional().describe("Whether a registry is asked over plain HTTP."),
  accessFrom: accessFrom.optional().describe("Who may refer to the repository; without effect."),
  suspend,
});

const status = z
  .object({
    ...reconciledStatus,
    artifact: artifact.optional().describe("The last index that was fetched."),
    url: z.string().optional().describe("Where the last index is served."),
  })
  .default(unobservedStatus);

/** A Helm repository, whose index is published, or a registry that holds charts. */
export const HelmRepository = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "HelmRepository",
  plural: "helmrepositories",
  shortNames: ["helmrepo"],
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [{ name: "URL", jsonPath: ".spec.url" }, ageColumn, readyColumn, statusColumn],
});
export type HelmRepository = ResourceOf<typeof HelmRepository>;
