import { type Command, Option } from "commander";
import { goDurationMs, systemClock } from "@weir/core";
import { parseDuration } from "../parse-argument.ts";
import type { ProgramDeps } from "../empty-program.ts";
import type { ActionDeps } from "./actions.ts";

const DEFAULT_NAMESPACE = "flux-system";

interface ClusterFlags {
  readonly namespace: string;
  readonly kubeconfig?: string;
}

interface GetFlags extends ClusterFlags {
  readonly allNamespaces: boolean;
  readonly output: "table" | "json" | "yaml" | "name";
  readonly showSource: boolean;
  /** False where `--no-header` is given. */
  readonly header: boolean;
  readonly labelSelector?: string;
  readonly statusSelector?: string;
}

/** Declares `weir get`. */
export function addGet(program: Command, deps: ProgramDeps): void {
  withCluster(program.command("get"))
    .description("list Flux objects")
    .argument("[words...]", "a kind and perhaps a name, such as `hr web`, `sources helm`, `all`")
    .option("-A, --all-namespaces", "list objects of all namespaces", false)
    .option("--show-source", "show what an object takes its content from", false)
    .option("--no-header", "print no header")
    .option("-l, --label-selector <selector>", "only objects with these labels")
    .option("--status-selector <type=status>", "only objects with this condition, such as ready=false")
    .addOption(
      new Option("-o, --output <format>", "format of the output")
        .choices(["table", "json", "yaml", "name"])
        .default("table"),
    )
    .action(async (words: readonly string[], flags: GetFlags) => {
      const { openCluster, runGet } = await import("./commands.ts");
      const { labelSelector, statusSelector } = flags;
      await using cluster = await openCluster(deps.environment, flags.kubeconfig);
      const options = { ...flags, words, labelSelector, statusSelector, isWithoutHeader: !flags.header };
      deps.environment.write(await runGet(options, cluster.client));
    });
}

interface ActionFlags extends ClusterFlags {
  readonly timeout: number;
}

interface ReconcileFlags extends ActionFlags {
  readonly withSource: boolean;
  readonly force: boolean;
  readonly reset: boolean;
}

/** Declares `weir reconcile`. */
export function addReconcile(program: Command, deps: ProgramDeps): void {
  withTimeout(withCluster(program.command("reconcile")))
    .description("reconcile an object now")
    .argument("<words...>", "a kind and a name, such as `ks apps`, `hr web`, `source helm charts`")
    .option("--with-source", "reconcile what it takes its content from first", false)
    .option("--force", "let a HelmRelease install or upgrade once, whatever its state", false)
    .option("--reset", "let the failure counts of a HelmRelease start anew", false)
    .action(async (words: readonly string[], flags: ReconcileFlags) => {
      const { actions, openCluster, readKinds } = await import("./commands.ts");
      readKinds(words);
      await using cluster = await openCluster(deps.environment, flags.kubeconfig);
      await actions.reconcile({ ...flags, words }, { ...actionDeps(deps, flags), client: cluster.client });
    });
}

interface SuspensionFlags extends ActionFlags {
  readonly all: boolean;
}

/** Declares `weir suspend`. */
export function addSuspend(program: Command, deps: ProgramDeps): void {
  addSuspension(program, deps, { name: "suspend", description: "suspend objects" });
}

/** Declares `weir resume`. */
export function addResume(program: Command, deps: ProgramDeps): void {
  addSuspension(program, deps, { name: "resume", description: "resume suspended objects" });
}

function addSuspension(
  program: Command,
  deps: ProgramDeps,
  { name, description }: { readonly name: "suspend" | "resume"; readonly description: string },
): void {
  withTimeout(withCluster(program.command(name)))
    .description(description)
    .argument("<words...>", "a kind and names, such as `ks apps`, `hr web cache`, `source git fleet`")
    .option("--all", "all objects of the kind in the namespace", false)
    .action(async (words: readonly string[], flags: SuspensionFlags) => {
      const { actions, openCluster, readKinds } = await import("./commands.ts");
      readKinds(words);
      await using cluster = await openCluster(deps.environment, flags.kubeconfig);
      await actions[name]({ ...flags, words }, { ...actionDeps(deps, flags), client: cluster.client });
    });
}

function actionDeps({ environment }: ProgramDeps, { timeout }: ActionFlags): Omit<ActionDeps, "client"> {
  return {
    clock: systemClock,
    signal: environment.signal,
    timeoutMs: timeout,
    say: (line) => environment.writeError(`${line}\n`),
  };
}

function withTimeout(command: Command): Command {
  return command.option("--timeout <duration>", "longest time to wait", parseDuration, goDurationMs("5m"));
}

function withCluster(command: Command): Command {
  return command
    .option("-n, --namespace <namespace>", "namespace of the objects", DEFAULT_NAMESPACE)
    .option(
      "--kubeconfig <path>",
      "kubeconfig of the cluster; that of KUBECONFIG or of `weir up` by default",
    );
}
