import { celRule, celRules, duration } from "@weir/schema";
import { z } from "zod";

const timeout = duration().optional().describe("Longest time for one operation of the action.");
const disableHooks = z.boolean().optional().describe("Whether the chart's hooks are not run.");
const disableWait = z.boolean().optional().describe("Whether the objects' health is not waited for.");
const disableWaitForJobs = z.boolean().optional().describe("Whether Jobs are not waited for.");
const cleanupOnFail = z
  .boolean()
  .optional()
  .describe("Whether objects that the failed action made are deleted.");
const crds = z
  .enum(["Skip", "Create", "CreateReplace"])
  .optional()
  .describe("What is done with the chart's CRDs.");
const serverSideApply = z
  .enum(["enabled", "disabled", "auto"])
  .optional()
  .describe("Whether objects are applied by the server; as the release before by default (`auto`).");

const installRemediation = {
  retries: z.int().optional().describe("How often to try again; without end below 0."),
  ignoreTestFailures: z.boolean().optional().describe("Whether failed tests count as no failure."),
  remediateLastFailure: z.boolean().optional().describe("Whether the last failure is undone, too."),
};

const strategyFields = {
  name: z
    .enum(["RemediateOnFailure", "RetryOnFailure"])
    .describe("Whether a failure is undone before the next try, or tried again as it stands."),
  retryInterval: duration().optional().describe("When to try again; 5m by default."),
};

const installStrategy = z
  .object(strategyFields)
  .meta(
    celRules(
      celRule(
        "!has(self.retryInterval) || self.name != 'RemediateOnFailure'",
        ".retryInterval cannot be set when .name is 'RemediateOnFailure'",
      ),
    ),
  );

const upgradeStrategy = z
  .object(strategyFields)
  .meta(
    celRules(
      celRule(
        "!has(self.retryInterval) || self.name == 'RetryOnFailure'",
        ".retryInterval can only be set when .name is 'RetryOnFailure'",
      ),
    ),
  );

const changeFields = {
  timeout,
  crds,
  disableHooks,
  disableOpenAPIValidation: z
    .boolean()
    .optional()
    .describe("Whether objects are not validated by the cluster's OpenAPI."),
  disableSchemaValidation: z
    .boolean()
    .optional()
    .describe("Whether values are not validated by the chart's schema."),
  disableTakeOwnership: z
    .boolean()
    .optional()
    .describe("Whether objects of other releases are not taken over."),
  disableWait,
  disableWaitForJobs,
};

/** How a release is installed. */
export const install = z.object({
  ...changeFields,
  createNamespace: z.boolean().optional().describe("Whether the target namespace is created."),
  replace: z.boolean().optional().describe("Whether the name of a deleted release is used again."),
  serverSideApply: z.boolean().optional().describe("Whether objects are applied by the server."),
  skipCRDs: z.boolean().optional().describe("Superseded by `crds`."),
  remediation: z.object(installRemediation).optional().describe("What is done after a failure."),
  strategy: installStrategy.optional().describe("How a failure is dealt with."),
});

/** How a release is upgraded. */
export const upgrade = z.object({
  ...changeFields,
  chartNameChangeStrategy: z
    .enum(["InPlaceUpdate", "Reinstall"])
    .optional()
    .describe("What is done when the chart has another name than before."),
  cleanupOnFail,
  force: z.boolean().optional().describe("Whether objects are replaced when a change is refused."),
  preserveValues: z.boolean().optional().describe("Whether the values of the last release are kept."),
  serverSideApply,
  remediation: z
    .object({
      ...installRemediation,
      strategy: z.enum(["rollback", "uninstall"]).optional().describe("How a failure is undone."),
    })
    .optional()
    .describe("What is done after a failure."),
  strategy: upgradeStrategy.optional().describe("How a failure is dealt with."),
});

/** How a release is tested. */
export const test = z.object({
  enable: z.boolean().optional().describe("Whether the chart's tests are run after install and upgrade."),
  filters: z
    .array(
      z.object({
        name: z.string().min(1).max(253).describe("Name of the test."),
        exclude: z.boolean().optional().describe("Whether it is left out instead of picked."),
      }),
    )
    .optional()
    .describe("Which tests are run; all by default."),
  ignoreFailures: z.boolean().optional().describe("Whether failed tests count as no failure."),
  timeout,
});

/** How a release is rolled back. */
export const rollback = z.object({
  cleanupOnFail,
  disableHooks,
  disableWait,
  disableWaitForJobs,
  force: z.boolean().optional().describe("Whether objects are replaced when a change is refused."),
  recreate: z.boolean().optional().describe("Without effect."),
  serverSideApply,
  timeout,
});

/** How a release is uninstalled. */
export const uninstall = z.object({
  deletionPropagation: z
    .enum(["background", "foreground", "orphan"])
    .default("background")
    .describe("How dependents of the deleted objects go."),
  disableHooks,
  disableWait,
  keepHistory: z.boolean().optional().describe("Whether the release's record is kept."),
  timeout,
});
