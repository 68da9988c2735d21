import { goDurationMs } from "@weir/core";
import { type Command, Option } from "commander";
import { CommandError } from "../cli-error.ts";
import { parseCount, parseDuration, parsePort } from "../parse-argument.ts";
import type { AuditFlags } from "./start.ts";
import type { ProgramDeps } from "../empty-program.ts";

interface StateFlag {
  readonly state?: string;
}

interface StartFlags extends StateFlag {
  readonly host: string;
  readonly port: number;
  readonly name: readonly string[];
  readonly storage: "memory" | "sqlite";
  readonly fsync: boolean;
  readonly authorization: "rbac" | "always-allow";
  readonly serviceRange?: string;
  /** False where `--no-workloads` is given. */
  readonly workloads: "simulate" | "status-only" | "off" | false;
  readonly kubeconfig?: string;
  readonly eventTtl: number;
  readonly timing: "instant" | "realistic";
  readonly detach: boolean;
  readonly auditLog?: string;
  readonly auditPolicy?: string;
  readonly auditLogMaxSize: number;
  readonly auditLogMaxBackups?: number;
}

interface KubeconfigFlags extends StateFlag {
  readonly merge: boolean;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly switchContext: boolean;
}

/** Declares `weir cluster`: the embedded cluster on its own. */
export function addCluster(program: Command, deps: ProgramDeps): void {
  const cluster = program
    .command("cluster")
    .description("run the embedded Kubernetes API on its own, and keep its state");
  addStart(cluster, deps);
  addStop(cluster, deps);
  addKubeconfig(cluster, deps);
  addStatus(cluster, deps);
  addReset(cluster, deps);
  addTransfer(cluster, deps);
}

/** A subcommand about one cluster, which an argument or `--state` names. */
function about(cluster: Command, name: string): Command {
  return cluster
    .command(name)
    .argument("[dir]", "folder that keeps the cluster; one of weir's own by default")
    .option("--state <dir>", "the same as a flag");
}

function folderOf(dir: string | undefined, { state }: StateFlag): string | undefined {
  return dir ?? state;
}

function addStart(cluster: Command, deps: ProgramDeps): void {
  about(cluster, "start")
    .description("start a cluster, and stay until Ctrl-C")
    .option("--host <address>", "address to listen on", "127.0.0.1")
    .option(
      "--port <port>",
      "port to listen on; by default a free one, and the same at the next start",
      parsePort,
      0,
    )
    .option("--name <name>", "one more name or address that clients call it by; may be repeated", collect, [])
    .addOption(
      new Option("--storage <where>", "where objects are kept")
        .choices(["sqlite", "memory"])
        .default("sqlite"),
    )
    .option("--no-fsync", "acknowledge writes before the disk has them")
    .addOption(
      new Option("--authorization <mode>", "who may do what")
        .choices(["rbac", "always-allow"])
        .default("rbac"),
    )
    .option("--service-range <cidr>", "IPv4 network of Services; 10.0.0.0/16 by default")
    .addOption(
      new Option("--workloads <mode>", "what becomes of workloads")
        .choices(["simulate", "status-only", "off"])
        .default("simulate"),
    )
    .option("--no-workloads", "leave workloads as they are")
    .addOption(
      new Option("--timing <speed>", "how long simulated workloads take")
        .choices(["instant", "realistic"])
        .default("instant"),
    )
    .option("--event-ttl <duration>", "how long Events live", parseDuration, goDurationMs("1h"))
    .option("--kubeconfig <file>", "merge the kubeconfig into this file, too")
    .option("--audit-log <file>", "record requests in this file, as events of audit.k8s.io/v1")
    .option("--audit-policy <file>", "Policy of what is recorded; who did what by default")
    .option("--audit-log-max-size <mib>", "size at which the file is put aside", parseCount, 100)
    .option(
      "--audit-log-max-backups <count>",
      "how many that were put aside are kept; all by default",
      parseCount,
    )
    .option("-d, --detach", "return once it runs; `weir cluster stop` ends it", false)
    .action(async (dir: string | undefined, flags: StartFlags, command: Command) => {
      const state = folderOf(dir, flags);
      if (flags.detach) {
        const { startInBackground } = await import("./background.ts");
        return deps.exit(await startInBackground(state, attachedArguments(command), deps.environment));
      }
      const { runStart } = await import("./start.ts");
      const { name: names, serviceRange, kubeconfig } = flags;
      const workloads = flags.workloads === false ? "off" : flags.workloads;
      const audit = auditFlags(flags);
      const eventTtlMs = flags.eventTtl;
      const options = { ...flags, state, names, serviceRange, kubeconfig, workloads, audit, eventTtlMs };
      deps.exit(await runStart(options, deps.environment, deps.logger));
    });
}

function auditFlags(flags: StartFlags): AuditFlags | undefined {
  const {
    auditLog: log,
    auditPolicy: policy,
    auditLogMaxSize: maxSize,
    auditLogMaxBackups: maxBackups,
  } = flags;
  if (log !== undefined) return { log, policy, maxSize, maxBackups };
  if (policy === undefined) return undefined;
  throw new CommandError("AuditLogMissing", "--audit-policy needs --audit-log, the file to record in");
}

/** The command line without `--detach`. */
function attachedArguments(command: Command): readonly string[] {
  let root = command;
  while (root.parent !== null) root = root.parent;
  return (root as Command & { readonly rawArgs: readonly string[] }).rawArgs
    .slice(2)
    .filter((arg) => arg !== "-d" && arg !== "--detach");
}

function addStop(cluster: Command, deps: ProgramDeps): void {
  about(cluster, "stop")
    .description("end the process that runs a cluster")
    .action(async (dir: string | undefined, flags: StateFlag) => {
      const { runStop } = await import("./background.ts");
      deps.exit(await runStop(folderOf(dir, flags), deps.environment));
    });
}

function addKubeconfig(cluster: Command, deps: ProgramDeps): void {
  about(cluster, "kubeconfig")
    .description("print the kubeconfig of a cluster, or merge it into that of kubectl")
    .option("--merge", "merge it into KUBECONFIG, or into ~/.kube/config", false)
    .option("--kubeconfig <file>", "merge it into this file")
    .option("--context <name>", "name for the cluster, the user and the context")
    .option("--no-switch-context", "leave the current context as it is")
    .action(async (dir: string | undefined, flags: KubeconfigFlags) => {
      const { runKubeconfig } = await import("./kubeconfig.ts");
      const { kubeconfig, context } = flags;
      const options = { ...flags, kubeconfig, context, state: folderOf(dir, flags) };
      deps.exit(await runKubeconfig(options, deps.environment));
    });
}

function addStatus(cluster: Command, deps: ProgramDeps): void {
  about(cluster, "status")
    .description("say how a cluster is; the exit code is 0 while it runs")
    .addOption(
      new Option("-o, --output <format>", "format of the output").choices(["text", "json"]).default("text"),
    )
    .action(async (dir: string | undefined, flags: StateFlag & { readonly output: "text" | "json" }) => {
      const { runStatus } = await import("./status.ts");
      deps.exit(await runStatus({ ...flags, state: folderOf(dir, flags) }, deps.environment));
    });
  cluster
    .command("list")
    .description("list the clusters that weir keeps, those of `weir up` too")
    .action(async () => {
      const { runList } = await import("./status.ts");
      deps.exit(await runList(deps.environment));
    });
}

function addReset(cluster: Command, deps: ProgramDeps): void {
  about(cluster, "reset")
    .description("remove a cluster with all its objects")
    .option("-y, --yes", "do not ask", false)
    .option("--keep-access", "keep keys, token and port, so that kubeconfigs stay true", false)
    .action(
      async (
        dir: string | undefined,
        flags: StateFlag & { readonly yes: boolean; readonly keepAccess: boolean },
      ) => {
        const { runReset } = await import("./reset.ts");
        deps.exit(await runReset({ ...flags, state: folderOf(dir, flags) }, deps.environment));
      },
    );
}

function addTransfer(cluster: Command, deps: ProgramDeps): void {
  cluster
    .command("export")
    .description("write all objects of a cluster as YAML, whether it runs or not")
    .argument("[file]", "file to write; standard output by default", "-")
    .option("--state <dir>", "folder that keeps the cluster; one of weir's own by default")
    .action(async (file: string, { state }: StateFlag) => {
      const { runExport } = await import("./transfer.ts");
      deps.exit(await runExport({ file, state }, deps.environment));
    });
  cluster
    .command("import")
    .description("make a cluster of what an export holds, as it was")
    .argument("<file>", "file that `weir cluster export` wrote; - reads standard input")
    .option("--state <dir>", "folder that keeps the cluster; one of weir's own by default")
    .option("--replace", "put it in the place of what the cluster holds", false)
    .action(async (file: string, { state, replace }: StateFlag & { readonly replace: boolean }) => {
      const { runImport } = await import("./transfer.ts");
      deps.exit(await runImport({ file, state, replace }, deps.environment));
    });
  about(cluster, "salvage")
    .alias("repair")
    .description("put what can be read of a damaged storage in its place, and keep the damaged one beside it")
    .action(async (dir: string | undefined, flags: StateFlag) => {
      const { runSalvage } = await import("./salvage.ts");
      deps.exit(await runSalvage(folderOf(dir, flags), deps.environment));
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}
