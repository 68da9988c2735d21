import { type GitRepository, SourceReason } from "@weir/api";
import type { GitCommit } from "@weir/git";
import type { BaseContext } from "@weir/sdk";
import { Secret } from "../secret-kind.ts";
import { SourceStepError } from "../source-error.ts";

/**
 * Holds a commit against `spec.verify`. Throws `SourceStepError` unless the signatures that are asked for are good.
 *
 * Signatures themselves cannot be checked yet, so that a signed commit is refused, too, for good: nothing that was not
 * verified becomes an artifact.
 */
export async function verifyCommit(
  repository: GitRepository,
  commit: GitCommit,
  ctx: Pick<BaseContext, "live">,
): Promise<void> {
  const { verify, ref = {} } = repository.spec;
  if (verify === undefined) return;
  const { namespace = "" } = repository.metadata;
  const { name } = verify.secretRef;
  if ((await ctx.live.get(Secret, { namespace, name })) === undefined) {
    const message = `public keys secret error: secrets "${name}" not found`;
    throw refused(SourceReason.VerificationError, message);
  }
  const verifiesTag = verify.mode === "Tag" || verify.mode === "TagAndHEAD";
  if (verifiesTag && isUnset(ref.tag) && isUnset(ref.semver) && isUnset(ref.name)) {
    const message = "cannot verify tag object's signature if a tag reference is not specified";
    throw refused(SourceReason.InvalidVerificationMode, message, "never");
  }
  if (verifiesTag || commit.isSigned) {
    const message = "spec.verify: checking signatures is not supported yet";
    throw refused(SourceReason.VerificationError, message, "never");
  }
  const message = `signature verification of commit '${commit.hash}' failed: unsupported signature type: empty`;
  throw refused(SourceReason.InvalidCommitSignature, message);
}

function isUnset(reference: string | undefined): boolean {
  return reference === undefined || reference === "";
}

function refused(reason: string, message: string, retry: "backoff" | "never" = "backoff"): SourceStepError {
  return new SourceStepError({ condition: "SourceVerified", reason, retry }, message);
}
