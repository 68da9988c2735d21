import { celRule, celRules } from "@weir/schema";
import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { localReference } from "../references.ts";
import { reconciledStatus, unobservedStatus } from "../status-fields.ts";
import {
  fetchTimeout,
  ignoreRules,
  interval,
  proxySecretRef,
  SOURCE_GROUP,
  secretRef,
  sourceCategories,
  suspend,
} from "./source-fields.ts";

const include = z.object({
  fromPath: z.string().optional().describe("Folder to copy from; the whole artifact by default."),
  repository: localReference.describe("GitRepository whose artifact is included."),
  toPath: z.string().optional().describe("Folder to copy to; the repository's name by default."),
});

const reference = z.object({
  branch: z.string().optional().describe("Branch to follow; `master` when nothing else is said."),
  commit: z.string().optional().describe("Commit to check out; wins over all else."),
  name: z.string().optional().describe("Full name of a reference; wins over branch, tag and semver."),
  semver: z.string().optional().describe("Range of versions; the highest tag in it wins over tag."),
  tag: z.string().optional().describe("Tag to check out; wins over branch."),
});

const verification = z.object({
  mode: z
    .enum(["head", "HEAD", "Tag", "TagAndHEAD"])
    .default("HEAD")
    .describe("Which signatures must be valid: the commit's, the tag's or both."),
  secretRef: localReference.describe("Secret that holds the public keys of trusted authors."),
});

const spec = z
  .object({
    url: z
      .string()
      .regex(/^(http|https|ssh):\/\/.*$/)
      .describe("URL of the repository."),
    interval,
    timeout: fetchTimeout,
    ref: reference.optional().describe("What to check out; the branch `master` by default."),
    secretRef,
    provider: z
      .enum(["generic", "aws", "azure", "github"])
      .optional()
      .describe("How to log in: with the Secret (`generic`), or by the identity of a cloud or a GitHub App."),
    serviceAccountName: z
      .string()
      .optional()
      .describe("ServiceAccount whose identity is used with the provider `azure` or `aws`."),
    proxySecretRef,
    verify: verification.optional().describe("Whether, and how, signatures are verified."),
    ignore: ignoreRules,
    include: z.array(include).optional().describe("Other GitRepositories to copy into the artifact."),
    recurseSubmodules: z.boolean().optional().describe("Whether submodules are fetched, too."),
    sparseCheckout: z.array(z.string()).optional().describe("Folders to check out; all by default."),
    suspend,
  })
  .meta(
    celRules(
      celRule(
        "!has(self.serviceAccountName) || (has(self.provider) && (self.provider == 'azure' || self.provider == 'aws'))",
        "serviceAccountName can only be set when provider is 'azure' or 'aws'",
      ),
    ),
  );

const status = z
  .object({
    ...reconciledStatus,
    artifact: artifact.optional().describe("The last artifact that was made."),
    includedArtifacts: z.array(artifact).optional().describe("The artifacts that were copied into it."),
    observedIgnore: z.string().optional().describe("The `ignore` that it was made with."),
    observedInclude: z.array(include).optional().describe("The `include` that it was made with."),
    observedRecurseSubmodules: z
      .boolean()
      .optional()
      .describe("The `recurseSubmodules` that it was made with."),
    observedSparseCheckout: z
      .array(z.string())
      .optional()
      .describe("The `sparseCheckout` that it was made with."),
    sourceVerificationMode: z.string().optional().describe("The mode that its signature was verified in."),
  })
  .default(unobservedStatus);

/** A Git repository whose revisions are published as artifacts. */
export const GitRepository = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "GitRepository",
  plural: "gitrepositories",
  shortNames: ["gitrepo"],
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [{ name: "URL", jsonPath: ".spec.url" }, ageColumn, readyColumn, statusColumn],
});
export type GitRepository = ResourceOf<typeof GitRepository>;
