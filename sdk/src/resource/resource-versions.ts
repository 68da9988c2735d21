import type { JsonValue } from "@weir/core";
import type { KubeObject, ObjectMeta } from "@weir/objects";
import { type CelRule, type SchemaNode, toStructuralSchema } from "@weir/schema";
import type { z } from "zod";
import type { CustomResourceVersion, PrinterColumn } from "./custom-resource-definition.ts";
import type { DeepReadonly } from "./deep-readonly.ts";

/** A printer column whose type is `string` unless said otherwise. */
export type PrintColumn = Omit<PrinterColumn, "type"> & Partial<Pick<PrinterColumn, "type">>;

/** What each version of a resource says for itself. */
export interface VersionShape<Version extends string, Spec extends z.ZodType, Status extends z.ZodType> {
  readonly version: Version;
  readonly description?: string;
  readonly spec: Spec;
  /** Whether an object without a spec is refused; true by default. */
  readonly requiresSpec?: boolean;
  /** With a status, the version has the subresource of that name. */
  readonly status?: Status;
  readonly printColumns?: readonly PrintColumn[];
  /** CEL rules on the whole object: `self.spec.min <= self.spec.max`. */
  readonly validations?: readonly CelRule[];
  /** Where `/scale` finds the replicas: `{spec: ".spec.replicas", status: ".status.replicas"}`. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector?: string };
  /** Fields that field selectors may name, as JSON paths. */
  readonly selectableFields?: readonly string[];
  /** Whether the API server answers requests to this version; true by default. */
  readonly served?: boolean;
  /** Warns whoever uses this version: with Kubernetes' own words, or with these. */
  readonly deprecated?: boolean | string;
}

/** What a conversion function makes; metadata stays as it is but for labels and annotations that are given. */
export type ConvertedParts<Spec extends z.ZodType, Status extends z.ZodType> = {
  readonly spec?: DeepReadonly<z.input<Spec>>;
  readonly status?: DeepReadonly<Exclude<z.input<Status>, undefined>>;
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
};

/** What reading a resource gives: defaults are applied, nothing may be changed. */
export type ReadResource<
  ApiVersion extends string,
  Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType,
> = {
  readonly apiVersion: ApiVersion;
  readonly kind: Name;
  readonly metadata: ObjectMeta & { readonly name: string };
  readonly spec: DeepReadonly<z.output<Spec>>;
  readonly status?: DeepReadonly<Exclude<z.output<Status>, undefined>>;
};

/** What writing a resource takes: what has a default may be left out, as may `apiVersion` and `kind`. */
export type WriteResource<
  ApiVersion extends string,
  Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType,
> = {
  readonly apiVersion?: ApiVersion;
  readonly kind?: Name;
  readonly metadata: ObjectMeta;
  readonly spec: DeepReadonly<z.input<Spec>>;
  readonly status?: DeepReadonly<Exclude<z.input<Status>, undefined>>;
};

/** A version as the resource keeps it, its types forgotten. */
export interface DeclaredVersion {
  readonly shape: VersionShape<string, z.ZodType, z.ZodType>;
  readonly isStored: boolean;
  /** Absent of the hub, which needs no conversion to itself. */
  readonly conversion?: {
    readonly toHub: (object: KubeObject) => ConvertedParts<z.ZodType, z.ZodType>;
    readonly fromHub: (object: KubeObject) => ConvertedParts<z.ZodType, z.ZodType>;
  };
}

/** The schema of a whole object of one version. */
export function versionSchema(shape: DeclaredVersion["shape"]): SchemaNode {
  const { description, spec, status, validations } = shape;
  return {
    type: "object",
    ...(description === undefined ? {} : { description }),
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: toStructuralSchema(spec, "spec"),
      ...(status === undefined ? {} : { status: toStructuralSchema(status, "status") }),
    },
    ...(shape.requiresSpec === false ? {} : { required: ["spec"] }),
    ...(validations === undefined ? {} : { "x-kubernetes-validations": validations }),
  };
}

/** The entry of a version in the CRD. */
export function versionEntry(declared: DeclaredVersion, schema: SchemaNode): CustomResourceVersion {
  const { shape, isStored } = declared;
  const { printColumns, selectableFields, deprecated = false } = shape;
  return {
    name: shape.version,
    served: shape.served !== false,
    storage: isStored,
    ...(deprecated === false ? {} : { deprecated: true }),
    ...(typeof deprecated === "string" ? { deprecationWarning: deprecated } : {}),
    schema: { openAPIV3Schema: schema },
    ...subresourcesOf(shape),
    ...(printColumns === undefined
      ? {}
      : { additionalPrinterColumns: printColumns.map((column) => ({ type: "string", ...column })) }),
    ...(selectableFields === undefined
      ? {}
      : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
  };
}

function subresourcesOf(shape: DeclaredVersion["shape"]): Pick<CustomResourceVersion, "subresources"> {
  const { status, scale } = shape;
  if (status === undefined && scale === undefined) return {};
  return {
    subresources: {
      ...(status === undefined ? {} : { status: {} }),
      ...(scale === undefined
        ? {}
        : {
            scale: {
              specReplicasPath: scale.spec,
              statusReplicasPath: scale.status,
              ...(scale.selector === undefined ? {} : { labelSelectorPath: scale.selector }),
            },
          }),
    },
  };
}

/** Puts what a conversion function made in the place of what it was made from. */
export function convertedObject(
  object: KubeObject,
  apiVersion: string,
  parts: ConvertedParts<z.ZodType, z.ZodType>,
): KubeObject {
  const {
    spec: _spec,
    status: _status,
    metadata,
    ...rest
  } = object as KubeObject & Record<string, JsonValue>;
  const { labels, annotations } = parts.metadata ?? {};
  return {
    ...rest,
    apiVersion,
    metadata: {
      ...metadata,
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
    ...(parts.spec === undefined ? {} : { spec: parts.spec }),
    ...(parts.status === undefined ? {} : { status: parts.status }),
  } as KubeObject;
}
