import { Command, InvalidArgumentError, Option } from "commander";
import { goDurationMs, type Logger, systemClock } from "@weir/core";
import { addBuild } from "./build/build-command.ts";
import type { Environment } from "./environment.ts";
import { addGenerate } from "./generate/generate-command.ts";
import { addInit } from "./init/init-command.ts";
import { describeFlags } from "./run/run-flags.ts";

/** What a command needs besides its arguments. */
export interface ProgramDeps {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Told the exit code of the command that ran. */
  readonly exit: (code: number) => void;
}

const DEFAULT_NAMESPACE = "flux-system";

type AddCommand = (program: Command, deps: ProgramDeps) => void;

const COMMANDS: ReadonlyMap<string, AddCommand> = new Map<string, AddCommand>([
  ["up", addUp],
  ["run", addRun],
  ["get", addGet],
  ["reconcile", (program, deps) => addAction(program, deps, "reconcile", "reconcile an object now")],
  ["suspend", (program, deps) => addAction(program, deps, "suspend", "suspend an object")],
  ["resume", (program, deps) => addAction(program, deps, "resume", "resume a suspended object")],
  ["build", addBuild],
  ["template", addTemplate],
  ["diff", addDiff],
  ["generate", addGenerate],
  ["init", addInit],
]);

/**
 * The commands of weir. Each loads what it needs when it runs, so that a build does not wait for a cluster's code.
 *
 * Declaring the flags of all commands takes as long as a small build: where `first`, the first argument, names one, only
 * that one is declared.
 */
export function createProgram(deps: ProgramDeps, first = ""): Command {
  const program = new Command("weir")
    .description("The GitOps Toolkit with an embedded Kubernetes API.")
    .showHelpAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: deps.environment.write, writeErr: deps.environment.writeError });
  const named = COMMANDS.get(first);
  for (const add of named === undefined ? COMMANDS.values() : [named]) add(program, deps);
  return program;
}

function addUp(program: Command, deps: ProgramDeps): void {
  program
    .command("up")
    .description("start an embedded cluster that syncs a repository, and stay until Ctrl-C")
    .argument("[source]", "a folder, a git checkout or the URL of a repository", ".")
    .option("--path <path>", "folder of the repository that the cluster syncs", ".")
    .option("--branch <branch>", "branch to sync; the checkout's own by default")
    .option("--worktree", "sync what is saved and not yet committed, too", false)
    .option("--storage <where>", "`memory`, or a folder that keeps the cluster between starts")
    .option("--port <port>", "port of the Kubernetes API; a free one by default", parsePort, 0)
    .option("--once", "end when all is Ready (0), or when something failed or timed out (1)", false)
    .option("--timeout <duration>", "longest time that --once waits", parseDuration, goDurationMs("5m"))
    .action(async (source: string, options: UpFlags) => {
      const { timeout, ...rest } = options;
      const up = { branch: undefined, storage: undefined, ...rest, source, timeoutMs: timeout };
      const { runUp } = await import("./up/up.ts");
      deps.exit(await runUp(up, deps.environment, deps.logger));
    });
}

/** Flags are read as Flux's controllers read theirs, not as the other commands do. */
function addRun(program: Command, deps: ProgramDeps): void {
  program
    .command("run")
    .description("run the controllers, or those that are named, against a cluster")
    .argument("[controllers...]", "source, kustomize; all of them by default")
    .allowUnknownOption()
    .addHelpText("after", () => describeFlags())
    .action(async (args: readonly string[]) => {
      const { runControllers } = await import("./run/run.ts");
      deps.exit(await runControllers(args, deps.environment));
    });
}

/** Flags are read as helm reads them, not as the other commands do. */
function addTemplate(program: Command, deps: ProgramDeps): void {
  program
    .command("template")
    .description("render a chart and print its manifests, as helm template does")
    .argument("[args...]", "[NAME] CHART")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args: readonly string[], _options: unknown, command: Command) => {
      const { runTemplate } = await import("./template/run-template.ts");
      deps.exit(await runTemplate(command.args, deps.environment));
    });
}

/** Flags are those of `weir template` that bear on what is rendered. */
function addDiff(program: Command, deps: ProgramDeps): void {
  program
    .command("diff")
    .description("compare what is rendered locally")
    .command("chart")
    .description("show how the objects of two charts differ, rendered with the same values")
    .argument("[args...]", "A B")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args: readonly string[], _options: unknown, command: Command) => {
      const { runDiffChart } = await import("./diff/run-diff-chart.ts");
      deps.exit(await runDiffChart(command.args, deps.environment));
    });
}

interface UpFlags {
  readonly path: string;
  readonly branch?: string;
  readonly worktree: boolean;
  readonly storage?: string;
  readonly port: number;
  readonly once: boolean;
  readonly timeout: number;
}

interface ClusterFlags {
  readonly namespace: string;
  readonly kubeconfig?: string;
}

function addGet(program: Command, deps: ProgramDeps): void {
  withCluster(program.command("get"))
    .description("list Flux objects")
    .argument("[kind]", "kind, plural or short name, such as ks; all Flux kinds by default")
    .option("-A, --all-namespaces", "list objects of all namespaces", false)
    .addOption(
      new Option("-o, --output <format>", "format of the output")
        .choices(["table", "json", "yaml", "name"])
        .default("table"),
    )
    .action(async (kind: string | undefined, flags: ClusterFlags & GetFlags) => {
      const { openCluster, runGet } = await import("./objects/commands.ts");
      await using cluster = await openCluster(deps.environment, flags.kubeconfig);
      deps.environment.write(await runGet({ ...flags, kind }, cluster.client));
    });
}

interface GetFlags {
  readonly allNamespaces: boolean;
  readonly output: "table" | "json" | "yaml" | "name";
}

interface ActionFlags extends ClusterFlags {
  readonly timeout: number;
}

function addAction(
  program: Command,
  deps: ProgramDeps,
  name: "reconcile" | "suspend" | "resume",
  description: string,
): void {
  withCluster(program.command(name))
    .description(description)
    .argument("<kind>", "kind, plural or short name, such as ks")
    .argument("<name>", "name of the object")
    .option("--timeout <duration>", "longest time to wait", parseDuration, goDurationMs("5m"))
    .action(async (kind: string, object: string, flags: ActionFlags) => {
      const { actions, findKind, openCluster } = await import("./objects/commands.ts");
      const target = { kind: findKind(kind), key: { namespace: flags.namespace, name: object } };
      await using cluster = await openCluster(deps.environment, flags.kubeconfig);
      const { client } = cluster;
      const { signal } = deps.environment;
      const text = await actions[name](target, {
        client,
        clock: systemClock,
        signal,
        timeoutMs: flags.timeout,
      });
      deps.environment.write(`${text}\n`);
    });
}

function withCluster(command: Command): Command {
  return command
    .option("-n, --namespace <namespace>", "namespace of the objects", DEFAULT_NAMESPACE)
    .option(
      "--kubeconfig <path>",
      "kubeconfig of the cluster; that of KUBECONFIG or of the last `weir up` by default",
    );
}

function parsePort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("a port is a number from 0 to 65535");
}

function parseDuration(text: string): number {
  try {
    return goDurationMs(text);
  } catch {
    throw new InvalidArgumentError("a duration reads as 90s, 5m or 1h30m");
  }
}
