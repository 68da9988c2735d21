import type { GroupVersionKind, KubeObject, ObjectMeta } from "@weir/objects";

/**
 * A kind of object as a value: what the client, the cache and a controller take instead of a class.
 *
 * The type parameters are what reading gives and what writing takes (defaults are optional there). `plural` and
 * `scope` may be left out of an untyped kind: the client then asks discovery.
 */
export interface Kind<Read = KubeObject, Write = Read> extends GroupVersionKind {
  readonly plural?: string;
  readonly scope?: "Namespaced" | "Cluster";
  /** Reads and watches ask for metadata alone; see `metadataOnly`. */
  readonly metadataOnly?: boolean;
  /** Carries the types only; never set. */
  readonly "~types"?: { readonly read: Read; readonly write: Write };
}

/** What reading a kind gives. */
export type ReadOf<K> = K extends Kind<infer Read, infer _Write> ? Read : never;

/** What writing a kind takes. */
export type WriteOf<K> = K extends Kind<infer _Read, infer Write> ? Write : never;

/** An object of which only the metadata was asked for; `apiVersion` and `kind` are the object's own. */
export interface MetadataObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The same kind read as metadata alone, which costs a tenth of the memory and of the bytes of the whole object. */
export function metadataOnly(kind: Kind<unknown, unknown>): Kind<MetadataObject> {
  const { group, version, plural, scope } = kind;
  return {
    group,
    version,
    kind: kind.kind,
    ...(plural === undefined ? {} : { plural }),
    ...(scope === undefined ? {} : { scope }),
    metadataOnly: true,
  };
}
