import type { Command } from "commander";
import { goDurationMs } from "@weir/core";
import { addList, addPull, addPush, addTag, diffArtifactCommand } from "./artifact/artifact-commands.ts";
import { addBuild } from "./build/build-command.ts";
import { addCluster } from "./cluster/cluster-command.ts";
import { addGenerate } from "./generate/generate-command.ts";
import { addInit } from "./init/init-command.ts";
import { addGet, addReconcile, addResume, addSuspend } from "./objects/object-commands.ts";
import { parseDuration, parsePort } from "./parse-argument.ts";
import { emptyProgram, type ProgramDeps } from "./empty-program.ts";
import { describeFlags } from "./run/run-flags.ts";

type AddCommand = (program: Command, deps: ProgramDeps) => void;

const COMMANDS: ReadonlyMap<string, AddCommand> = new Map<string, AddCommand>([
  ["up", addUp],
  ["cluster", addCluster],
  ["run", addRun],
  ["get", addGet],
  ["reconcile", addReconcile],
  ["suspend", addSuspend],
  ["resume", addResume],
  ["build", addBuild],
  ["push", addPush],
  ["pull", addPull],
  ["tag", addTag],
  ["list", addList],
  ["template", addTemplate],
  ["lint", addLint],
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
  const program = emptyProgram(deps);
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
    .option("--charts <dir>", "folder of charts to serve to the cluster; `charts` of the source by default")
    .option("--storage <where>", "`memory`, or a folder that keeps the cluster between starts")
    .option("--port <port>", "port of the Kubernetes API; a free one by default", parsePort, 0)
    .option("--once", "end when all is Ready (0), or when something failed or timed out (1)", false)
    .option("--timeout <duration>", "longest time that --once waits", parseDuration, goDurationMs("5m"))
    .action(async (source: string, options: UpFlags) => {
      const { timeout, ...rest } = options;
      const up = {
        branch: undefined,
        storage: undefined,
        charts: undefined,
        ...rest,
        source,
        timeoutMs: timeout,
      };
      const { runUp } = await import("./up/up.ts");
      deps.exit(await runUp(up, deps.environment, deps.logger));
    });
}

/** Flags are read as Flux's controllers read theirs, not as the other commands do. */
function addRun(program: Command, deps: ProgramDeps): void {
  program
    .command("run")
    .description("run the controllers, or those that are named, against a cluster")
    .argument("[controllers...]", "source, kustomize, helm; all of them by default")
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
    .argument("[args...]", "[NAME] CHART, or hr/NAME")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args: readonly string[], _options: unknown, command: Command) => {
      if (command.args.some((arg) => /^(hr|helmreleases?)\/[^/]+$/i.test(arg))) {
        const { runTemplateRelease } = await import("./release/run-template-release.ts");
        return deps.exit(await runTemplateRelease(command.args, deps.environment));
      }
      const { runTemplate } = await import("./template/run-template.ts");
      deps.exit(await runTemplate(command.args, deps.environment));
    });
}

/** Flags are read as helm reads them, not as the other commands do. */
function addLint(program: Command, deps: ProgramDeps): void {
  program
    .command("lint")
    .description("say what is wrong or unusual about charts, as helm lint does")
    .argument("[args...]", "PATH...")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args: readonly string[], _options: unknown, command: Command) => {
      const { runLint } = await import("./lint/run-lint.ts");
      deps.exit(await runLint(command.args, deps.environment));
    });
}

/** Flags are read as `weir template` reads them. */
function addDiff(program: Command, deps: ProgramDeps): void {
  program
    .command("diff")
    .description(
      "show what would change: of a Kustomization or a HelmRelease on its cluster, of two charts, or of an artifact",
    )
    .argument("[args...]", "ks/NAME, hr/NAME, chart A B, or artifact URL")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (_args: readonly string[], _options: unknown, command: Command) => {
      const [first, ...rest] = command.args;
      if (first === "chart") {
        const { runDiffChart } = await import("./diff/run-diff-chart.ts");
        return deps.exit(await runDiffChart(rest, deps.environment));
      }
      if (first === "artifact") {
        const artifact = diffArtifactCommand(deps).copyInheritedSettings(program);
        await artifact.parseAsync(rest, { from: "user" });
        return;
      }
      const { runDiffLive } = await import("./diff/live/run-diff-live.ts");
      deps.exit(await runDiffLive(command.args, deps.environment));
    });
}

interface UpFlags {
  readonly path: string;
  readonly branch?: string;
  readonly worktree: boolean;
  readonly storage?: string;
  readonly charts?: string;
  readonly port: number;
  readonly once: boolean;
  readonly timeout: number;
}
