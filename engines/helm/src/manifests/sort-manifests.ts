import { compareUtf8, WeirError } from "@weir/core";

import { isBlank } from "./go-space.ts";
import { HOOK_ANNOTATION, type Hook, readHook } from "./hook.ts";
import { installOrder, type KindOrder, sortByKind } from "./kind-order.ts";
import { type ManifestHead, ManifestHeadError, readManifestHead } from "./manifest-head.ts";
import { splitManifests } from "./split-manifests.ts";

/** One document of a release. */
export interface Manifest {
  /** The template that it comes from: `chart/templates/service.yaml`. */
  readonly path: string;
  readonly kind: string;
  readonly head: ManifestHead;
  readonly content: string;
}

/** The documents of rendered templates, told apart. */
export interface SortedManifests {
  readonly hooks: readonly Hook[];
  readonly manifests: readonly Manifest[];
  /** Annotations of documents that would be hooks of an event that there is not: they are left out. */
  readonly unknownHooks: readonly string[];
}

/** A document of a rendered template that cannot be an object; the message is Helm's. */
export class InvalidManifestError extends WeirError {
  override readonly name = "InvalidManifestError";
  readonly reason = "InvalidManifest";
  readonly retry = "never";
  readonly path: string;
  /** All that was rendered, for whoever wants to see what is wrong. */
  readonly files: ReadonlyMap<string, string>;

  constructor(
    path: string,
    files: ReadonlyMap<string, string>,
    options: { readonly cause: ManifestHeadError },
  ) {
    super(`YAML parse error on ${path}: ${options.cause.message}`, options);
    this.path = path;
    this.files = files;
  }
}

/**
 * Splits rendered templates into documents and sorts these by kind, hooks apart from the rest; files in the order of
 * their paths, documents of one kind in the order in which they stand. Partials (`_*`) and blank files are skipped.
 * `readHead` may know documents from before.
 */
export function sortManifests(
  files: ReadonlyMap<string, string>,
  order: KindOrder = installOrder,
  readHead: (document: string) => ManifestHead = readManifestHead,
): SortedManifests {
  const hooks: Hook[] = [];
  const manifests: Manifest[] = [];
  const unknownHooks: string[] = [];
  for (const path of [...files.keys()].sort(compareUtf8)) {
    const content = files.get(path) ?? "";
    if (isPartial(path) || isBlank(content)) continue;
    for (const document of splitManifests(content)) {
      const head = headOf(document, { path, files, readHead });
      const hook = readHook(head, document, path);
      if (hook === "none") manifests.push({ path, kind: head.kind, head, content: document });
      else if (hook === "unknown") unknownHooks.push(head.annotations.get(HOOK_ANNOTATION) ?? "");
      else hooks.push(hook);
    }
  }
  return { hooks: sortByKind(hooks, order), manifests: sortByKind(manifests, order), unknownHooks };
}

/** Whether a template only holds definitions: its base name starts with `_`. */
export function isPartial(path: string): boolean {
  return path.startsWith("_", path.lastIndexOf("/") + 1);
}

interface HeadPlace {
  readonly path: string;
  readonly files: ReadonlyMap<string, string>;
  readonly readHead: (document: string) => ManifestHead;
}

function headOf(document: string, { path, files, readHead }: HeadPlace): ManifestHead {
  try {
    return readHead(document);
  } catch (error) {
    if (error instanceof ManifestHeadError) throw new InvalidManifestError(path, files, { cause: error });
    throw error;
  }
}
