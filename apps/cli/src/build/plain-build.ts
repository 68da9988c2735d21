import type { BuildFlags } from "./build-flags.ts";

/** The flags of `weir build kustomization` where none is given. */
export const PLAIN_FLAGS: BuildFlags = {
  showSecrets: false,
  loadRestrictor: "LoadRestrictionsRootOnly",
  enableManagedbyLabel: false,
  enableHelm: false,
  helmApiVersions: [],
  enableAlphaPlugins: false,
  enableExec: false,
  remoteBases: false,
  lock: true,
  updateLock: false,
  locked: false,
  remoteTimeout: 5 * 60 * 1000,
  cache: true,
  namespace: "flux-system",
  dryRun: false,
  strictSubstitute: false,
  recursive: false,
  localSources: [],
  ignorePaths: [],
};

/**
 * The targets of a command line that is `build kustomization` without flags; undefined for any other.
 *
 * Most are such, and reading them takes no parser: loading one takes as long as building a small folder.
 */
export function plainTargets(args: readonly string[]): readonly string[] | undefined {
  const [command, what, ...targets] = args;
  if (command !== "build" || (what !== "kustomization" && what !== "ks")) return undefined;
  return targets.some((target) => target.startsWith("-") || target === "") ? undefined : targets;
}
