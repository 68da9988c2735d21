import {
  compareSemver,
  type Constraint,
  ConstraintError,
  parseConstraint,
  type Semver,
  tryParseSemver,
} from "@weir/text";
import { EmptyGitRepositoryError, cloneError, GitOperationError } from "../git-error.ts";
import type { AdvertisedRef, GitRef } from "../git-ref.ts";
import { branchOf } from "../revision.ts";
import type { Advertisement } from "./advertisement.ts";

/** What is to be fetched, decided from the server's references alone. */
export type ResolvedRef =
  | { readonly kind: "ref"; readonly pointer: string; readonly refName: string; readonly commit: string }
  | {
      readonly kind: "commit";
      readonly pointer: string | undefined;
      readonly refName: string | undefined;
      readonly commit: string;
    }
  /** Several tags of the same precedence: the youngest commit wins. */
  | { readonly kind: "tied-tags"; readonly candidates: readonly AdvertisedRef[] };

/** Decides which commit a reference means, with Flux's precedence and messages. Throws `GitOperationError`. */
export function resolveRef(url: string, ref: GitRef, advertisement: Advertisement): ResolvedRef {
  if (advertisement.refs.size === 0) throw new EmptyGitRepositoryError(url);
  if (ref.commit !== undefined && ref.commit !== "") return resolveCommit(ref, ref.commit);
  if (ref.name !== undefined && ref.name !== "") return resolveName(url, ref.name, advertisement);
  if (ref.semver !== undefined && ref.semver !== "") return resolveSemver(url, ref.semver, advertisement);
  if (ref.tag !== undefined && ref.tag !== "") {
    return resolveExact(url, ref.tag, `refs/tags/${ref.tag}`, advertisement);
  }
  return resolveExact(url, branchOf(ref), `refs/heads/${branchOf(ref)}`, advertisement);
}

function resolveCommit(ref: GitRef, commit: string): ResolvedRef {
  const hasBranch = ref.branch !== undefined && ref.branch !== "";
  return {
    kind: "commit",
    commit,
    pointer: hasBranch ? ref.branch : undefined,
    refName: hasBranch ? `refs/heads/${ref.branch}` : undefined,
  };
}

function resolveName(url: string, name: string, advertisement: Advertisement): ResolvedRef {
  const found = advertisement.refs.get(name);
  if (found === undefined) {
    throw new GitOperationError("ref-not-found", url, `unable to resolve ref '${name}' to a specific commit`);
  }
  return { kind: "ref", pointer: name, refName: name, commit: found.commit };
}

function resolveExact(
  url: string,
  pointer: string,
  refName: string,
  advertisement: Advertisement,
): ResolvedRef {
  const found = advertisement.refs.get(refName);
  if (found === undefined) throw cloneError("ref-not-found", url, `couldn't find remote ref "${refName}"`);
  return { kind: "ref", pointer, refName, commit: found.commit };
}

function resolveSemver(url: string, range: string, advertisement: Advertisement): ResolvedRef {
  const constraint = parseRange(url, range);
  let best: readonly AdvertisedRef[] = [];
  let bestVersion: Semver | undefined;
  for (const ref of advertisement.refs.values()) {
    const version = tagVersion(ref.name);
    if (version === undefined || !constraint.check(version)) continue;
    const order = bestVersion === undefined ? 1 : compareSemver(version, bestVersion);
    if (order < 0) continue;
    best = order === 0 ? [...best, ref] : [ref];
    bestVersion = version;
  }
  const [only] = best;
  if (only === undefined) {
    throw new GitOperationError("no-semver-match", url, `no match found for semver: ${range}`);
  }
  if (best.length > 1) return { kind: "tied-tags", candidates: best };
  return {
    kind: "ref",
    pointer: only.name.slice("refs/tags/".length),
    refName: only.name,
    commit: only.commit,
  };
}

function parseRange(url: string, range: string): Constraint {
  try {
    return parseConstraint(range);
  } catch (error) {
    if (!(error instanceof ConstraintError)) throw error;
    throw new GitOperationError("invalid-semver", url, "semver parse error", { cause: error });
  }
}

function tagVersion(refName: string): Semver | undefined {
  return refName.startsWith("refs/tags/") ? tryParseSemver(refName.slice("refs/tags/".length)) : undefined;
}
