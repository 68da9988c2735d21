import type { BackoffOptions } from "@weir/core";
import { CommandError } from "../cli-error.ts";
import { type ComponentName, COMPONENT_NAMES } from "./component-name.ts";
import { type FeatureGates, readFeatureGates } from "./feature-gates.ts";
import { type FlagValues, parseFlags } from "./flags.ts";
import { RUN_FLAGS } from "./run-flags.ts";

/** An address to listen on; an empty host is all interfaces. */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What `weir run` was asked for. */
export interface RunOptions {
  readonly components: readonly ComponentName[];
  readonly kubeconfig: string;
  readonly context: string;
  readonly installsDefinitions: boolean;
  readonly eventsUrl: string;
  readonly watchesAllNamespaces: boolean;
  readonly log: { readonly level: string; readonly encoding: string };
  /** Absent without leader election. */
  readonly election: ElectionFlags | undefined;
  readonly metrics: ListenAddress | undefined;
  readonly health: ListenAddress | undefined;
  readonly selector: string;
  readonly concurrency: number | undefined;
  readonly backoff: BackoffOptions;
  readonly intervalJitter: number;
  readonly requeueDependencyMs: number;
  readonly configSelector: string;
  /** How long what runs may take to end; the manager's own default where it is not said. */
  readonly gracefulStopMs: number | undefined;
  readonly noCrossNamespaceRefs: boolean;
  readonly gates: FeatureGates;
  readonly source: SourceFlags;
  readonly kustomize: KustomizeFlags;
}

/** How the lease is fought for, in milliseconds. */
export interface ElectionFlags {
  readonly releaseOnStop: boolean;
  readonly leaseDurationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}

/** What concerns artifacts. */
export interface SourceFlags {
  /** Empty for the default. */
  readonly storagePath: string;
  readonly listen: ListenAddress;
  /** Host and port that URLs name; empty for those that are listened on. */
  readonly advertised: string;
  readonly retentionMs: number;
  readonly retentionRecords: number;
  readonly maxIndexBytes: number;
  readonly maxChartBytes: number;
  readonly maxChartFileBytes: number;
}

/** What concerns Kustomizations, and in part HelmReleases. */
export interface KustomizeFlags {
  readonly concurrentApplies: number;
  readonly overrideManagers: readonly string[];
  readonly fetchRetries: number;
  readonly defaultServiceAccount: string;
  readonly insecureKubeconfigExec: boolean;
  readonly insecureKubeconfigTls: boolean;
  readonly defaultKubeconfigServiceAccount: string;
  readonly tokenCacheMaxSize: number;
  readonly tokenCacheMaxDurationMs: number;
}

/** What arguments ask for, and notes on flags that change nothing. */
export interface ParsedRun {
  readonly options: RunOptions;
  readonly notes: readonly string[];
}

const LOG_LEVELS = ["trace", "debug", "info", "error"];
const LOG_ENCODINGS = ["json", "console"];

/** Reads the arguments of `weir run`; throws a `CommandError` that names the wrong one. */
export function parseRunArguments(args: readonly string[]): ParsedRun {
  const { operands, values, notes } = parseFlags(args, RUN_FLAGS);
  const { gates, notes: gateNotes } = readFeatureGates(values.list("feature-gates"));
  const options: RunOptions = {
    components: componentsOf(operands),
    kubeconfig: values.text("kubeconfig"),
    context: values.text("context"),
    installsDefinitions: values.bool("install-crds"),
    eventsUrl: eventsUrlOf(values.text("events-addr")),
    watchesAllNamespaces: values.bool("watch-all-namespaces"),
    log: {
      level: oneOf("log-level", values, LOG_LEVELS),
      encoding: oneOf("log-encoding", values, LOG_ENCODINGS),
    },
    election: electionOf(values),
    metrics: listenAddress("metrics-addr", values),
    health: listenAddress("health-addr", values),
    selector: values.text("watch-label-selector"),
    concurrency: values.given("concurrent") === undefined ? undefined : atLeastOne("concurrent", values),
    backoff: { baseMs: values.durationMs("min-retry-delay"), maxMs: values.durationMs("max-retry-delay") },
    intervalJitter: jitterOf(values),
    requeueDependencyMs: values.durationMs("requeue-dependency"),
    configSelector: values.text("watch-configs-label-selector"),
    gracefulStopMs: gracefulStopOf(values),
    noCrossNamespaceRefs: values.bool("no-cross-namespace-refs"),
    gates,
    source: sourceFlags(values),
    kustomize: {
      concurrentApplies: atLeastOne("concurrent-ssa", values),
      overrideManagers: values.list("override-manager"),
      fetchRetries: values.count("http-retry"),
      defaultServiceAccount: values.text("default-service-account"),
      insecureKubeconfigExec: values.bool("insecure-kubeconfig-exec"),
      insecureKubeconfigTls: values.bool("insecure-kubeconfig-tls"),
      defaultKubeconfigServiceAccount: kubeconfigAccountOf(values, gates),
      tokenCacheMaxSize: values.count("token-cache-max-size"),
      tokenCacheMaxDurationMs: values.durationMs("token-cache-max-duration"),
    },
  };
  return { options, notes: [...notes, ...gateNotes] };
}

/** An account that could never be used is refused, as Flux does. */
function kubeconfigAccountOf(values: FlagValues, gates: FeatureGates): string {
  const name = values.text("default-kubeconfig-service-account");
  if (name === "" || gates.objectLevelWorkloadIdentity) return name;
  throw new CommandError(
    "InvalidFlag",
    "cannot set default service accounts when the feature gate ObjectLevelWorkloadIdentity is not enabled",
  );
}

/** Controllers by the names that people use: `source`, `source-controller`; all of them where none is named. */
function componentsOf(operands: readonly string[]): readonly ComponentName[] {
  const wanted = operands.map((operand) => {
    const name = COMPONENT_NAMES.find((known) => known === operand || known === `${operand}-controller`);
    if (name !== undefined) return name;
    const known = COMPONENT_NAMES.map((text) => text.replace(/-controller$/, "")).join(", ");
    throw new CommandError("UnknownController", `there is no controller ${operand}: there are ${known}`);
  });
  return wanted.length === 0 ? COMPONENT_NAMES : COMPONENT_NAMES.filter((name) => wanted.includes(name));
}

function electionOf(values: FlagValues): ElectionFlags | undefined {
  if (!values.bool("enable-leader-election")) return undefined;
  return {
    releaseOnStop: values.bool("leader-election-release-on-cancel"),
    leaseDurationMs: values.durationMs("leader-election-lease-duration"),
    renewDeadlineMs: values.durationMs("leader-election-renew-deadline"),
    retryPeriodMs: values.durationMs("leader-election-retry-period"),
  };
}

function sourceFlags(values: FlagValues): SourceFlags {
  const listen = listenAddress("storage-addr", values);
  if (listen === undefined) throw new CommandError("InvalidFlag", "--storage-addr names no port");
  return {
    storagePath: values.text("storage-path"),
    listen,
    advertised: values.text("storage-adv-addr").replace(/\/+$/, ""),
    retentionMs: values.durationMs("artifact-retention-ttl"),
    retentionRecords: atLeastOne("artifact-retention-records", values),
    maxIndexBytes: atLeastOne("helm-index-max-size", values),
    maxChartBytes: atLeastOne("helm-chart-max-size", values),
    maxChartFileBytes: atLeastOne("helm-chart-file-max-size", values),
  };
}

/** `:8080`, `127.0.0.1:8080` or `[::1]:8080`; `0` and nothing are no address, as in Flux. */
function listenAddress(flag: string, values: FlagValues): ListenAddress | undefined {
  const text = values.text(flag);
  if (text === "" || text === "0") return undefined;
  const match = /^(?:\[(?<six>[0-9A-Fa-f:.]+)\]|(?<host>[^:[\]/]*)):(?<port>\d{1,5})$/.exec(text);
  const port = Number(match?.groups?.["port"]);
  if (match === null || port > 65_535) {
    throw new CommandError("InvalidFlag", `invalid argument "${text}" for "--${flag}" flag: want host:port`);
  }
  return { host: match.groups?.["six"] ?? match.groups?.["host"] ?? "", port };
}

function eventsUrlOf(text: string): string {
  if (text === "") return "";
  const isUrl = URL.canParse(text) && /^https?:/.test(text);
  if (!isUrl)
    throw new CommandError(
      "InvalidFlag",
      `invalid argument "${text}" for "--events-addr" flag: want an http URL`,
    );
  return text;
}

function oneOf(flag: string, values: FlagValues, allowed: readonly string[]): string {
  const value = values.text(flag);
  if (allowed.includes(value)) return value;
  const choices = allowed.join(", ");
  throw new CommandError(
    "InvalidFlag",
    `invalid argument "${value}" for "--${flag}" flag: one of ${choices}`,
  );
}

function atLeastOne(flag: string, values: FlagValues): number {
  const count = values.count(flag);
  if (count > 0) return count;
  throw new CommandError(
    "InvalidFlag",
    `invalid argument "${count}" for "--${flag}" flag: must be 1 or more`,
  );
}

function gracefulStopOf(values: FlagValues): number | undefined {
  const flag = "graceful-shutdown-timeout";
  return values.given(flag) === undefined ? undefined : values.durationMs(flag);
}

function jitterOf(values: FlagValues): number {
  const percent = values.count("interval-jitter-percentage");
  if (percent < 100) return percent / 100;
  throw new CommandError(
    "InvalidFlag",
    `invalid argument "${percent}" for "--interval-jitter-percentage" flag: must be below 100`,
  );
}
