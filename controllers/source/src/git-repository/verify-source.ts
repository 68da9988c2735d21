import { type GitRepository, SourceReason } from "@weir/api";
import { type GitCommit, type GitTag, SignatureError, type TrustedKeys, verifySignature } from "@weir/git";
import type { BaseContext } from "@weir/sdk";
import { readSecret, secretTexts } from "../access/read-secret.ts";
import { SourceStepError } from "../source-error.ts";
import { type VerificationMode, verificationMode } from "./verification-mode.ts";

/** What was checked out. */
export interface SignedSource {
  readonly commit: GitCommit;
  /** The tag that it was checked out by. */
  readonly tag?: GitTag;
}

/** Signatures that are good. */
export interface VerifiedSource {
  readonly mode: VerificationMode;
  /** Which object with which key, in Flux's words. */
  readonly message: string;
}

/**
 * Holds a commit and its tag against `spec.verify`; `undefined` where nothing is to be verified. Throws `SourceStepError`
 * unless every signature that is asked for is good.
 */
export async function verifySource(
  repository: GitRepository,
  { commit, tag }: SignedSource,
  ctx: Pick<BaseContext, "live">,
  now: Date,
): Promise<VerifiedSource | undefined> {
  const mode = verificationMode(repository);
  if (mode === undefined) return undefined;
  const keys = await readKeys(repository, ctx);
  const good: string[] = [];
  if (mode !== "HEAD") {
    if (tag === undefined) {
      const message = "cannot verify tag object's signature if a tag reference is not specified";
      throw refused(SourceReason.InvalidVerificationMode, message, "never");
    }
    const name = tag.hash === undefined ? tag.name : `${tag.name}@${tag.hash}`;
    if (tag.signature === "") {
      const message = `cannot verify signature of tag '${name}' since it is not signed`;
      throw refused(SourceReason.InvalidGitObject, message);
    }
    const { signature, payload } = tag;
    const reason = SourceReason.InvalidTagSignature;
    good.push(await verifyObject({ kind: "tag", name, reason, signature, payload, keys, now }));
  }
  if (mode !== "Tag") {
    const { hash: name, signature, payload } = commit;
    const reason = SourceReason.InvalidCommitSignature;
    good.push(await verifyObject({ kind: "commit", name, reason, signature, payload, keys, now }));
  }
  return { mode, message: `verified signature of${good.join("")}` };
}

interface Check {
  readonly kind: "commit" | "tag";
  readonly name: string;
  readonly reason: string;
  readonly signature: string;
  readonly payload: Uint8Array;
  readonly keys: TrustedKeys;
  readonly now: Date;
}

async function verifyObject({ kind, name, reason, keys, now, ...signed }: Check): Promise<string> {
  try {
    const key = await verifySignature({ kind, ...signed }, keys, now);
    return `\n\t- ${kind} '${name}' with key '${key}'`;
  } catch (cause) {
    if (!(cause instanceof SignatureError)) throw cause;
    throw refused(reason, `signature verification of ${kind} '${name}' failed`, "backoff", cause);
  }
}

/** Keys of OpenPGP unless the name says that they are of ssh, as Flux. */
async function readKeys(repository: GitRepository, ctx: Pick<BaseContext, "live">): Promise<TrustedKeys> {
  const { namespace = "" } = repository.metadata;
  const name = repository.spec.verify?.secretRef.name ?? "";
  const secret = await readSecret(namespace, name, ctx).catch((cause: unknown) => {
    throw refused(SourceReason.VerificationError, "public keys secret error", "backoff", cause);
  });
  if (secret === undefined) {
    const message = `public keys secret error: secrets "${name}" not found`;
    throw refused(SourceReason.VerificationError, message);
  }
  const data = [...secretTexts(secret)];
  const texts = (isSsh: boolean): readonly string[] =>
    data.filter(([key]) => key.endsWith(".sshpub") === isSsh).map(([, value]) => value);
  return { keyRings: texts(false), authorizedKeys: texts(true) };
}

function refused(
  reason: string,
  message: string,
  retry: "backoff" | "never" = "backoff",
  cause?: unknown,
): SourceStepError {
  const options = cause === undefined ? {} : { cause };
  return new SourceStepError({ condition: "SourceVerified", reason, retry }, message, options);
}
