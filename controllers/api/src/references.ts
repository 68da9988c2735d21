import { celRule, celRules } from "@weir/schema";
import { z } from "zod";

/** A reference to an object of a known kind in the same namespace. */
export const localReference = z.object({
  name: z.string().describe("Name of the object."),
});

/** A reference to a Secret that holds a kubeconfig. */
const kubeConfigSecretReference = z.object({
  name: z.string().describe("Name of the Secret."),
  key: z.string().optional().describe("Key of the kubeconfig; `value` or `value.yaml` by default."),
});

const oneKubeConfig =
  "exactly one of spec.kubeConfig.configMapRef or spec.kubeConfig.secretRef must be specified";

/** Where another cluster and its credentials are described. */
export const kubeConfigReference = z
  .object({
    configMapRef: localReference
      .optional()
      .describe("ConfigMap that names a provider, a cluster and how to log in to it."),
    secretRef: kubeConfigSecretReference.optional().describe("Secret that holds a kubeconfig."),
  })
  .meta(
    celRules(
      celRule("has(self.configMapRef) || has(self.secretRef)", oneKubeConfig),
      celRule("!has(self.configMapRef) || !has(self.secretRef)", oneKubeConfig),
    ),
  );

/** An object that must be ready first. */
export const dependencyReference = z.object({
  name: z.string().describe("Name of the object."),
  namespace: z.string().optional().describe("Its namespace; that of this object by default."),
  readyExpr: z
    .string()
    .optional()
    .describe("CEL expression over `self` and `dep` that says when the dependency is ready."),
});

/** An object whose health is waited for. */
export const healthCheckReference = z.object({
  apiVersion: z.string().optional().describe("API version of the object."),
  kind: z.string().describe("Kind of the object."),
  name: z.string().describe("Name of the object."),
  namespace: z.string().optional().describe("Namespace of the object."),
});

/** How the health of a kind is read from its objects. */
export const healthCheckExpressions = z.object({
  apiVersion: z.string().describe("API version of the kind."),
  kind: z.string().optional().describe("The kind; all of the API version by default."),
  current: z.string().describe("CEL expression that holds when an object is ready."),
  inProgress: z.string().optional().describe("CEL expression that holds while an object is on its way."),
  failed: z.string().optional().describe("CEL expression that holds when an object failed."),
});

/** Labels and annotations that are put on every object that is applied. */
export const commonMetadata = z.object({
  annotations: z.record(z.string(), z.string()).optional().describe("Annotations to add."),
  labels: z.record(z.string(), z.string()).optional().describe("Labels to add."),
});
