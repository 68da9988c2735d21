import { createHash } from "node:crypto";
import type { HelmRepository } from "@weir/api";
import { TransientMap } from "@weir/core";
import type { HelmAccess } from "../helm-access/observe-helm-access.ts";

interface Tag {
  /** A digest of who asked where, so that no password is held. */
  readonly asked: string;
  readonly etag: string;
  readonly revision: string;
}

/** The ETags of indexes that were fetched, so that one that did not change is not sent again. */
export class IndexTags {
  readonly #tags = new TransientMap<Tag>();

  /** The tag of the index with a revision, as the repository is reached now. */
  find(repository: HelmRepository, access: HelmAccess, revision: string | undefined): string | undefined {
    const tag = this.#tags.get(keyOf(repository));
    if (tag === undefined || tag.revision !== revision) return undefined;
    return tag.asked === askedBy(repository, access) ? tag.etag : undefined;
  }

  remember(
    repository: HelmRepository,
    access: HelmAccess,
    { etag, revision }: { readonly etag: string | undefined; readonly revision: string },
  ): void {
    if (etag === undefined || etag.length > MAX_LENGTH) this.forget(repository);
    else this.#tags.set(keyOf(repository), { asked: askedBy(repository, access), etag, revision });
  }

  forget(repository: HelmRepository): void {
    this.#tags.delete(keyOf(repository));
  }
}

const MAX_LENGTH = 1024;

function keyOf({ metadata }: HelmRepository): string {
  return metadata.uid ?? `${metadata.namespace ?? ""}/${metadata.name ?? ""}`;
}

function askedBy({ spec }: HelmRepository, access: HelmAccess): string {
  return createHash("sha256")
    .update(JSON.stringify([spec.url, access]))
    .digest("hex");
}
