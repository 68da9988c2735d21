import { type JsonValue, parseJson, type RetryPolicy, WeirError } from "@weir/core";
import { isJsonObject, propertyOf } from "../descriptor.ts";
import { parseOciDigest } from "../digest.ts";

/** What a repository of a registry has; the bytes lie elsewhere. */
export interface RepositoryRecord {
  /** Digests. */
  readonly blobs: ReadonlySet<string>;
  /** Digests, each with its media type. */
  readonly manifests: ReadonlyMap<string, string>;
  /** Tags, each with its digest. */
  readonly tags: ReadonlyMap<string, string>;
}

/** What a registry keeps of a repository cannot be read. */
export class RegistryStoreError extends WeirError {
  override readonly name = "RegistryStoreError";
  readonly reason = "ReadOperationFailed";
  readonly retry: RetryPolicy = "never";
  readonly repository: string;

  constructor(repository: string, detail: string, options?: { readonly cause?: unknown }) {
    super(`the record of the repository ${JSON.stringify(repository)} ${detail}`, options);
    this.repository = repository;
  }
}

/** A record as it is kept: JSON with sorted names. */
export function writeRepositoryRecord({ blobs, manifests, tags }: RepositoryRecord): string {
  const sorted = (map: ReadonlyMap<string, string>): readonly (readonly [string, string])[] =>
    [...map].toSorted(([left], [right]) => (left < right ? -1 : 1));
  const record = { version: 1, blobs: [...blobs].sort(), manifests: sorted(manifests), tags: sorted(tags) };
  return `${JSON.stringify(record)}\n`;
}

/** Reads a record. Throws `RegistryStoreError`. */
export function parseRepositoryRecord(repository: string, bytes: Uint8Array): RepositoryRecord {
  const record = parse(repository, bytes);
  if (!isJsonObject(record) || propertyOf(record, "version") !== 1) {
    throw new RegistryStoreError(repository, "is not of version 1");
  }
  const blobs = propertyOf(record, "blobs");
  const manifests = pairsOf(propertyOf(record, "manifests"));
  const tags = pairsOf(propertyOf(record, "tags"));
  const areDigests = (values: readonly unknown[]): boolean =>
    values.every((value) => typeof value === "string" && parseOciDigest(value) !== undefined);
  if (
    !Array.isArray(blobs) ||
    manifests === undefined ||
    tags === undefined ||
    !areDigests([...blobs, ...manifests.keys(), ...tags.values()])
  ) {
    throw new RegistryStoreError(repository, "is damaged");
  }
  return { blobs: new Set(blobs as readonly string[]), manifests, tags };
}

function parse(repository: string, bytes: Uint8Array): JsonValue {
  try {
    return parseJson(Buffer.from(bytes).toString("utf8"));
  } catch (cause) {
    throw new RegistryStoreError(repository, "is not JSON", { cause });
  }
}

function pairsOf(value: JsonValue | undefined): ReadonlyMap<string, string> | undefined {
  if (!Array.isArray(value)) return undefined;
  const pairs: [string, string][] = [];
  for (const pair of value as readonly JsonValue[]) {
    if (!Array.isArray(pair)) return undefined;
    const [key, item] = pair as readonly JsonValue[];
    if (typeof key !== "string" || typeof item !== "string") return undefined;
    pairs.push([key, item]);
  }
  return new Map(pairs);
}
