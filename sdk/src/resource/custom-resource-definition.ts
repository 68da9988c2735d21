import type { SchemaNode } from "@weir/schema";

/** A column that `kubectl get` shows. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "string" | "integer" | "number" | "boolean" | "date";
  readonly jsonPath: string;
  readonly description?: string;
  readonly format?: string;
  /** Columns above 0 are shown with `-o wide` only. */
  readonly priority?: number;
}

/** The paths by which `/scale` reads and writes replicas. */
export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** One version of a CustomResourceDefinition. */
export interface CustomResourceVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema: { readonly openAPIV3Schema: SchemaNode };
  readonly subresources?: {
    readonly status?: Readonly<Record<string, never>>;
    readonly scale?: ScalePaths;
  };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

/** The names of a custom resource. */
export interface CustomResourceNames {
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

/** Where an API server finds a webhook: a URL, or a Service of the cluster. */
export interface WebhookClientConfig {
  readonly url?: string;
  readonly service?: {
    readonly namespace: string;
    readonly name: string;
    readonly path?: string;
    readonly port?: number;
  };
  /** What the API server trusts, PEM in base64. */
  readonly caBundle?: string;
}

/** How objects get from one version to another. */
export type CustomResourceConversion =
  | { readonly strategy: "None" }
  | {
      readonly strategy: "Webhook";
      readonly webhook: {
        readonly clientConfig: WebhookClientConfig;
        readonly conversionReviewVersions: readonly string[];
      };
    };

/** A CustomResourceDefinition as it is applied to a cluster. */
export type CustomResourceDefinition = {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: CustomResourceNames;
    readonly scope: "Namespaced" | "Cluster";
    readonly versions: readonly CustomResourceVersion[];
    readonly conversion?: CustomResourceConversion;
  };
};
