import type { Kind, ReadOf } from "@weir/client";
import type { JsonValue } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import { checkStructural, type SchemaNode } from "@weir/schema";
import type { z } from "zod";
import { ConversionFailedError, UnknownVersionError } from "./conversion-error.ts";
import type {
  CustomResourceConversion,
  CustomResourceDefinition,
  CustomResourceVersion,
} from "./custom-resource-definition.ts";
import { InvalidResourceError } from "./invalid-resource-error.ts";
import { type Parsed, parseObject, safeParseObject } from "./parse-object.ts";
import {
  type ConvertedParts,
  convertedObject,
  type DeclaredVersion,
  type ReadResource,
  versionEntry,
  versionSchema,
  type VersionShape,
  type WriteResource,
} from "./resource-versions.ts";

/** What a resource is, said once; its version is the hub that other versions convert to and from. */
export interface ResourceDefinition<
  Group extends string,
  Version extends string,
  Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType,
> extends VersionShape<Version, Spec, Status> {
  readonly group: Group;
  readonly kind: Name;
  /** The name in URLs; by default the kind in lower case with an English plural. */
  readonly plural?: string;
  /** By default the kind in lower case. */
  readonly singular?: string;
  /** By default the kind with `List` behind it. */
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** `Namespaced` by default. */
  readonly scope?: "Namespaced" | "Cluster";
}

/**
 * A further version of a resource and how its objects become those of the hub and back.
 *
 * The functions are pure and see whole objects as they are stored or sent, which may be older than today's types. What
 * the other version has no field for is best kept in an annotation, so that nothing is lost on the way back.
 */
export interface SpokeDefinition<
  Version extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType,
  ReadSpoke,
  ReadHub,
  HubParts,
> extends VersionShape<Version, Spec, Status> {
  /** Objects are stored in this version; by default in the hub's. */
  readonly storage?: boolean;
  readonly toHub: (object: ReadSpoke) => HubParts;
  readonly fromHub: (object: ReadHub) => ConvertedParts<Spec, Status>;
}

/** The parts of a whole object that a conversion to the hub makes. */
export type PartsOf<Write> = {
  readonly [Key in Extract<keyof Write, "spec" | "status">]?: Write[Key];
} & Pick<ConvertedParts<z.ZodType, z.ZodType>, "metadata">;

/**
 * A resource as a value: the kind that clients, caches and controllers take, with its types, and the CRD that makes a
 * cluster serve it.
 */
export interface Resource<Read, Write = Read> extends Kind<Read, Write> {
  readonly plural: string;
  readonly singular: string;
  readonly scope: "Namespaced" | "Cluster";
  readonly shortNames: readonly string[];
  /** The schema of a whole object of the hub. Built at first use and then kept. */
  readonly schema: SchemaNode;
  /** The versions of the CRD, the hub first. */
  readonly versions: readonly CustomResourceVersion[];
  /** Whether a cluster needs a conversion webhook for it: some version's objects are not those of another. */
  readonly hasConversion: boolean;
  /** The CustomResourceDefinition; the same object at every call without arguments. */
  crd(options?: { readonly conversion?: CustomResourceConversion }): CustomResourceDefinition;
  /**
   * Reads an object as an API server would: unknown fields dropped, defaults filled in, validated by the schema.
   *
   * Throws an `InvalidObjectError` in the API server's words. CEL rules are not evaluated.
   */
  parse(value: unknown): Read;
  /** The same, with the refused fields as a value. */
  safeParse(value: unknown): Parsed<Read>;
  /**
   * Converts an object of any declared version to another, through the hub; gives the object itself where it is of that
   * version. Throws an `UnknownVersionError`, or a `ConversionFailedError` with what a conversion function threw.
   */
  convert(object: KubeObject, version: string): KubeObject;
}

/** A resource whose versions can be taken as kinds of their own. */
export interface VersionedResource<Group extends string, Name extends string, Read, Write, Versions>
  extends Resource<Read, Write> {
  /** A version as a kind: `client.get(MyApp.at("v1alpha1"), …)`. */
  at<Version extends string & keyof Versions>(version: Version): Versions[Version];
  /** The resource with one more version. */
  withVersion<const Version extends string, Spec extends z.ZodType, Status extends z.ZodType = z.ZodNever>(
    spoke: SpokeDefinition<
      Version,
      Spec,
      Status,
      ReadResource<`${Group}/${Version}`, Name, Spec, Status>,
      Read,
      PartsOf<Write>
    >,
  ): VersionedResource<
    Group,
    Name,
    Read,
    Write,
    Versions & {
      readonly [V in Version]: Kind<
        ReadResource<`${Group}/${Version}`, Name, Spec, Status>,
        WriteResource<`${Group}/${Version}`, Name, Spec, Status>
      >;
    }
  >;
}

/** What reading a resource gives: `type GitRepository = ResourceOf<typeof GitRepository>`. */
export type ResourceOf<R> = ReadOf<R>;

type AnyDefinition = ResourceDefinition<string, string, string, z.ZodType, z.ZodType>;
type AnySpoke = SpokeDefinition<
  string,
  z.ZodType,
  z.ZodType,
  KubeObject,
  KubeObject,
  ConvertedParts<z.ZodType, z.ZodType>
>;

/** The plural that Kubernetes itself guesses, except that a `y` after a vowel stays. */
export function guessPlural(singular: string): string {
  if (singular.endsWith("s")) return `${singular}es`;
  return /[^aeiou]y$/.test(singular) ? `${singular.slice(0, -1)}ies` : `${singular}s`;
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
 * rules). Further versions are added by `withVersion`. Nothing is converted before `schema`, `versions` or `crd()` is
 * used. Using them throws an `UnsupportedTypeError` for a type that has no structural schema, and an
 * `InvalidResourceError` where an API server would refuse the CRD.
 */
export function defineResource<
  const Group extends string,
  const Version extends string,
  const Name extends string,
  Spec extends z.ZodType,
  Status extends z.ZodType = z.ZodNever,
>(
  definition: ResourceDefinition<Group, Version, Name, Spec, Status>,
): VersionedResource<
  Group,
  Name,
  ReadResource<`${Group}/${Version}`, Name, Spec, Status>,
  WriteResource<`${Group}/${Version}`, Name, Spec, Status>,
  {
    readonly [V in Version]: Kind<
      ReadResource<`${Group}/${Version}`, Name, Spec, Status>,
      WriteResource<`${Group}/${Version}`, Name, Spec, Status>
    >;
  }
> {
  // The types are those of the declaration; what runs knows objects of any shape.
  return build(definition as unknown as AnyDefinition, []) as never;
}

function build(definition: AnyDefinition, spokes: readonly AnySpoke[]): Resource<unknown> {
  const { group, version, kind, scope = "Namespaced" } = definition;
  const singular = definition.singular ?? kind.toLowerCase();
  const plural = definition.plural ?? guessPlural(singular);
  const declared = declaredVersions(definition, spokes);
  const schemas = new Map(declared.map(({ shape }) => [shape.version, once(() => versionSchema(shape))]));
  const schema = (name: string): SchemaNode => schemas.get(name)?.() ?? {};
  const versions = once(() => declared.map((each) => versionEntry(each, schema(each.shape.version))));
  const crd = once(() => definitionOf(definition, { singular, plural, scope, versions: versions() }));
  const hub = { group, version, kind, plural, scope };
  const resource = {
    ...hub,
    singular,
    shortNames: definition.shortNames ?? [],
    hasConversion: spokes.length > 0,
    get schema() {
      return schema(version);
    },
    get versions() {
      return versions();
    },
    crd: ({ conversion }: { readonly conversion?: CustomResourceConversion } = {}) =>
      conversion === undefined ? crd() : { ...crd(), spec: { ...crd().spec, conversion } },
    parse: (value: unknown) => parseObject(hub, schema(version), value as JsonValue),
    safeParse: (value: unknown) => safeParseObject(hub, schema(version), value as JsonValue),
    convert: (object: KubeObject, to: string) =>
      convertObject({ group, kind, version, declared }, object, to),
    at: (name: string) => ({ ...hub, version: name }),
    withVersion: (spoke: AnySpoke) => build(definition, [...spokes, spoke]),
  };
  return resource;
}

/** The hub and its spokes; the last that asks for it is stored. */
function declaredVersions(
  definition: AnyDefinition,
  spokes: readonly AnySpoke[],
): readonly DeclaredVersion[] {
  const stored = spokes.findLast((spoke) => spoke.storage === true)?.version ?? definition.version;
  return [
    { shape: definition, isStored: stored === definition.version },
    ...spokes.map((shape) => ({
      shape,
      isStored: stored === shape.version,
      conversion: { toHub: shape.toHub, fromHub: shape.fromHub },
    })),
  ];
}

function definitionOf(
  definition: AnyDefinition,
  about: {
    readonly singular: string;
    readonly plural: string;
    readonly scope: "Namespaced" | "Cluster";
    readonly versions: readonly CustomResourceVersion[];
  },
): CustomResourceDefinition {
  const { group, kind, shortNames, categories } = definition;
  const { singular, plural, scope, versions } = about;
  for (const { schema, subresources } of versions) {
    const options = { path: "openAPIV3Schema", hasStatusSubresource: subresources?.status !== undefined };
    const problems = checkStructural(schema.openAPIV3Schema, options);
    if (problems.length > 0) throw new InvalidResourceError(kind, problems);
  }
  const names = {
    kind,
    listKind: definition.listKind ?? `${kind}List`,
    plural,
    singular,
    ...(shortNames === undefined ? {} : { shortNames }),
    ...(categories === undefined ? {} : { categories }),
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: { group, names, scope, versions },
  };
}

interface Conversions {
  readonly group: string;
  readonly kind: string;
  /** The hub. */
  readonly version: string;
  readonly declared: readonly DeclaredVersion[];
}

function convertObject(about: Conversions, object: KubeObject, to: string): KubeObject {
  const { group, kind, version: hub, declared } = about;
  const slash = object.apiVersion.lastIndexOf("/");
  const from = object.apiVersion.slice(slash + 1);
  if (object.apiVersion === `${group}/${to}`) return object;
  const find = (version: string): DeclaredVersion => {
    const found = declared.find(({ shape }) => shape.version === version);
    if (found === undefined) throw new UnknownVersionError(kind, `${group}/${version}`);
    return found;
  };
  const source = object.apiVersion.slice(0, Math.max(slash, 0)) === group ? find(from) : undefined;
  if (source === undefined) throw new UnknownVersionError(kind, object.apiVersion);
  const target = find(to);
  try {
    const atHub =
      source.conversion === undefined
        ? object
        : convertedObject(object, `${group}/${hub}`, source.conversion.toHub(object));
    if (target.conversion === undefined) return atHub;
    return convertedObject(atHub, `${group}/${to}`, target.conversion.fromHub(atHub));
  } catch (error) {
    throw new ConversionFailedError(
      { kind, from: object.apiVersion, to: `${group}/${to}` },
      { cause: error },
    );
  }
}
