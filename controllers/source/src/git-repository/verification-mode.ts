import type { GitRepository } from "@weir/api";

/** Which signatures are to be good. */
export type VerificationMode = "HEAD" | "Tag" | "TagAndHEAD";

/** The mode that a repository asks for, `head` being an old name of `HEAD`; `undefined` where it asks for none. */
export function verificationMode({ spec }: Partial<GitRepository>): VerificationMode | undefined {
  const mode = spec?.verify?.mode;
  if (spec?.verify === undefined) return undefined;
  return mode === "Tag" || mode === "TagAndHEAD" ? mode : "HEAD";
}

/**
 * Whether what is stored was verified as the repository now asks for. Flux looks at the mode alone; with another Secret of
 * keys, or another reference, it would go on trusting what nobody held against them.
 */
export function isVerified(repository: GitRepository): boolean {
  const mode = verificationMode(repository);
  if (mode === undefined) return true;
  const { sourceVerificationMode: observed, observedGeneration } = repository.status ?? {};
  if (observedGeneration !== repository.metadata.generation) return false;
  return observed === mode || observed === "TagAndHEAD";
}
