import type { Kind, ReadOf } from "@weir/client";
import type { ObjectMeta } from "@weir/objects";
import { type CelRule, checkStructural, type SchemaNode, toStructuralSchema } from "@weir/schema";
import type { z } from "zod";
import type {
  CustomResourceDefinition,
  CustomResourceVersion,
  PrinterColumn,
} from "./custom-resource-definition.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { InvalidResourceError } from "./invalid-resource-error.ts";

/** A printer column whose type is `string` unless said otherwise. */
export type PrintColumn = Omit<PrinterColumn, "type"> & Partial<Pick<PrinterColumn, "type">>;

/** What a resource is, said once. */
export interface ResourceDefinition<
  Group extends string,
  Version extends string,
  Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType,
> {
  readonly group: Group;
  readonly version: Version;
  readonly kind: Name;
  /** The name in URLs; by default the kind in lower case with an English plural. */
  readonly plural?: string;
  /** By default the kind in lower case. */
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** `Namespaced` by default. */
  readonly scope?: "Namespaced" | "Cluster";
  readonly description?: string;
  readonly spec: Spec;
  /** Whether an object without a spec is refused; true by default. */
  readonly requiresSpec?: boolean;
  /** With a status, the resource has the subresource of that name. */
  readonly status?: Status;
  readonly printColumns?: readonly PrintColumn[];
  /** CEL rules on the whole object: `self.spec.min <= self.spec.max`. */
  readonly validations?: readonly CelRule[];
  /** Where `/scale` finds the replicas: `{spec: ".spec.replicas", status: ".status.replicas"}`. */
  readonly scale?: { readonly spec: string; readonly status: string; readonly selector?: string };
  /** Fields that field selectors may name, as JSON paths. */
  readonly selectableFields?: readonly string[];
}

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

/**
 * A resource as a value: the kind that clients, caches and controllers take, with its types, and the CRD that makes a
 * cluster serve it.
 */
export interface Resource<Read, Write = Read> extends Kind<Read, Write> {
  readonly plural: string;
  readonly singular: string;
  readonly scope: "Namespaced" | "Cluster";
  /** The schema of a whole object. Built at first use and then kept. */
  readonly schema: SchemaNode;
  /** The versions that the CRD serves, the stored one among them. */
  readonly versions: readonly CustomResourceVersion[];
  /** The CustomResourceDefinition; the same object at every call. */
  crd(): CustomResourceDefinition;
}

/** What reading a resource gives: `type GitRepository = ResourceOf<typeof GitRepository>`. */
export type ResourceOf<R> = ReadOf<R>;

type AnyDefinition = ResourceDefinition<string, string, string, z.ZodType, z.ZodType>;

/** The plural that Kubernetes itself guesses, except that a `y` after a vowel stays. */
function guessPlural(singular: string): string {
  if (singular.endsWith("s")) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
}

function schemaOf(definition: AnyDefinition): SchemaNode {
  const { description, spec, status, validations } = definition;
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
    ...(definition.requiresSpec === false ? {} : { required: ["spec"] }),
    ...(validations === undefined ? {} : { "x-kubernetes-validations": validations }),
  };
}

function subresourcesOf(definition: AnyDefinition): Pick<CustomResourceVersion, "subresources"> {
  const { status, scale } = definition;
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

function versionOf(definition: AnyDefinition, schema: SchemaNode): CustomResourceVersion {
  const { printColumns, selectableFields } = definition;
  return {
    name: definition.version,
    served: true,
    storage: true,
    schema: { openAPIV3Schema: schema },
    ...subresourcesOf(definition),
    ...(printColumns === undefined
      ? {}
      : { additionalPrinterColumns: printColumns.map((column) => ({ type: "string", ...column })) }),
    ...(selectableFields === undefined
      ? {}
      : { selectableFields: selectableFields.map((jsonPath) => ({ jsonPath })) }),
  };
}

/** Computes a value at first use and keeps it, so that declaring a resource costs nothing. */
function once<Value>(compute: () => Value): () => Value {
  let kept: { readonly value: Value } | undefined;
  return () => {
    kept ??= { value: compute() };
    return kept.value;
  };
}

/**
 * Declares a resource: from the types of its spec and status come the CRD with schema, defaults, columns and rules, the
 * type that controllers read and the type that clients write.
 *
 * Types are declared with zod; see `@weir/schema` for Kubernetes' own (durations, quantities, lists with keys, CEL
 * rules). Nothing is converted before `schema`, `versions` or `crd()` is used. Using them throws an
 * `UnsupportedTypeError` for a type that has no structural schema, and an `InvalidResourceError` where an API server
 * would refuse the CRD.
 */
export function defineResource<
  const Group extends string,
  const Version extends string,
  const Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType = z.ZodNever,
>(
  definition: ResourceDefinition<Group, Version, Name, Spec, Status>,
): Resource<
  ReadResource<`${Group}/${Version}`, Name, Spec, Status>,
  WriteResource<`${Group}/${Version}`, Name, Spec, Status>
> {
  const { group, version, kind, shortNames, categories, scope = "Namespaced" } = definition;
  const singular = definition.singular ?? kind.toLowerCase();
  const plural = definition.plural ?? guessPlural(singular);
  const schema = once(() => schemaOf(definition));
  const versions = once((): readonly CustomResourceVersion[] => [versionOf(definition, schema())]);
  const crd = once((): CustomResourceDefinition => {
    const options = { path: "openAPIV3Schema", hasStatusSubresource: definition.status !== undefined };
    const problems = checkStructural(schema(), options);
    if (problems.length > 0) throw new InvalidResourceError(kind, problems);
    const names = {
      kind,
      listKind: `${kind}List`,
      plural,
      singular,
      ...(shortNames === undefined ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
    };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.${group}` },
      spec: { group, names, scope, versions: versions() },
    };
  });
  return {
    group,
    version,
    kind,
    plural,
    singular,
    scope,
    get schema() {
      return schema();
    },
    get versions() {
      return versions();
    },
    crd,
  };
}
