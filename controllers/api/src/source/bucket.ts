import { celRule, celRules } from "@weir/schema";
import { defineResource, type ResourceOf } from "@weir/sdk";
import { z } from "zod";
import { artifact } from "../artifact.ts";
import { ageColumn, readyColumn, statusColumn } from "../print-columns.ts";
import { reconciledStatus, unobservedStatus } from "../status-fields.ts";
import {
  certSecretRef,
  fetchTimeout,
  ignoreRules,
  interval,
  proxySecretRef,
  SOURCE_GROUP,
  secretRef,
  sourceCategories,
  suspend,
} from "./source-fields.ts";

const securityTokenService = z.object({
  provider: z.enum(["aws", "ldap"]).describe("The kind of service."),
  endpoint: z
    .string()
    .regex(/^(http|https):\/\/.*$/)
    .describe("URL of the service."),
  secretRef,
  certSecretRef,
});

const spec = z
  .object({
    bucketName: z.string().describe("Name of the bucket."),
    endpoint: z.string().describe("Host, and port, of the storage service."),
    interval,
    timeout: fetchTimeout,
    provider: z
      .enum(["generic", "aws", "gcp", "azure"])
      .default("generic")
      .describe("The storage service; `generic` is any that speaks S3."),
    prefix: z.string().optional().describe("Objects whose keys begin otherwise are left out."),
    region: z.string().optional().describe("Region of the bucket."),
    insecure: z.boolean().optional().describe("Whether the service is asked over plain HTTP."),
    secretRef,
    certSecretRef,
    proxySecretRef,
    serviceAccountName: z.string().optional().describe("ServiceAccount whose identity is used."),
    sts: securityTokenService.optional().describe("Service that hands out short-lived credentials."),
    ignore: ignoreRules,
    suspend,
  })
  .meta(
    celRules(
      celRule(
        "self.provider == 'aws' || self.provider == 'generic' || !has(self.sts)",
        "STS configuration is only supported for the 'aws' and 'generic' Bucket providers",
      ),
      celRule(
        "self.provider != 'aws' || !has(self.sts) || self.sts.provider == 'aws'",
        "'aws' is the only supported STS provider for the 'aws' Bucket provider",
      ),
      celRule(
        "self.provider != 'generic' || !has(self.sts) || self.sts.provider == 'ldap'",
        "'ldap' is the only supported STS provider for the 'generic' Bucket provider",
      ),
      celRule(
        "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.secretRef)",
        "spec.sts.secretRef is not required for the 'aws' STS provider",
      ),
      celRule(
        "!has(self.sts) || self.sts.provider != 'aws' || !has(self.sts.certSecretRef)",
        "spec.sts.certSecretRef is not required for the 'aws' STS provider",
      ),
      celRule(
        "self.provider != 'generic' || !has(self.serviceAccountName)",
        "ServiceAccountName is not supported for the 'generic' Bucket provider",
      ),
      celRule(
        "!has(self.secretRef) || !has(self.serviceAccountName)",
        "cannot set both .spec.secretRef and .spec.serviceAccountName",
      ),
    ),
  );

const status = z
  .object({
    ...reconciledStatus,
    artifact: artifact.optional().describe("The last artifact that was made."),
    observedIgnore: z.string().optional().describe("The `ignore` that it was made with."),
    url: z.string().optional().describe("Where the last artifact is served."),
  })
  .default(unobservedStatus);

/** A bucket of an object store whose content is published as artifacts. */
export const Bucket = defineResource({
  group: SOURCE_GROUP,
  version: "v1",
  kind: "Bucket",
  plural: "buckets",
  categories: sourceCategories,
  spec,
  requiresSpec: false,
  status,
  printColumns: [{ name: "Endpoint", jsonPath: ".spec.endpoint" }, ageColumn, readyColumn, statusColumn],
});
export type Bucket = ResourceOf<typeof Bucket>;
