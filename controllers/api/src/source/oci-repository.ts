import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { localReference } from "../references.ts";
import { reconciledStatus, unobservedStatus } from "../status-fields.ts";
import {
  certSecretRef,
  fetchTimeout,
  ignoreRules,
  interval,
  matchOidcIdentity,
  proxySecretRef,
  requiresProvider,
  SOURCE_GROUP,
  secretRef,
  sourceCategories,
  suspend,
  verificationFields,
} from "./source-fields.ts";

const layerSelector = z.object({
  mediaType: z.string().optional().describe("Media type of the layer; the first layer by default."),
  operation: z
    .enum(["extract", "copy"])
    .optional()
    .describe("Whether the layer is unpacked and packed again (`extract`) or stored as it is (`copy`)."),
});

const reference = z.object({
  digest: z.string().optional().describe("Digest to pull; wins over all else."),
  semver: z.string().optional().describe("Range of versions; the highest tag in it wins over tag."),
  semverFilter: z.string().optional().describe("Regular expression that tags must match before `semver`."),
  tag: z.string().optional().describe("Tag to pull; `latest` by default."),
});

const verification = z
  .object({
    ...verificationFields,
    matchOIDCIdentity: matchOidcIdentity,
    trustedRootSecretRef: localReference
      .optional()
      .describe("Secret that holds the `trusted_root.json` of a private Sigstore."),
  })
  .meta(requiresProvider);

const spec = z.object({
  url: z
    .string()
    .regex(/^oci:\/\/.*$/)
    .describe("URL of the repository in the registry, without a tag."),
  interval,
  timeout: fetchTimeout,
  ref: reference.optional().describe("What to pull; the tag `latest` by default."),
  layerSelector: layerSelector.optional().describe("Which layer becomes the artifact."),
  provider: z
    .enum(["generic", "aws", "azure", "gcp"])
    .default("generic")
    .describe("How to log in: with the Secret (`generic`) or by the identity of a cloud."),
  secretRef,
  serviceAccountName: z
    .string()
    .optional()
    .describe("ServiceAccount whose pull secrets or identity are used."),
  certSecretRef,
  proxySecretRef,
  insecure: z.boolean().optional().describe("Whether the registry is asked over plain HTTP."),
  verify: verification.optional().describe("Whether, and how, the signature is verified."),
  ignore: ignoreRules,
  suspend,
});

const status = z
  .object({
    ...reconciledStatus,
    artifact: artifact.optional().describe("The last artifact that was made."),
    observedIgnore: z.string().optional().describe("The `ignore` that it was made with."),
    observedLayerSelector: layerSelector.optional().describe("The `layerSelector` that it was made with."),
    url: z.string().optional().describe("Where the last artifact is served."),
  })
  .default(unobservedStatus);

/** A repository in an OCI registry whose revisions are published as artifacts. */
export const OCIRepository = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "OCIRepository",
  plural: "ocirepositories",
  shortNames: ["ocirepo"],
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [{ name: "URL", jsonPath: ".spec.url" }, readyColumn, statusColumn, ageColumn],
});
export type OCIRepository = ResourceOf<typeof OCIRepository>;
