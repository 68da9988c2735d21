import type { GitRef } from "./git-ref.ts";

const DEFAULT_BRANCH = "master";

/** The branch that is meant where a reference names none: `master`, as Flux. */
export function branchOf(ref: GitRef): string {
  return ref.branch === undefined || ref.branch === "" ? DEFAULT_BRANCH : ref.branch;
}

/**
 * A revision as Flux writes it: `main@sha1:<commit>`, `v1.0.0@sha1:…`, `refs/heads/x@sha1:…`, or `sha1:<commit>` where
 * only a commit is named. Commits of 64 digits are `sha256:`.
 */
export function formatRevision(pointer: string | undefined, commit: string): string {
  const hash = `${commit.length === 64 ? "sha256" : "sha1"}:${commit}`;
  return pointer === undefined ? hash : `${pointer}@${hash}`;
}

/** The commit of a revision, in the present form and in the legacy `main/<commit>`. */
export function commitOfRevision(revision: string): string | undefined {
  return (
    /(?:^|@)sha(?:1|256):([0-9a-f]{40,64})$/.exec(revision)?.[1] ??
    /(?:^|\/)([0-9a-f]{40,64})$/.exec(revision)?.[1]
  );
}
