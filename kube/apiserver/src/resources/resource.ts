import type { ReadBody } from "../http/read-body.ts";
import type { GoReader } from "@weir/builtin";
import type { JsonObject, JsonValue, Random } from "@weir/core";
import type { KubeObject } from "@weir/objects";
import type { FieldError, NullHandling, SchemaNode } from "@weir/schema";
import type { AuditRecord } from "../audit/audit-record.ts";
import type { UserInfo } from "../auth/user-info.ts";
import type { Call } from "./call.ts";
import { parseVersion } from "./draft-access.ts";

/** An object while the server works on it; it becomes a `KubeObject` when it is stored. */
export type Draft = Record<string, JsonValue>;

/** A column of a Table. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
  readonly description: string;
}

/** A subresource and the kind that it speaks. */
export interface Subresource {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

/** What reading a body as a kind gave. */
export interface DecodedBody {
  readonly object: Draft;
  readonly unknownFields: readonly string[];
  /** Paths of lists and maps without items, which a built-in kind does not hold. */
  readonly emptied: readonly string[];
}

/** The object of a body that has been read for a write, whose empty lists and maps its rules are to know. */
export function objectOf({ object, emptied }: DecodedBody, call: Call): Draft {
  call.emptied.length = 0;
  if (emptied.length > 0) call.emptied.push(...emptied);
  return object;
}

/** One write as the rules of a kind see it. */
export interface WriteContext {
  readonly resource: Resource;
  readonly namespace: string;
  readonly user: UserInfo;
  readonly isDryRun: boolean;
  /** The time of the write, RFC 3339 with whole seconds. */
  readonly now: string;
  readonly random: Random;
  readonly warn: (message: string) => void;
  /** Whether the general rules found nothing in the metadata of an update that the kind's own could find again. */
  readonly hasCleanMetadata?: boolean;
  /** Told what admission has to say to an audit log; absent where there is none. */
  readonly audit?: AuditRecord | undefined;
  /**
   * Paths of lists and maps that were written without items. The object does not hold them; rules that tell them from none
   * look here, as what is stored has none that are empty.
   */
  readonly emptied: readonly string[];
}

/**
 * Begins the write of an object, before its kind's rules look at it: gives it what only the server can give, and throws where
 * that cannot be. The function that comes back is called once the write is over, whatever came of it.
 */
// oxlint-disable-next-line max-params -- what is written, over what, and whether it counts
export type BeginWrite = (
  call: Call,
  object: Draft,
  old: KubeObject | undefined,
  isDryRun: boolean,
) => Promise<() => void>;

/** The rules of a kind's main resource and of its status: what a write may set, and what is wrong with it. */
export interface Strategy {
  /** PUT of a missing object creates it. */
  readonly allowsCreateOnUpdate: boolean;
  /** PUT without a resourceVersion overwrites. */
  readonly allowsUnconditionalUpdate: boolean;
  /** Paths of fields that a write never sets, with all below them: `["status"]`. */
  readonly resetFields: readonly (readonly string[])[];
  /** The same of a write of the status; absent where that leaves the spec alone, and the metadata where it is known to. */
  readonly statusResetFields?: readonly (readonly string[])[];
  /** The object counts generations. */
  readonly hasGeneration: boolean;
  /** The kind's own rules look at the metadata of an update where upstream's do. */
  readonly checksMetadata?: boolean;
  readonly begin?: BeginWrite;
  prepareForCreate(object: Draft, context: WriteContext): void;
  prepareForUpdate(object: Draft, old: KubeObject, context: WriteContext): void;
  validate(object: KubeObject, context: WriteContext): readonly FieldError[];
  validateUpdate(object: KubeObject, old: KubeObject, context: WriteContext): readonly FieldError[];
  /** Changes a status that is written, before anything looks at it. */
  prepareStatus?(object: Draft, old: KubeObject, context: WriteContext): void;
  /** What is wrong with a status that is written; absent where nothing can be. */
  validateStatus?(object: KubeObject, old: KubeObject, context: WriteContext): readonly FieldError[];
}

/** A resource in one of the versions in which it is served. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly listKind: string;
  readonly plural: string;
  readonly singular: string;
  readonly isNamespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: ReadonlyMap<string, Subresource>;
  /** Where the objects are: shared by all versions, and by core and events.k8s.io Events. */
  readonly storagePrefix: string;
  /** apiVersion in which objects lie in the store. */
  readonly storageVersion: string;
  readonly storageVersionHash: string | undefined;
  /** A custom resource: list items carry kind and apiVersion, unknown fields are pruned. */
  readonly isCustom: boolean;
  readonly schema: SchemaNode | undefined;
  /** The schema of a version of a custom resource that is not served; `undefined` where there is no such version. */
  unservedSchema?(apiVersion: string): SchemaNode | undefined;
  readonly strategy: Strategy;
  /** Columns of a Table after which the cells are printed; `undefined` for name and age alone. */
  readonly columns: readonly Column[] | undefined;
  readonly cells: ((object: KubeObject, now: number) => readonly JsonValue[]) | undefined;
  /** What a row says of an object that is done, so that clients can leave it out. */
  readonly rowConditions?: ((object: KubeObject) => readonly JsonObject[]) | undefined;
  /** Fields of field selectors, and how they are read. */
  readonly selectableFields: readonly string[];
  fieldValue(object: KubeObject, field: string): string;
  /** True where stored text is what is served, but for kind, apiVersion and resourceVersion. */
  readonly servesStoredText: boolean;
  /**
   * Checks types and drops what the kind does not know; throws a 400. `numbers` are texts of the body's. The `reader` words what
   * is wrong with an object of a built-in kind: encoding/json by default.
   */
  decode(body: JsonObject, numbers?: ReadBody["numbers"], reader?: GoReader): DecodedBody;
  /**
   * The same for what an apply came to, where that is read otherwise: embedded resources and unknown fields stay as they are
   * until the object is read from the store.
   */
  decodeMerged?(object: JsonObject): DecodedBody;
  /** Writes the kind's defaults; may give the same object. A custom resource drops nulls where its schema has none. */
  applyDefaults(object: JsonObject, nulls?: NullHandling): Draft;
  /** The object as it comes back from the store, where reading it there changes anything; may give the same one. */
  settle(object: Draft): Draft;
  /** From the stored version to this one. */
  fromStorage(object: KubeObject): KubeObject;
  /** From this version to the stored one. */
  toStorage(object: KubeObject): KubeObject;
  /** Converts stored objects by asking a webhook, so that `fromStorage` knows them; absent where nobody is asked. */
  convertStored?: ((objects: readonly KubeObject[]) => Promise<void>) | undefined;
  /** Converts an object of this version to another by asking a webhook; absent where nobody is asked. */
  convertTo?: ((object: KubeObject, apiVersion: string) => Promise<KubeObject>) | undefined;
  /** Warning of every request to a deprecated version. */
  readonly deprecation: string | undefined;
}

/** An object as it is stored, whoever has to be asked for that. */
export async function toStored(resource: Resource, object: KubeObject): Promise<KubeObject> {
  if (resource.convertTo === undefined) return resource.toStorage(object);
  return resource.toStorage(await resource.convertTo(object, resource.storageVersion));
}

/** A stored object as the resource serves it, whoever has to be asked for that. */
export async function fromStored(resource: Resource, object: KubeObject): Promise<KubeObject> {
  await resource.convertStored?.([object]);
  return resource.fromStorage(object);
}

/** `apps/v1`, `v1`. */
export function apiVersionOf(resource: { readonly group: string; readonly version: string }): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The internal Go type of an object or a list, as two messages name it. */
export function goTypeOf(resource: Resource, isList: boolean): string {
  if (resource.isCustom) return isList ? "*unstructured.UnstructuredList" : "*unstructured.Unstructured";
  return `*${goKindOf(isList ? { group: resource.group, kind: resource.listKind } : resource)}`;
}

/** A built-in kind as upstream's own code names its type. */
export function goKindOf({ group, kind }: { readonly group: string; readonly kind: string }): string {
  return `${group === "" ? "core" : (group.split(".")[0] ?? "")}.${kind}`;
}

/** Group and kind, as a 422 names them: a kind that is stored for another group is named as that group's. */
export function groupKind(resource: Resource): { readonly group: string; readonly kind: string } {
  if (resource.isCustom) return { group: resource.group, kind: resource.kind };
  return { group: parseVersion(resource.storageVersion).group, kind: resource.kind };
}

/** Group and plural, as errors name a resource. */
export function groupResource(resource: Resource): { readonly group: string; readonly resource: string } {
  return { group: resource.group, resource: resource.plural };
}

/** The key of an object in the store. */
export function storageKey(resource: Resource, namespace: string, name: string): string {
  return resource.isNamespaced
    ? `${resource.storagePrefix}${namespace}/${name}`
    : `${resource.storagePrefix}${name}`;
}

/** The prefix of a namespace's objects, or of all. */
export function storageScope(resource: Resource, namespace: string): string {
  return resource.isNamespaced && namespace !== ""
    ? `${resource.storagePrefix}${namespace}/`
    : resource.storagePrefix;
}
