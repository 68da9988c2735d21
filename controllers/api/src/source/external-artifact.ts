import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { statusConditions } from "../status-fields.ts";
import { SOURCE_GROUP, sourceCategories } from "./source-fields.ts";

const producer = z.object({
  apiVersion: z.string().optional().describe("API version of the producer."),
  kind: z.string().describe("Kind of the producer."),
  name: z.string().describe("Name of the producer."),
  namespace: z.string().optional().describe("Namespace of the producer."),
});

const spec = z.object({
  sourceRef: producer.optional().describe("The object that the artifact was made for."),
});

const status = z.object({
  artifact: artifact.optional().describe("The last artifact that was made."),
  conditions: statusConditions.optional(),
});

/** An artifact that someone else publishes, for the appliers to consume like those of the sources. */
export const ExternalArtifact = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "ExternalArtifact",
  plural: "externalartifacts",
  shortNames: ["ea"],
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [ageColumn, readyColumn, statusColumn, { name: "Source", jsonPath: ".spec.sourceRef.name" }],
});
export type ExternalArtifact = ResourceOf<typeof ExternalArtifact>;
