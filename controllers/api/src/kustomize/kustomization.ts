import { duration, int64, timestamp } from "@weir/schema";
import { type DeepReadonly, defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { applierCategories } from "../applier-categories.ts";
import { ignoreRule, image, patch } from "../object-selector.ts";
import { applierColumns } from "../print-columns.ts";
import {
  commonMetadata,
  dependencyReference,
  healthCheckExpressions,
  healthCheckReference,
  kubeConfigReference,
  localReference,
} from "../references.ts";
import { inventory, reconciledStatus, unobservedStatus } from "../status-fields.ts";

const sourceReference = z.object({
  apiVersion: z.string().optional().describe("API version of the source."),
  kind: z
    .enum(["OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"])
    .describe("Kind of the source."),
  name: z.string().describe("Name of the source."),
  namespace: z.string().optional().describe("Its namespace; that of the Kustomization by default."),
});

const substituteReference = z.object({
  kind: z.enum(["Secret", "ConfigMap"]).describe("What holds the variables."),
  name: z.string().min(1).max(253).describe("Name of the object."),
  optional: z.boolean().default(false).describe("Whether it may be missing."),
});

const postBuild = z.object({
  substitute: z.record(z.string(), z.string()).optional().describe("Variables and their values."),
  substituteFrom: z
    .array(substituteReference)
    .optional()
    .describe("Objects that hold variables; later ones win, `substitute` wins over all."),
  substituteStrategy: z
    .enum(["WithVariables", "Always"])
    .optional()
    .describe("Whether `${…}` is replaced when no variable is given; `WithVariables` by default."),
});

const decryption = z.object({
  provider: z.enum(["sops"]).describe("The tool that encrypted."),
  secretRef: localReference.optional().describe("Secret that holds the keys."),
  serviceAccountName: z.string().optional().describe("ServiceAccount whose identity opens cloud keys."),
});

const spec = z.object({
  sourceRef: sourceReference.describe("Source of the manifests."),
  path: z.string().optional().describe("Folder in the source; its root by default."),
  interval: duration().describe("How often to reconcile when nothing changed."),
  retryInterval: duration().optional().describe("When to try again after a failure; `interval` by default."),
  timeout: duration().optional().describe("Longest time for one run, health checks included."),
  prune: z.boolean().describe("Whether objects that left the source are deleted."),
  deletionPolicy: z
    .enum(["MirrorPrune", "Delete", "WaitForTermination", "Orphan"])
    .optional()
    .describe("What becomes of the objects when the Kustomization is deleted; as `prune` by default."),
  wait: z.boolean().optional().describe("Whether the health of all applied objects is waited for."),
  healthChecks: z.array(healthCheckReference).optional().describe("Objects whose health is waited for."),
  healthCheckExprs: z
    .array(healthCheckExpressions)
    .optional()
    .describe("How the health of kinds is read from their objects."),
  force: z.boolean().default(false).describe("Whether objects are recreated when a change is refused."),
  dependsOn: z.array(dependencyReference).optional().describe("Kustomizations that must be ready first."),
  targetNamespace: z.string().min(1).max(63).optional().describe("Namespace of all objects."),
  namePrefix: z.string().min(1).max(200).optional().describe("What to put before the names."),
  nameSuffix: z.string().min(1).max(200).optional().describe("What to put behind the names."),
  commonMetadata: commonMetadata.optional().describe("Labels and annotations of all objects."),
  patches: z.array(patch).optional().describe("Changes to the built objects."),
  images: z.array(image).optional().describe("Images to replace."),
  components: z.array(z.string()).optional().describe("Components to build in, as relative paths."),
  ignoreMissingComponents: z.boolean().optional().describe("Whether missing components are left out."),
  buildMetadata: z
    .array(z.enum(["originAnnotations", "transformerAnnotations"]))
    .optional()
    .describe("Annotations that tell where an object comes from."),
  postBuild: postBuild.optional().describe("Variables to replace in the built objects."),
  decryption: decryption.optional().describe("How encrypted files are opened."),
  ignore: z.array(ignoreRule).optional().describe("Fields that are left to others."),
  kubeConfig: kubeConfigReference.optional().describe("Another cluster to apply to."),
  serviceAccountName: z.string().optional().describe("ServiceAccount to apply as."),
  suspend: z.boolean().optional().describe("Leaves the objects as they are until unset."),
});

const historyEntry = z.object({
  digest: z.string().describe("Digest of the applied objects."),
  firstReconciled: timestamp().describe("When they were first applied."),
  lastReconciled: timestamp().describe("When they were last applied."),
  lastReconciledDuration: z.string().describe("How long that took."),
  lastReconciledStatus: z.string().describe("Reason of the Ready condition after it."),
  metadata: z.record(z.string(), z.string()).optional().describe("Revisions they were built from."),
  totalReconciliations: int64().describe("How often they were applied."),
});

const status = z
  .object({
    ...reconciledStatus,
    history: z.array(historyEntry).optional().describe("What was applied lately, the latest first."),
    inventory: inventory.optional().describe("The objects that were applied."),
    lastAppliedRevision: z.string().optional().describe("The last revision that was applied."),
    lastAppliedOriginRevision: z
      .string()
      .optional()
      .describe("What the last applied revision was made from, where the source tells."),
    lastAttemptedRevision: z.string().optional().describe("The last revision that was tried."),
  })
  .default(unobservedStatus);

/** A folder of a source that is built and applied to a cluster. */
export const Kustomization = defineResource({
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  kind: "Kustomization",
  plural: "kustomizations",
  shortNames: ["ks"],
  categories: applierCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: applierColumns,
});
export type Kustomization = ResourceOf<typeof Kustomization>;

/** What a Kustomization applied once, as its history keeps it. */
export type KustomizationHistoryEntry = DeepReadonly<z.output<typeof historyEntry>>;
