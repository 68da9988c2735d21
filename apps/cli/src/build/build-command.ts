import { type Command, InvalidArgumentError, Option } from "commander";
import { goDurationMs } from "@weir/core";
import { addBuildArtifact } from "../artifact/artifact-commands.ts";
import type { BuildFlags } from "./build-flags.ts";
import type { Environment } from "../environment.ts";

/** What the command needs besides its arguments. */
export interface BuildCommandDeps {
  readonly environment: Environment;
  /** Told the exit code of the build. */
  readonly exit: (code: number) => void;
}

const DEFAULT_NAMESPACE = "flux-system";

/** Adds `weir build kustomization`, with the flags of `kustomize build` and of `flux build kustomization`. */
export function addBuild(program: Command, deps: BuildCommandDeps): void {
  const build = program.command("build").description("build locally, without a cluster");
  addBuildArtifact(build, deps);
  const command = build
    .command("kustomization")
    .alias("ks")
    .description("print what `kustomize build` prints for a folder, or Flux for a Kustomization with --path")
    .argument(
      "[target...]",
      "folder, URL of a repository or - ; with --path the name of a Flux Kustomization",
    )
    .option("-o, --output <path>", "file, or folder for one file per object; standard output by default");
  command
    .option(
      "--explain <object>",
      "tell which layer wrote [NAMESPACE/]KIND[.GROUP]/NAME[:FIELD.PATH], and why",
    )
    .option("--show-secrets", "show the values of Secrets in an explanation", false);
  addKustomizeFlags(command);
  addRemoteFlags(command);
  addFluxFlags(command);
  command.action(async (targets: readonly string[], flags: BuildFlags) => {
    const { runBuild } = await import("./run-build.ts");
    deps.exit(await runBuild(targets, flags, deps.environment));
  });
}

function addKustomizeFlags(command: Command): void {
  const restrictor = "LoadRestrictionsNone lets kustomizations read files outside of their folder";
  command
    .option("--load-restrictor <which>", restrictor, "LoadRestrictionsRootOnly")
    .option("--reorder <how>", "deprecated: legacy or none; use sortOptions")
    .option("--enable-managedby-label", "deprecated: use buildMetadata", false)
    .option("--enable-helm", "inflate charts of the field helmCharts, in this process", false)
    .option("--helm-api-versions <versions>", "versions of APIs for charts that name none", collect, [])
    .option("--helm-kube-version <version>", "version of Kubernetes for charts that name none")
    .option("--enable-alpha-plugins", "refused: no plugin and no function is run", false)
    .option("--enable-exec", "refused: no program is run", false);
  // They tell kustomize how to run what is never run, and have no effect there either without its plugins.
  const inert = ["--as-current-user", "--network", "--helm-debug", "--in-memory-build"];
  const inertValues = [
    "-e, --env <variable>",
    "--mount <options>",
    "--network-name <name>",
    "--helm-command <path>",
  ];
  for (const flag of [...inert, ...inertValues]) command.addOption(new Option(flag).hideHelp());
}

function addRemoteFlags(command: Command): void {
  command
    .option("--remote-bases", "fetch repositories and files that kustomizations name by URL", false)
    .option(
      "--lock-file <path>",
      "where remote bases are pinned; kustomization.lock in the folder by default",
    )
    .option("--no-lock", "neither read nor write the lock file")
    .option("--update-lock", "take remote bases as they are now, and pin them", false)
    .option("--locked", "fail where a remote base is not in the lock file", false)
    .option("--remote-timeout <duration>", "longest time for all fetches", parseDuration, goDurationMs("5m"))
    .option("--no-cache", "neither use nor keep checkouts of remote bases")
    .option("--git-credentials <path>", "file with a URL, user and password in it, a line for each server")
    .option("--ssh-key <path>", "private key for repositories over SSH")
    .option("--ssh-known-hosts <path>", "known hosts for repositories over SSH");
}

function addFluxFlags(command: Command): void {
  command
    .option("--path <folder>", "folder that the Flux Kustomization NAME builds")
    .option("--kustomization-file <path>", "file that holds the Flux Kustomization; the cluster by default")
    .option("-n, --namespace <namespace>", "namespace of the Flux Kustomization", DEFAULT_NAMESPACE)
    .option("--kubeconfig <path>", "kubeconfig of the cluster")
    .option("--dry-run", "ask no cluster; variables that are not at hand are left out", false)
    .option("--strict-substitute", "fail where a variable has neither value nor default", false)
    .option("-r, --recursive", "build the Flux Kustomizations that are built, too", false)
    .option("--local-sources <list>", "Kind/namespace/name=folder, for --recursive", collect, [])
    .option("--ignore-paths <list>", "files to leave out, in the syntax of .gitignore", collect, []);
}

/** Flags that may repeat, and hold several values between commas. */
function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, ...value.split(",").filter((part) => part !== "")];
}

function parseDuration(text: string): number {
  try {
    return goDurationMs(text);
  } catch {
    throw new InvalidArgumentError("a duration reads as 90s, 5m or 1h30m");
  }
}
