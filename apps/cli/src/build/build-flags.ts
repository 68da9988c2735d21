import { CommandError } from "../cli-error.ts";

/** The flags of `weir build kustomization`, as the command line gives them. */
export interface BuildFlags {
  readonly output?: string;
  readonly explain?: string;
  readonly showSecrets: boolean;
  readonly loadRestrictor: string;
  readonly reorder?: string;
  readonly enableManagedbyLabel: boolean;
  readonly enableHelm: boolean;
  readonly helmApiVersions: readonly string[];
  readonly helmKubeVersion?: string;
  readonly enableAlphaPlugins: boolean;
  readonly enableExec: boolean;
  readonly remoteBases: boolean;
  readonly lockFile?: string;
  readonly lock: boolean;
  readonly updateLock: boolean;
  readonly locked: boolean;
  readonly remoteTimeout: number;
  readonly cache: boolean;
  readonly gitCredentials?: string;
  readonly sshKey?: string;
  readonly sshKnownHosts?: string;
  readonly path?: string;
  readonly kustomizationFile?: string;
  readonly namespace: string;
  readonly dryRun: boolean;
  readonly strictSubstitute: boolean;
  readonly recursive: boolean;
  readonly localSources: readonly string[];
  readonly ignorePaths: readonly string[];
  readonly kubeconfig?: string;
}

/** How a folder is built, decided from the flags that kustomize has, too. */
export interface KustomizeFlags {
  readonly loadRestrictor: "rootOnly" | "none";
  readonly reorder: "unspecified" | "none" | "legacy";
  readonly managedByLabel: boolean;
}

const REFUSED: readonly (readonly [keyof BuildFlags, string])[] = [
  ["enableAlphaPlugins", "--enable-alpha-plugins is refused: neither plugins nor functions are run"],
  ["enableExec", "--enable-exec is refused: no program is run for a kustomization"],
];

/** Checks the flags of kustomize in its words. Throws a `CommandError` for what is refused. */
export function readKustomizeFlags(flags: BuildFlags): KustomizeFlags {
  for (const [flag, problem] of REFUSED) {
    if (flags[flag] === true) throw new CommandError("FlagRefused", problem);
  }
  return {
    loadRestrictor: readLoadRestrictor(flags.loadRestrictor),
    reorder: readReorder(flags.reorder),
    managedByLabel: flags.enableManagedbyLabel,
  };
}

function readLoadRestrictor(value: string): "rootOnly" | "none" {
  if (value === "LoadRestrictionsNone") return "none";
  if (value === "" || value === "LoadRestrictionsRootOnly") return "rootOnly";
  throw illegalValue("load-restrictor", value, "LoadRestrictionsRootOnly LoadRestrictionsNone");
}

function readReorder(value: string | undefined): KustomizeFlags["reorder"] {
  if (value === undefined) return "unspecified";
  if (value === "legacy" || value === "none") return value;
  throw illegalValue("reorder", value, "legacy none");
}

function illegalValue(flag: string, value: string, legal: string): CommandError {
  return new CommandError("InvalidFlag", `illegal flag value --${flag} ${value}; legal values: [${legal}]`);
}

/** What kustomize says of flags that are on their way out, whatever else is wrong. */
export function flagDeprecations(flags: BuildFlags): readonly string[] {
  const warnings: string[] = [];
  if (flags.reorder !== undefined) {
    warnings.push(
      "Flag --reorder has been deprecated, use the new 'sortOptions' field in kustomization.yaml instead.",
    );
  }
  if (flags.enableManagedbyLabel) {
    warnings.push(
      "Flag --enable-managedby-label has been deprecated, The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.",
    );
  }
  return warnings;
}
